// `npm run runtimes`: the engine of the package in Node 24, Deno and Bun, whose answers are to be the worker's, byte for byte. The three come from npm,
// into the user's cache, once a version: some 500 MB.

import { installed } from './installed.mjs';
import { Problem, program } from './program.mjs';
import { specs } from './specs.mjs';

/** Programs that a JavaScript file is run by, as npm has them. */
const versions = { node: '24.21.0', deno: '2.9.6', bun: '1.4.5' };

await program(import.meta.url, async (args) => {
  if (args.length > 0) throw new Problem(`${args[0]}: unknown\nusage: npm run runtimes`);
  for (const [name, version] of Object.entries(versions)) await installed('runtimes', name, { dependencies: { [name]: version } }, { scripts: true });
  await specs(['packed']);
});
