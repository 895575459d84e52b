// The requests that the module works on, and its renewal between them.
//
// The module's memory never shrinks. When it has grown so far that a codec beside it has no room left, new requests wait until those that run
// are done, the module is started anew with a small memory, and all go on. It is the exception: it takes a picture of tens of megabytes and a
// large AVIF behind it.

import { __wbg_reset_state as startAnew } from '../build/bindgen/index.js';
import { isOutgrown, renewed } from './isolate.mjs';

/** Milliseconds that a request waits for those that run. Then the module is called as it is. */
const PATIENCE_MS = 5000;

/** Milliseconds after which a request has ended, although nobody has said so: the platform stops one without a word. */
const LAPSE_MS = 60_000;

/** The requests that run, each with how much of its work is not done, and when it is taken for lost. */
const running = new Set();

function isIdle() {
  const now = Date.now();
  for (const request of running) if (request.lapses < now) running.delete(request);
  return running.size === 0;
}

/** Completes when the module may be called, which is at once but before a renewal. */
export async function turn() {
  const until = Date.now() + PATIENCE_MS;
  while (isOutgrown() && !isIdle() && Date.now() < until) await new Promise((ring) => setTimeout(ring, 20));
  if (!isOutgrown() || !isIdle()) return;
  startAnew();
  renewed();
}

/** `work` with a context whose `waitUntil` is counted: the request runs until all of it is done. */
export async function run(context, work) {
  const request = { pending: 0, lapses: Date.now() + LAPSE_MS };
  running.add(request);
  const done = () => {
    request.pending -= 1;
    if (request.pending === 0) running.delete(request);
  };
  const count = (promise) => {
    request.pending += 1;
    promise.then(done, done);
    return promise;
  };
  const counting = {
    waitUntil: (promise) => context.waitUntil(count(promise)),
    passThroughOnException: () => context.passThroughOnException(),
  };
  return count(work(counting));
}
