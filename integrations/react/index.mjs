// React: an image with srcset, and a blurred placeholder that it fades in over. On a server and in a browser; no 'use client' is needed without `thumbhash`.

import { createElement } from 'react';
import { createUrls } from '../../url/index.mjs';
import { picture } from '../loader.mjs';
import { placeholder } from '../html/thumbhash.mjs';

/** A component: `const Image = image({ base: 'https://img.example.com' })`. */
export function image(deployment) {
  const urls = createUrls(deployment);
  return function Image({ src, alt, width, height, sizes, widths, parameters = {}, thumbhash, priority = false, style, ...rest }) {
    if (typeof alt !== 'string') throw new TypeError(`alt of ${src} is ${alt}: expected a text, which is empty where the image says nothing`);
    const asked = picture({ ...parameters, w: width, h: height });
    const { srcset: srcSet, ...attributes } = urls.attributes(src, asked, { widths, sizes });
    return createElement('img', {
      ...attributes,
      srcSet,
      alt,
      loading: priority ? 'eager' : 'lazy',
      decoding: 'async',
      ...(priority && { fetchPriority: 'high' }),
      ...(thumbhash && { onLoad: ({ currentTarget }) => (currentTarget.style.backgroundImage = 'none') }),
      style: { ...(thumbhash && { backgroundImage: `url(${placeholder(thumbhash)})`, backgroundSize: 'cover', backgroundPosition: 'center' }), ...style },
      ...rest,
    });
  };
}
