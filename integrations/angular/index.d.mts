import type { LoaderOptions } from '../loader.d.mts';

/** The value of IMAGE_LOADER. */
export function loader(
  options: LoaderOptions,
): (asked: { src: string; width?: number; height?: number; isPlaceholder?: boolean; loaderParams?: Record<string, any> }) => string;
