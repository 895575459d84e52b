// The tests of the crates: what `cargo test` runs, but two programs at a time where there are two processors. Cargo runs one after another, and
// most of them are one long test at their end.

import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { capture, duration, exit, inLanes, Problem, run, say } from './program.mjs';
import { root } from './tools.mjs';

/** Programs at a time: each has threads of its own for its tests. */
const lanes = Math.min(2, availableParallelism());

/** These take longest, and are begun first. */
const first = ['honest', 'corpus', 'streams'];

/** Compiles and runs the tests that `args` choose, those of the docs last; `runner` runs the programs of another target. */
export async function cargoTests(args, { runner = [], env = {} } = {}) {
  const programs = await compiled(args);
  const rank = ({ name }) => (first.includes(name) ? first.indexOf(name) : first.length);
  programs.sort((a, b) => rank(a) - rank(b));
  const failed = [];
  await inLanes(lanes, programs, async ({ name, path, folder }) => {
    const started = Date.now();
    const [command, ...words] = [...runner, path];
    const { code, output } = await capture(command, words, { cwd: folder, env: { CARGO_MANIFEST_DIR: folder } });
    const title = `${basename(folder)}, ${name}`;
    say(`\n${output}\n${title}: ${duration(Date.now() - started)}`);
    if (code !== 0) failed.push(title);
  });
  if (failed.length > 0) throw new Problem(failed.map((title) => `failed: the tests of ${title}`).join('\n'));
  await run('cargo', ['test', '--doc', ...args], { env });
}

/** The programs that cargo makes of these tests: [{ name, path, folder }]. */
async function compiled(args) {
  const words = ['test', '--no-run', '--message-format', 'json-render-diagnostics', ...args];
  const cargo = spawn('cargo', words, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const programs = [];
  createInterface({ input: cargo.stdout }).on('line', (line) => {
    const { reason, profile, executable: path, target, manifest_path: manifest } = JSON.parse(line);
    if (reason === 'compiler-artifact' && profile.test && path) programs.push({ name: target.name, path, folder: dirname(manifest) });
  });
  const { code } = await exit(cargo, 'cargo');
  if (code !== 0) throw new Problem(`failed: cargo ${words.join(' ')}`);
  if (programs.length === 0) throw new Problem(`no tests: cargo ${words.join(' ')}`);
  return programs;
}
