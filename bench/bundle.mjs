// A peer as it would be deployed: one script, and the modules it imports beside it.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Bundles `entry` into `folder`. */
export async function bundle(entry, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [entry],
    outfile: join(folder, 'index.js'),
    bundle: true,
    format: 'esm',
    minify: true,
    conditions: ['workerd', 'worker', 'browser'],
    plugins: [modulesBeside(folder)],
    logLevel: 'error',
  });
}

/** The runtime compiles modules before it starts a script, so they stay files of their own. */
function modulesBeside(folder) {
  return {
    name: 'modules beside',
    setup(build) {
      build.onResolve({ filter: /\.wasm$/ }, ({ path, importer, resolveDir }) => {
        const file = path.startsWith('.') ? join(resolveDir, path) : createRequire(importer).resolve(path);
        const name = `${basename(dirname(file))}-${basename(file)}`;
        copyFileSync(file, join(folder, name));
        return { path: `./${name}`, external: true };
      });
    },
  };
}

/** The files of a deployment: what the script is, and what its modules and its data are called. */
export function deployment(folder) {
  const modules = readdirSync(folder).filter((name) => /\.(wasm|bin)$/.test(name));
  return { script: 'index.js', modules };
}

/** Bytes of a deployment after gzip, which is what the platform's limit counts. */
export function gzipBytes(folder) {
  const { script, modules } = deployment(folder);
  return [script, ...modules].reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name)), { level: 9 }).length, 0);
}
