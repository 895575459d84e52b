// Plain HTML: an <img> as text, for whatever makes pages.

import { picture } from '../loader.mjs';
import { placeholder } from './thumbhash.mjs';

/**
 * An <img> of `source`. `urls` is what createUrls made, `parameters` are the picture's; without `w`, `sizes` says how wide it is. `thumbhash` is what
 * `f=thumbhash` answered: a blurred picture that is there at once, and that the image fades in over.
 */
export function img(urls, source, { alt, parameters = {}, sizes, widths, thumbhash, eager = false } = {}) {
  if (typeof alt !== 'string') throw new TypeError(`alt of ${source} is ${alt}: expected a text, which is empty where the image says nothing`);
  const attributes = {
    ...urls.attributes(source, picture(parameters), { widths, sizes }),
    alt,
    loading: eager ? 'eager' : 'lazy',
    decoding: 'async',
    ...(eager && { fetchpriority: 'high' }),
    ...(thumbhash && { style: `background: center / cover url(${placeholder(thumbhash)})`, onload: "this.style.background = 'none'" }),
  };
  return `<img ${Object.entries(attributes).map(([name, value]) => `${name}="${escaped(value)}"`).join(' ')}>`;
}

const escaped = (value) => String(value).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
