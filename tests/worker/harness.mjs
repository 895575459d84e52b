// One import for every spec: the worker in workerd, the origin it fetches from, and the pixels of its replies.
export { startOrigin } from './support/origin.mjs';
export { faultsOf } from './support/faults.mjs';
export * as answer from './support/answers.mjs';
export { closeAll, production, startWorker } from './support/worker.mjs';
export { assertError, assertImage, assertSecured } from './support/assertions.mjs';
export { mean, meanColour, pixels, psnr } from './support/pixels.mjs';
export * as damage from './support/damage.mjs';
export * as fixture from './support/fixtures.mjs';
export { until } from './support/until.mjs';
