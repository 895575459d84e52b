// unpic: a transformer for the components of @unpic/*/base.

import { address } from '../loader.mjs';

/** A transformer: `<Image transformer={transformer({ base: 'https://img.example.com' })} />`. */
export const transformer = (options) => (src, { width, height, quality, format, fit } = {}) => address(options, String(src), { width, height, quality, format, fit });
