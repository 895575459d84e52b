import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers';

export interface OutputOptions {
  format: 'image/jpeg' | 'image/png' | 'image/webp' | 'image/avif';
  quality?: number;
  anim?: boolean;
  background?: string;
}

/** Place and strength of a picture that is drawn: in the middle, unless an edge is named. Offsets are pixels. */
export interface DrawOptions {
  /** In hundredths, from 0.01 to 1. */
  opacity?: number;
  /** All over the picture, without offsets. */
  repeat?: boolean;
  top?: number;
  left?: number;
  bottom?: number;
  right?: number;
  composite?: 'over';
}

/** A finished picture. Called by a binding, each method is awaited. */
export interface Result extends RpcTarget {
  response(): Response;
  image(): ReadableStream<Uint8Array>;
  contentType(): string;
}

export interface Transformer extends RpcTarget {
  /** Options of Cloudflare Images, such as { width: 320, fit: 'cover', rotate: 90 }; several calls are done one after another. */
  transform(options: Record<string, unknown>): Transformer;
  /** Lays a picture over the one so far: a stream of a file, or another transformer. */
  draw(image: ReadableStream<Uint8Array> | Transformer, options?: DrawOptions): Transformer;
  output(options: OutputOptions): Promise<Result>;
}

/** An entrypoint with the methods of Cloudflare's Images binding. */
export class Images extends WorkerEntrypoint {
  input(stream: ReadableStream<Uint8Array>): Transformer;
  info(stream: ReadableStream<Uint8Array>): Promise<{ format: string; fileSize: number; width: number; height: number }>;
}

declare const worker: { fetch(): Response };
export default worker;
