import type { Parameters as All } from './parameters.d.mts';

/** Something the caller can put right, in a sentence. */
export class BadUrl extends TypeError {}

/** The parameters of an address; `P` are the names of its presets. */
export type Parameters<P extends string = string> = Omit<All, 'p' | 'preset'> & { p?: P; preset?: P };

/** The address of `source`, an absolute URL or a path of the origin. `base` is the deployment's, or '' for the page's own. */
export function url(base: string, source: string, parameters?: Parameters): string;

export interface Deployment<P extends string = string> {
  /** The address of the deployment: `https://img.example.com`, or `/images` behind `createHandler`. */
  base: string;
  /** Its WIDTH_LADDER. */
  ladder?: readonly number[];
  /** The names in its PRESETS. */
  presets?: readonly P[];
  /** A signing key, in hexadecimal digits: on a server only. */
  key?: string;
  /** When signed addresses stop being good, as `sign` takes it, or a function that says so. */
  expires?: Date | number | (() => Date | number);
}

/** The widths of a srcset: by default the ladder, or usual ones. */
export interface Widths {
  widths?: readonly number[];
}

export interface ImageAttributes {
  src: string;
  srcset: string;
  sizes: string;
  width?: number;
  height?: number;
}

export interface Urls<P extends string = string> {
  url(source: string, parameters?: Parameters<P>): string;
  /** With `w` and `h` the shape is theirs; without `h` the source's. */
  srcset(source: string, parameters?: Parameters<P>, options?: Widths): string;
  /** The attributes of an `<img>`: with `w`, or with `sizes`. */
  attributes(source: string, parameters?: Parameters<P>, options?: Widths & { sizes?: string }): ImageAttributes;
  /** On a server: needs `key`. */
  signedUrl(source: string, parameters?: Parameters<P>): Promise<string>;
  /** On a server: a srcset with one signature. */
  signedSrcset(source: string, parameters?: Parameters<P>, options?: Widths): Promise<string>;
  /** On a server: an address for `signedSrcset` and `signedWidth`, which need no key. */
  signedForWidths(source: string, parameters?: Parameters<P>, options?: Widths): Promise<string>;
}

export function createUrls<const P extends string = string>(deployment: Deployment<P>): Urls<P>;

/** The srcset of an address that has been signed for its widths. No key is needed. */
export function signedSrcset(signed: string): string;

/** The address of one width of a signed address: the next of its widths. No key is needed. */
export function signedWidth(signed: string, width: number): string;
