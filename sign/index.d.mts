/** Something the caller can put right, in a sentence. It never holds the key. */
export class Unsignable extends Error {}

export interface Options {
  /** When the URL stops being good: a Date, or whole seconds since 1970. */
  expires?: Date | number;
  /** The widths that `w` may have without being signed: one signature for a whole `srcset`. */
  widths?: Iterable<number>;
}

/** The URL with its signature. The key is in hexadecimal digits; of a comma list of keys the first one signs. */
export function sign(url: string, key: string, options?: Options): Promise<string>;

/** The value of a `srcset` attribute with these widths, for one signature. */
export function srcset(url: string, key: string, options: Options & { widths: Iterable<number> }): Promise<string>;

/** What is signed of a URL. */
export function signedText(url: string): string;

/** A new key, of 32 random bytes. */
export function generateKey(): string;
