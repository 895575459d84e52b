import type { LoaderOptions } from '../loader.d.mts';

/** A loader for `images.loaderFile`. */
export function loader(options: LoaderOptions): (asked: { src: string; width: number; quality?: number }) => string;
