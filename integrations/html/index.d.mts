import type { Parameters, Urls } from '../../url/index.d.mts';

export interface ImgOptions {
  /** Empty where the image says nothing. */
  alt: string;
  parameters?: Parameters;
  /** How wide the image is on the page, where `w` does not say. */
  sizes?: string;
  widths?: readonly number[];
  /** The answer of `f=thumbhash`. */
  thumbhash?: string;
  /** For the image that a page opens with. */
  eager?: boolean;
}

/** The text of an `<img>`. */
export function img(urls: Urls, source: string, options: ImgOptions): string;
