// What every worker contestant is entered through: the worker itself, and two more paths that tell how much memory it has and how many
// module instances it has made.
// The worker is `./index.js` beside this file, the release build of letterbox or a bundled peer, untouched.

import { instances, memoryBytes } from './memories.mjs';
import worker from './index.js';

export default {
  fetch(request, env, context) {
    if (request.url.endsWith('/.bench/memory')) return new Response(`${memoryBytes()}`);
    if (request.url.endsWith('/.bench/instances')) return new Response(`${instances()}`);
    return worker.fetch(request, env, context);
  },
};
