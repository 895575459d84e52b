// Glue and entry to one file, with the modules beside it.

import { copyFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { root } from './tools.mjs';

/**
 * Bundles the worker whose glue is in `folder`, and the module's own reading of settings, for `npm run check`. `entries` names the script of
 * each worker with what it is made of: { from, avif, loads }, where `loads` is for runtimes that compile a module when a program asks for it.
 */
export async function bundle({ folder, into = folder, entries }) {
  const { build } = await import('esbuild'); // installed by setup
  const at = join(root, into);
  const files = new Map([['index_bg.wasm', join(root, folder, 'bindgen', 'index_bg.wasm')]]);
  const glue = replaced(/\/build\/bindgen\/index\.js$/, join(root, folder, 'bindgen', 'index.js'));
  const common = { bundle: true, format: 'esm', minify: true, logLevel: 'warning', external: ['cloudflare:workers'] };
  const scripts = Object.entries({ 'settings.mjs': { from: 'settings.mjs' }, ...entries });
  for (const [name, { from, avif = true, loads = false }] of scripts) {
    const plugins = [glue, ...(avif ? [] : [replaced(/\/avif\.mjs$/, noAvif)]), modulesBeside(files, loads)];
    await build({ ...common, entryPoints: [join(root, 'src', from)], outfile: join(at, `${name}.next`), plugins });
  }
  // Whole files in the place of whole files, the scripts last: `npm start` serves them while they change.
  for (const [name, path] of files) {
    copyFileSync(path, join(at, `${name}.next`));
    renameSync(join(at, `${name}.next`), join(at, name));
  }
  for (const [name] of scripts) renameSync(join(at, `${name}.next`), join(at, name));
  for (const old of modulesIn(into)) if (!files.has(old)) rmSync(join(at, old));
}

/** The modules and the data that lie in a folder of the clone. */
export const modulesIn = (folder) => readdirSync(join(root, folder)).filter((name) => /\.(wasm|bin)$/.test(name));

const noAvif = join(root, 'src', 'guests', 'no-avif.mjs');

/** Has what is imported by a name like `filter` come from `path`. */
const replaced = (filter, path) => ({ name: 'replaced', setup: (bundle) => bundle.onResolve({ filter }, () => ({ path })) });

/** The runtime compiles modules before it starts a script, so they stay files of their own, beside it: `files` gets where they are, by name. */
function modulesBeside(files, loads) {
  return {
    name: 'modules beside',
    setup(bundle) {
      bundle.onResolve({ filter: /^beside:/ }, ({ path }) => ({ path: path.replace('beside:', './'), external: true }));
      bundle.onResolve({ filter: /\.wasm$/ }, ({ path, importer }) => {
        const isOwn = path.startsWith('./');
        if (!isOwn) files.set(basename(path), createRequire(importer).resolve(path));
        const beside = `./${basename(path)}`;
        return loads ? { path: beside, namespace: 'loaded' } : { path: beside, external: true };
      });
      bundle.onResolve({ filter: /\.ttf$/ }, ({ path, resolveDir }) => {
        const name = basename(path).replace(/ttf$/, 'bin'); // the ending of data for wrangler
        files.set(name, join(resolveDir, path));
        return loads ? { path: `./${name}`, namespace: 'read' } : { path: `./${name}`, external: true };
      });
      bundle.onLoad({ filter: /./, namespace: 'read' }, ({ path }) => ({ contents: reading(path), resolveDir: join(root, 'src') }));
      bundle.onLoad({ filter: /./, namespace: 'loaded' }, ({ path }) => ({ contents: loading(path), resolveDir: join(root, 'src') }));
    },
  };
}

/** A module for runtimes that do not import one; bundlers know the address by its form, and bring the file along. */
const loading = (path) => `import { load } from './load.mjs';\nexport default await load(new URL(${JSON.stringify(path)}, import.meta.url));\n`;

/** Data for the same: a function that reads the bytes when they are wanted. */
const reading = (path) => `import { read } from './load.mjs';\nexport default async () => new Uint8Array(await read(new URL(${JSON.stringify(path)}, import.meta.url)));\n`;
