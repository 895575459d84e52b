// `npm test`: everything that has to hold before a change goes in, cheapest first, stopping at the first failure. With `-- --fuzz`, and in
// CI, the fuzz targets come last.

import { join } from 'node:path';
import { build } from './build.mjs';
import { cargoTests } from './cargo-tests.mjs';
import { packages } from './packages.mjs';
import { duration, Problem, program, run, say } from './program.mjs';
import { setup } from './setup.mjs';
import { specs } from './specs.mjs';
import { thirdParty } from './third-party.mjs';
import { root, wasiTarget, wasmTarget } from './tools.mjs';

const warningsAreErrors = ['--', '-D', 'warnings'];

const steps = [
  ['set-up', () => setup({ forTests: true })],
  ['what ships', () => thirdParty(['--check'])],
  ['packages of our crates', packages],
  ['formatting', () => run('cargo', ['fmt', '--all', '--check'])],
  ['lints', () => run('cargo', ['clippy', '--workspace', '--all-targets', '--locked', ...warningsAreErrors])],
  ['lints of the worker', () => run('cargo', ['clippy', '--lib', '--target', wasmTarget, '--locked', ...warningsAreErrors])],
  ['native tests', () => cargoTests(['--workspace', '--locked'])],
  ['vector tests on wasm', wasmTests],
  ['release build', build],
  ['tests in the runtime', () => specs()],
];

// Not in a developer's run, which should stay short.
const fuzzing = ['fuzz, a minute a target', () => run(process.execPath, [join('scripts', 'fuzz.mjs'), '--smoke'])];

const help = `npm test [-- options]

  --fuzz  the fuzz targets too, a minute each, as in CI
  --help  this
`;

async function test(args) {
  const stranger = args.find((arg) => !['--fuzz', '--help'].includes(arg));
  if (stranger) throw new Problem(`${stranger}: unknown\n\n${help}`);
  if (args.includes('--help')) return say(help);
  if (process.env.CI || args.includes('--fuzz')) steps.push(fuzzing);
  const times = [];
  for (const [name, step] of steps) {
    say(`\n=== ${name}`);
    const started = Date.now();
    try {
      await step();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new Problem(`${error.message}\n\nnpm test: ${name} failed after ${duration(Date.now() - started)}`);
    }
    times.push([name, Date.now() - started]);
  }
  times.push(['all', times.reduce((sum, [, ms]) => sum + ms, 0)]);
  say(`\nnpm test: passed\n${times.map(([name, ms]) => `  ${name.padEnd(26)}${duration(ms).padStart(12)}`).join('\n')}`);
}

/** The tests of the crates that have vectors again, with those of the worker. */
function wasmTests() {
  const runner = [process.execPath, join(root, 'scripts', 'wasi.mjs')];
  const env = { CARGO_TARGET_WASM32_WASIP1_RUNNER: runner.join(' ') };
  const crates = ['jpeg', 'png', 'inflate', 'resize', 'vp8', 'vp8l'].flatMap((name) => ['--package', `letterbox-${name}`]);
  return cargoTests([...crates, '--target', wasiTarget, '--locked'], { runner, env });
}

await program(import.meta.url, test);
