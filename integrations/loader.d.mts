import type { Parameters } from '../url/index.d.mts';

/** What every loader is made of. */
export interface LoaderOptions {
  /** The address of the deployment: `https://img.example.com`. */
  base: string;
  /** Added to every address, such as { q: 70 }. A format but JPEG, PNG and GIF is `auto`. */
  parameters?: Parameters;
}

/** A picture as a framework wants it. */
export interface Wanted {
  width?: number | string | null;
  height?: number | string | null;
  quality?: number | string | null;
  format?: string | null;
  fit?: string | null;
}

/** The address of `source`: in its own shape without `height`, never larger than it is, in the format that the client takes. */
export function address(options: LoaderOptions, source: string, wanted?: Wanted): string;

/** Parameters of an image on a page, for `createUrls`, by the same rules. */
export function picture(parameters?: Parameters): Parameters;
