// What every worker contestant is entered through: the worker itself, and three more paths that tell how much memory it has, how many
// instances it has made, and how many of these were of the module itself.
// The worker is `./index.js` beside this file, the release build of letterbox or a bundled peer, untouched.

import { instances, memoryBytes, starts } from './memories.mjs';
import worker from './index.js';

export default {
  fetch(request, env, context) {
    if (request.url.endsWith('/.bench/memory')) return new Response(`${memoryBytes()}`);
    if (request.url.endsWith('/.bench/instances')) return new Response(`${instances()}`);
    if (request.url.endsWith('/.bench/starts')) return new Response(`${starts()}`);
    return worker.fetch(request, env, context);
  },
};
