/** The parts of a request's context that are used. */
export interface Context {
  waitUntil(promise: Promise<unknown>): void;
  passThroughOnException(): void;
}

/** Settings as variables, and the bindings ORIGIN_BUCKET, ASSETS, RATE_LIMITER and SIGNING_KEYS: docs/settings.md lists them. */
export type Env = object;

/** The whole worker: `export { default } from 'letterbox-images/worker'`. */
declare const worker: { fetch(request: Request, env: Env, context: Context): Promise<Response> };
export default worker;

/** Answers a request below the prefix, and is null for any other. */
export type Handler = (request: Request, env: Env, context: Context) => Promise<Response | null>;

export interface HandlerOptions {
  /** The path below which images are answered, such as `/images`. Without one every request is. */
  prefix?: string;
}

/** letterbox beside routes of your own. Settings and bindings are those of `env`, read once an isolate. */
export function createHandler(options?: HandlerOptions): Handler;
