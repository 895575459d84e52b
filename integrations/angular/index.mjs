// Angular: IMAGE_LOADER of NgOptimizedImage.

import { address } from '../loader.mjs';

/** Width of a placeholder, which the page shows blurred. */
const placeholderWidth = 30;

/** A loader: `{ provide: IMAGE_LOADER, useValue: loader({ base: 'https://img.example.com' }) }`. */
export const loader = (options) => ({ src, width, height, isPlaceholder, loaderParams }) =>
  address(options, src, { ...loaderParams, width: isPlaceholder ? placeholderWidth : width, height: isPlaceholder ? undefined : height });
