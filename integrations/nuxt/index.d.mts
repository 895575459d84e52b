import type { Wanted } from '../loader.d.mts';

/** `getImage` of a provider. */
export function getImage(source: string, asked?: { modifiers?: Wanted & Record<string, any>; baseURL?: string }): { url: string };
