// `npm run build`, and the build command of wrangler.toml: src/ becomes build/index_bg.wasm and the index.js that loads it.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundle, modulesIn } from './bundle.mjs';
import { compile } from './compile.mjs';
import { wantsAvif } from './configuration.mjs';
import { fingerprint } from './fingerprint.mjs';
import { duration, Problem, program, say } from './program.mjs';
import { setup } from './setup.mjs';
import { root } from './tools.mjs';

const folder = 'build';
const stampPath = join(root, folder, '.stamp.json');

const isEntry = (path) => path.startsWith('src') && path.endsWith('.mjs');
const isOfTests = (path) => /^crates.(testkit|world|\w+.(tests|bench|examples))\b/.test(path);

/** Of what the module is compiled, and what is put around it: AVIF comes and goes without compiling. */
const inputs = {
  module: () => fingerprint(['Cargo.toml', 'Cargo.lock', '.cargo', 'rust-toolchain.toml', 'scripts/compile.mjs', 'src', 'crates'], [], (path) => !isEntry(path) && !isOfTests(path)),
  bundle: () => fingerprint(['package-lock.json', 'src', 'fonts', 'scripts/bundle.mjs'], [], (path) => !path.startsWith('src') || isEntry(path)),
};

/** The one script of a deployment from the clone. */
const worker = (avif) => ({ 'index.js': { from: 'worker.mjs', avif } });

/** Builds the worker, with AVIF or without, as far as it is not there; `quiet` says nothing when it is. */
export async function build({ avif = true, quiet = false } = {}) {
  const rust = await setup();
  const wanted = { module: `${inputs.module()} ${rust}`, bundle: `${inputs.bundle()} ${avif ? 'with' : 'without'} AVIF` };
  const last = readStamp();
  const intact = last !== null && last.outputs === outputs();
  const same = (part) => intact && last[part] === wanted[part];
  if (same('module') && same('bundle')) {
    if (!quiet) say(`build: up to date, ${last.size}`);
    return;
  }
  rmSync(stampPath, { force: true });

  const started = Date.now();
  if (same('module')) {
    say('build: packing the worker (seconds)');
  } else {
    say('build: compiling the worker (a minute or two the first time)');
    await compile();
  }
  await bundle({ folder, entries: worker(avif) });
  const size = `${sizes()}${avif ? '' : ', without AVIF'}`;
  // Our own stamp, because the last steps replace their files even when cargo has nothing to do, and wrangler would reload for it.
  writeFileSync(stampPath, JSON.stringify({ ...wanted, outputs: outputs(), size }));
  say(`build: done in ${duration(Date.now() - started)}, ${size}`);
}

/** Builds the module with the names of its functions in it, for a profiler, into `build/named`; returns that folder. */
export async function buildNamed() {
  await setup();
  say('build: compiling the worker with its names (a minute or two the first time)');
  const named = join(folder, 'named');
  // A target folder of its own: the release build would otherwise be compiled anew after every profile.
  await compile({ folder: named, target: join('target', 'named'), env: { CARGO_PROFILE_RELEASE_STRIP: 'debuginfo' } });
  await bundle({ folder: named, entries: worker(true) });
  return join(root, named);
}

const deployment = () => ['index.js', ...modulesIn(folder)].map((name) => join(folder, name));

/** The state of everything that was made, or null where there is nothing. */
const outputs = () => (existsSync(join(root, folder)) ? fingerprint([...deployment(), join(folder, 'bindgen'), join(folder, 'settings.mjs')]) : null);

/** What the platform's limit counts: script and modules, after gzip. */
function sizes() {
  const kilobytes = (paths) => {
    const bytes = paths.reduce((sum, path) => sum + gzipSync(readFileSync(join(root, path)), { level: 9 }).length, 0);
    return `${Math.round(bytes / 1000)} KB`;
  };
  return `${kilobytes([join(folder, 'index_bg.wasm')])} with gzip, ${kilobytes(deployment())} with the codecs and the font beside it`;
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampPath, 'utf8'));
  } catch {
    return null; // never built, or interrupted: build
  }
}

await program(import.meta.url, async (args) => {
  const stranger = args.find((arg) => arg !== '--no-avif');
  if (stranger) throw new Problem(`${stranger}: unknown\nusage: npm run build [-- --no-avif]`);
  await setup();
  await build({ avif: await wantsAvif(args) });
});
