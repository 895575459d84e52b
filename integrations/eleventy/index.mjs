// Eleventy: a shortcode, `{% letterbox "/photo.jpg", "Alternative text", { w: 800 } %}`.

import { createUrls } from '../../url/index.mjs';
import { img } from '../html/index.mjs';

/** A plugin: `eleventyConfig.addPlugin(letterbox, { base: 'https://img.example.com' })`. */
export default function letterbox(eleventyConfig, { name = 'letterbox', ...deployment } = {}) {
  const urls = createUrls(deployment);
  eleventyConfig.addShortcode(name, (source, alt, parameters = {}, options = {}) => img(urls, source, { alt, parameters, ...options }));
}
