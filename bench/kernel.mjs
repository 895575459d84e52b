// One crate beside others, on its own: the runner of the benches in crates/*/bench. A bench is a wasm module of all contestants with SIMD, and
// a table. Every case and contestant has a process of its own, so that nobody profits from what another one has taught the engine.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run } from '../scripts/program.mjs';
import { root, wasmTarget } from '../scripts/tools.mjs';

/** Where the bench of a crate is compiled. */
export const targetOf = (crate) => join(root, 'target', `bench-${crate}`);

/** Where its module is. */
export const moduleOf = (crate) => join(targetOf(crate), wasmTarget, 'release', `letterbox_${crate}_bench.wasm`);

/** Compiles the module of crates/<crate>/bench, and the programs beside it for this machine where there are some. */
export async function compile(crate, { native = false } = {}) {
  const build = ['build', '--release', '--locked', '--manifest-path', join('crates', crate, 'bench', 'Cargo.toml'), '--target-dir', targetOf(crate)];
  // Instead of the flags of .cargo/config.toml: the same SIMD, but no cap on the memory, which some contestants would hit.
  await run('cargo', [...build, '--lib', '--target', wasmTarget], { env: { RUSTFLAGS: '-C target-feature=+simd128' } });
  if (native) await run('cargo', [...build, '--bins']);
}

/** What the module exports; `input`, if there is any, is in its memory. */
export function instance(crate, input) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(moduleOf(crate))));
  if (input) new Uint8Array(exports.memory.buffer, exports.prepare(input.length), input.length).set(input);
  return exports;
}

/** CPU milliseconds of each run after the warm-ups, the least first. */
export async function timed(work, { warmUps, runs }) {
  const times = [];
  for (let count = 0; count < warmUps + runs; count += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    // The engine compiles its optimised code meanwhile: it is given the time.
    if (count === warmUps - 1) await setTimeout(200);
    if (count >= warmUps) times.push((user + system) / 1000);
  }
  return times.sort((a, b) => a - b);
}

export const median = (sorted) => sorted[sorted.length >> 1];

/** What the bench at `url` prints when it is asked for `one` of its cases, as JSON. */
export function apart(url, words, input) {
  return JSON.parse(execFileSync(process.execPath, [fileURLToPath(url), 'one', ...words], { input, encoding: 'utf8' }));
}

/** Runs the bench: `one(...words)` in a process that was started for one case, or else `all` with the words of the command line. */
export async function bench({ all, one }) {
  const [mode, ...words] = process.argv.slice(2);
  if (mode === 'one') console.log(JSON.stringify(await one(...words)));
  else await all(process.argv.slice(2));
}

/** A line of a markdown table. */
export const line = (cells) => `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)).join(' | ')} |`;

/** The first two lines of one whose other columns are numbers. */
export const head = (titles, rule = '--:') => [line(titles), `|---${`|${rule}`.repeat(titles.length - 1)}|`].join('\n');
