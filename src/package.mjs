// The worker as the npm package has it: an entry for a deployment, and a handler for other Workers.

export { createHandler } from './handler.mjs';
export { default } from './worker.mjs';
