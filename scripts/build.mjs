// `npm run build`, and the build command of wrangler.toml: src/ becomes build/index_bg.wasm and the index.js that loads it.

import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fingerprint } from './fingerprint.mjs';
import { duration, program, run, say } from './program.mjs';
import { setup } from './setup.mjs';
import { root, wasmBindgen, wasmTarget } from './tools.mjs';

const inputs = ['Cargo.toml', 'Cargo.lock', 'package-lock.json', '.cargo', 'rust-toolchain.toml', 'src', 'crates', 'scripts/build.mjs'];
const stampPath = join(root, 'build', '.stamp.json');

/** Builds the worker, with AVIF or without, or says that it is up to date. */
export async function build({ avif = true } = {}) {
  const rust = await setup();
  const before = fingerprint(inputs, [rust, avif]);
  const last = readStamp();
  if (last?.inputs === before && last.outputs === deployed()) {
    say(`build: up to date, ${last.size}`);
    return;
  }
  rmSync(stampPath, { force: true });

  say('build: compiling the worker (a minute or two the first time)');
  const started = Date.now();
  await compile({ avif });
  const size = sizes();
  // Our own stamp, because the last steps replace their files even when cargo has nothing to do, and wrangler would reload for it.
  writeFileSync(stampPath, JSON.stringify({ inputs: before, outputs: deployed(), size }));
  say(`build: done in ${duration(Date.now() - started)}, ${size}`);
}

/** Builds the module with the names of its functions in it, for a profiler, into `build/named`; returns that folder. */
export async function buildNamed() {
  await setup();
  say('build: compiling the worker with its names (a minute or two the first time)');
  const folder = join('build', 'named');
  // A target folder of its own: the release build would otherwise be compiled anew after every profile.
  await compile({ folder, target: join('target', 'named'), env: { CARGO_PROFILE_RELEASE_STRIP: 'debuginfo' } });
  return join(root, folder);
}

/**
 * Rust to wasm, wasm to module and glue, glue and entry to one file.
 *
 * This is what the worker-build program does, without the 5 CPU minutes and the headers of OpenSSL that it takes to install that.
 * No wasm-opt: on the module with all its codecs -O3 took 26 s, gained 1.2 % of the gzip size (652 to 644 KB) and no speed.
 */
async function compile({ folder = 'build', target = 'target', env = {}, avif = true } = {}) {
  await run('cargo', ['build', '--release', '--locked', '--lib', '--target', wasmTarget, '--target-dir', target], { env });
  const module = join(target, wasmTarget, 'release', 'letterbox.wasm');
  const glue = join(root, folder, 'bindgen');
  rmSync(glue, { recursive: true, force: true });
  const recovery = ['--experimental-reset-state-function', '--force-enable-abort-handler'];
  const output = ['--target', 'module', '--out-dir', glue, '--out-name', 'index', '--no-typescript'];
  await run(wasmBindgen.path, [module, ...output, ...recovery]);
  // The runtime gives a compiled module for a plain import; it does not know source phase imports.
  const index = join(glue, 'index.js');
  writeFileSync(index, readFileSync(index, 'utf8').replace('import source ', 'import '));
  for (const old of modulesIn(folder)) rmSync(join(root, folder, old));
  copyFileSync(join(glue, 'index_bg.wasm'), join(root, folder, 'index_bg.wasm'));
  const { build: bundle } = await import('esbuild'); // installed by setup
  await bundle({
    entryPoints: [join(root, 'src', 'worker.mjs')],
    outfile: join(root, folder, 'index.js'),
    plugins: [replaced(/\/build\/bindgen\/index\.js$/, index), ...(avif ? [] : [replaced(/\/avif\.mjs$/, noAvif)]), modulesBeside(join(root, folder))],
    bundle: true,
    format: 'esm',
    minify: true,
    logLevel: 'warning',
  });
}

const noAvif = join(root, 'src', 'guests', 'no-avif.mjs');

/** Has what is imported by a name like `filter` come from `path`. */
const replaced = (filter, path) => ({ name: 'replaced', setup: (bundle) => bundle.onResolve({ filter }, () => ({ path })) });

/** The runtime compiles modules before it starts a script, so they stay files of their own, beside it. */
function modulesBeside(folder) {
  return {
    name: 'modules beside',
    setup(bundle) {
      bundle.onResolve({ filter: /\.wasm$/ }, ({ path, importer }) => {
        if (path.startsWith('./')) return { path, external: true }; // the worker's own, which is there already
        copyFileSync(createRequire(importer).resolve(path), join(folder, basename(path)));
        return { path: `./${basename(path)}`, external: true };
      });
    },
  };
}

const modulesIn = (folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.wasm'));
const deployment = () => ['index.js', ...modulesIn('build')].map((name) => join('build', name));
const deployed = () => (existsSync(join(root, 'build')) ? fingerprint(deployment()) : null);

/** What the platform's limit counts: script and modules, after gzip. */
function sizes() {
  const kilobytes = (paths) => {
    const bytes = paths.reduce((sum, path) => sum + gzipSync(readFileSync(join(root, path)), { level: 9 }).length, 0);
    return `${Math.round(bytes / 1000)} KB`;
  };
  return `${kilobytes([join('build', 'index_bg.wasm')])} with gzip, ${kilobytes(deployment())} with the codecs beside it`;
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampPath, 'utf8'));
  } catch {
    return null; // never built, or interrupted: build
  }
}

await program(import.meta.url, (args) => build({ avif: !args.includes('--no-avif') }));
