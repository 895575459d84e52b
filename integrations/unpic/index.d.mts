import type { LoaderOptions, Wanted } from '../loader.d.mts';

/** The `transformer` of the components in @unpic/react/base and its like. */
export function transformer(options: LoaderOptions): (source: string | URL, asked?: Wanted & Record<string, any>) => string;
