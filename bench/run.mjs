// `npm run bench`: letterbox beside its peers, in one run, in the real runtime. `npm run bench -- --help` says what else it can do.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, buildNamed } from '../scripts/build.mjs';
import { Problem, program, say } from '../scripts/program.mjs';
import { setup } from '../scripts/setup.mjs';
import { root } from '../scripts/tools.mjs';
import { help, read } from './options.mjs';
import { setupPeers } from './setup.mjs';

async function bench(args) {
  const options = read(args);
  if (options.help) return say(help);
  // What follows imports packages, which are there only after the set-up.
  if (options.list) {
    await setup();
    const { images } = await import('./images.mjs');
    return say(images.map(({ name }) => name).join('\n'));
  }
  if (options.report) {
    const { rewriteReport } = await import('./report.mjs');
    return rewriteReport(options.note);
  }
  if (options.outgrow) {
    await setup();
    const { outgrow } = await import('./outgrow.mjs');
    return outgrow();
  }
  if (options.floor) {
    const folder = await buildNamed();
    const { floor } = await import('./floor.mjs');
    return floor(options.image, folder);
  }
  const builds = { letterbox: options.module ? given('--module', options.module) : join(root, 'build') };
  if (options.before) builds.before = given('--before', options.before);
  await (options.module ? setup() : build());
  if (options.memory) {
    const { memory } = await import('./memory.mjs');
    return memory(builds.letterbox, options.only);
  }
  if (options.scale) {
    const { scale } = await import('./scale.mjs');
    return scale(builds.letterbox, options.only, options['total-ms']);
  }
  if (options.hit) {
    const { hit } = await import('./hit.mjs');
    return hit(builds.letterbox, options.runs);
  }
  if (options.only?.[0] === 'effects') {
    const { benchEffects } = await import('./effects.mjs');
    return benchEffects(builds.letterbox, options.runs, options.only.slice(1));
  }
  await setupPeers();
  const { scoreboard } = await import('./scoreboard.mjs');
  await scoreboard(options, builds);
}

/** A folder with a build in it, from the command line. */
function given(option, folder) {
  if (existsSync(join(folder, 'index.js'))) return resolve(folder);
  throw new Problem(`${option} ${folder}: expected a copy of build/, with index.js and index_bg.wasm in it`);
}

await program(import.meta.url, bench);
