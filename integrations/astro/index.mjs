// Astro: an external image service.

import { baseService } from 'astro/assets';
import { address } from '../loader.mjs';

// Taken one by one: a service that merely has a key `transform` counts as local, and Astro would fetch the images itself.
const { getHTMLAttributes, getSrcSet } = baseService;

/** `image.service` of astro.config: { entrypoint: 'letterbox-images/loader/astro', config: { base } }. */
export default {
  getHTMLAttributes,
  getSrcSet,
  async validateOptions(options, config) {
    // The base service makes WebP of everything; here the browser chooses.
    const format = options.format ?? 'auto';
    return { ...(await baseService.validateOptions(options, config)), format };
  },
  getURL({ src, width, height, quality, format, fit }, { service }) {
    const source = typeof src === 'string' ? src : src.src;
    return address(service.config, source, { width, height, quality, format, fit });
  },
};
