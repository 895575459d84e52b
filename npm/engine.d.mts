import type { Parameters } from './url/index.d.mts';

/** Bytes of a file, or what has them. A stream is read to its end before the work begins. */
export type File = Uint8Array | ArrayBuffer | ArrayBufferView | Blob | Response | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

export interface Picture {
  bytes: Uint8Array;
  /** Media type of the bytes. */
  type: string;
  width: number;
  height: number;
}

/** Something that is wrong with the file or with what is asked. */
export class EngineError extends Error {
  /** As in docs/errors.md: `bad-parameter`, `unsupported-format`, `corrupt-image`, `image-too-large`, … */
  code: string;
}

/**
 * The picture of a file. Sides that are not given are `auto`; `accept` is the client's header field, for `f: 'auto'`. `overlays` are the files of
 * what is laid over it, three at most and the lowest first; `wmpos` and its kind say how they lie.
 */
export function resize(file: File, parameters?: Parameters, options?: { accept?: string; overlays?: File[] }): Promise<Picture>;

/** The source, and the plan for these parameters: the worker's `f=json`. */
export function info(file: File, parameters?: Parameters): Promise<Record<string, any>>;

/** The placeholder of a file as text: ThumbHash in base64, or BlurHash. */
export function placeholder(file: File, kind?: 'thumbhash' | 'blurhash'): Promise<string>;
