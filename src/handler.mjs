// letterbox beside routes of one's own, in a Worker of one's own: below a path, and as a call.

import worker from './worker.mjs';

/**
 * A function `(request, env, context)` that answers what is asked below `prefix`, such as `/images`, as a deployment answers it on `/`. For any
 * other path the result is null. Without a prefix everything is answered.
 *
 * Settings and bindings are those of `env`, read once an isolate: a Worker has one letterbox, however many handlers.
 */
export function createHandler({ prefix = '' } = {}) {
  if (typeof prefix !== 'string' || !/^(\/[^?#/\s]+)*\/?$/.test(prefix)) {
    throw new TypeError(`prefix is ${JSON.stringify(prefix)}: expected a path such as /images`);
  }
  const base = prefix.replace(/\/$/, '');
  return async (request, env, context) => {
    const url = new URL(request.url);
    if (url.pathname !== base && !url.pathname.startsWith(`${base}/`)) return null;
    if (base === '') return worker.fetch(request, env, context);
    url.pathname = url.pathname.slice(base.length) || '/';
    return worker.fetch(new Request(url, request), env, context);
  };
}
