// `npm run build`, and the build command of wrangler.toml: src/ becomes build/index_bg.wasm and the index.js that loads it.

import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { wantsAvif } from './configuration.mjs';
import { fingerprint } from './fingerprint.mjs';
import { duration, Problem, program, run, say } from './program.mjs';
import { setup } from './setup.mjs';
import { root, wasmBindgen, wasmTarget } from './tools.mjs';

const folder = 'build';
const stampPath = join(root, folder, '.stamp.json');

const isEntry = (path) => path.startsWith('src') && path.endsWith('.mjs');
const isOfTests = (path) => /^crates.(testkit|\w+.(tests|bench|examples))\b/.test(path);

/** Of what the module is compiled, and what is put around it: AVIF comes and goes without compiling. */
const inputs = {
  module: () => fingerprint(['Cargo.toml', 'Cargo.lock', '.cargo', 'rust-toolchain.toml', 'scripts/build.mjs', 'src', 'crates'], [], (path) => !isEntry(path) && !isOfTests(path)),
  bundle: () => fingerprint(['package-lock.json', 'src', 'scripts/build.mjs'], [], (path) => !path.startsWith('src') || isEntry(path)),
};

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
  await pack({ avif });
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
  await pack({ folder: named });
  return join(root, named);
}

/**
 * Rust to wasm, wasm to module and glue.
 *
 * With `pack`, this is what the worker-build program does, without the 5 CPU minutes and the headers of OpenSSL that it takes to install that.
 * No wasm-opt: on the module with all its codecs -O3 took 26 s, gained 1.2 % of the gzip size (652 to 644 KB) and no speed.
 */
async function compile({ folder: into = folder, target = 'target', env = {} } = {}) {
  await run('cargo', ['build', '--release', '--locked', '--lib', '--target', wasmTarget, '--target-dir', target], { env });
  const module = join(target, wasmTarget, 'release', 'letterbox.wasm');
  const glue = join(root, into, 'bindgen');
  rmSync(glue, { recursive: true, force: true });
  const recovery = ['--experimental-reset-state-function', '--force-enable-abort-handler'];
  const output = ['--target', 'module', '--out-dir', glue, '--out-name', 'index', '--no-typescript'];
  await run(wasmBindgen.path, [module, ...output, ...recovery]);
  // The runtime gives a compiled module for a plain import; it does not know source phase imports.
  const index = join(glue, 'index.js');
  writeFileSync(index, readFileSync(index, 'utf8').replace('import source ', 'import '));
}

/** Glue and entry to one file, with the modules beside it; and the module's own reading of settings, for `npm run check`. */
async function pack({ folder: into = folder, avif = true }) {
  const { build: bundle } = await import('esbuild'); // installed by setup
  const at = join(root, into);
  const files = new Map([['index_bg.wasm', join(at, 'bindgen', 'index_bg.wasm')]]);
  const glue = replaced(/\/build\/bindgen\/index\.js$/, join(at, 'bindgen', 'index.js'));
  const common = { bundle: true, format: 'esm', minify: true, logLevel: 'warning' };
  await bundle({
    ...common,
    entryPoints: [join(root, 'src', 'worker.mjs')],
    outfile: join(at, 'index.next.js'),
    plugins: [glue, ...(avif ? [] : [replaced(/\/avif\.mjs$/, noAvif)]), modulesBeside(files)],
  });
  await bundle({ ...common, entryPoints: [join(root, 'src', 'settings.mjs')], outfile: join(at, 'settings.mjs'), plugins: [glue, modulesBeside(files)] });
  // Whole files in the place of whole files, the script last: `npm start` serves them while they change.
  for (const [name, path] of files) {
    copyFileSync(path, join(at, `${name}.next`));
    renameSync(join(at, `${name}.next`), join(at, name));
  }
  renameSync(join(at, 'index.next.js'), join(at, 'index.js'));
  for (const old of modulesIn(into)) if (!files.has(old)) rmSync(join(at, old));
}

const noAvif = join(root, 'src', 'guests', 'no-avif.mjs');

/** Has what is imported by a name like `filter` come from `path`. */
const replaced = (filter, path) => ({ name: 'replaced', setup: (bundle) => bundle.onResolve({ filter }, () => ({ path })) });

/** The runtime compiles modules before it starts a script, so they stay files of their own, beside it: `files` gets where they are, by name. */
function modulesBeside(files) {
  return {
    name: 'modules beside',
    setup(bundle) {
      bundle.onResolve({ filter: /\.wasm$/ }, ({ path, importer }) => {
        if (path.startsWith('./')) return { path, external: true }; // the worker's own
        files.set(basename(path), createRequire(importer).resolve(path));
        return { path: `./${basename(path)}`, external: true };
      });
    },
  };
}

const modulesIn = (folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.wasm'));
const deployment = () => ['index.js', ...modulesIn(folder)].map((name) => join(folder, name));

/** The state of everything that was made, or null where there is nothing. */
const outputs = () => (existsSync(join(root, folder)) ? fingerprint([...deployment(), join(folder, 'bindgen'), join(folder, 'settings.mjs')]) : null);

/** What the platform's limit counts: script and modules, after gzip. */
function sizes() {
  const kilobytes = (paths) => {
    const bytes = paths.reduce((sum, path) => sum + gzipSync(readFileSync(join(root, path)), { level: 9 }).length, 0);
    return `${Math.round(bytes / 1000)} KB`;
  };
  return `${kilobytes([join(folder, 'index_bg.wasm')])} with gzip, ${kilobytes(deployment())} with the codecs beside it`;
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
