// The worker as the npm package has it: an entry for a deployment, and a handler for other Workers.

export { createHandler } from './handler.mjs';
export { default } from './worker.mjs';

// For rpc.mjs beside it, which has no module of its own.
export { make, make_by_options as makeByOptions, __wbg_reset_state as startAnew } from '../build/bindgen/index.js';
