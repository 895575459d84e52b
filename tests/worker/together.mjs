// Runs the specs it is given in one process, one after another: `node tests/worker/together.mjs alpha.spec.mjs fits.spec.mjs`. What takes
// long to start they hand on to each other (support/kept.mjs), and each begins with an empty cache and an empty log.
import { after, describe } from 'node:test';
import { closeKept, keep } from './support/kept.mjs';

keep();
for (const spec of process.argv.slice(2)) describe(spec, () => import(`./${spec}`));
after(closeKept);
