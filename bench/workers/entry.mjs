// What every worker contestant is entered through: the worker itself, and one more path that tells how much memory it has.
// The worker is `./index.js` beside this file, the release build of letterbox or a bundled peer, untouched.

import { memoryBytes } from './memories.mjs';
import worker from './index.js';

export default {
  fetch(request, env, context) {
    return request.url.endsWith('/.bench/memory') ? new Response(`${memoryBytes()}`) : worker.fetch(request, env, context);
  },
};
