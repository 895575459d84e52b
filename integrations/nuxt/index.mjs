// Nuxt Image: a provider.

import { address } from '../loader.mjs';

/** `getImage` of a provider; `baseURL` is the option of that name in nuxt.config. */
export function getImage(src, { modifiers = {}, baseURL } = {}) {
  const { width, height, quality, format, fit } = modifiers;
  return { url: address({ base: baseURL }, src, { width, height, quality, format, fit }) };
}
