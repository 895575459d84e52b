import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers';

export interface OutputOptions {
  format: 'image/jpeg' | 'image/png' | 'image/webp' | 'image/avif';
  quality?: number;
  anim?: boolean;
  background?: string;
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
  /** Refused: there are no overlays yet. */
  draw(...overlay: unknown[]): never;
  output(options: OutputOptions): Promise<Result>;
}

/** An entrypoint with the methods of Cloudflare's Images binding. */
export class Images extends WorkerEntrypoint {
  input(stream: ReadableStream<Uint8Array>): Transformer;
  info(stream: ReadableStream<Uint8Array>): Promise<{ format: string; fileSize: number; width: number; height: number }>;
}

declare const worker: { fetch(): Response };
export default worker;
