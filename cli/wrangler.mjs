// Where wrangler is, and how it is called: without its launcher, which would be one more process between a signal and the server, and without
// talking home.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Problem } from './program.mjs';

/** The folder of the wrangler that the project in the current folder has, or else of the one that was installed with this package. */
export function wranglerFolder() {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return packageOf('wrangler', createRequire(from).resolve('wrangler'));
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Problem(`wrangler is missing: it is Cloudflare's program that runs and deploys Workers, and npm installs it beside letterbox-images
unless it is told not to (--legacy-peer-deps, --omit=peer). Install it in this folder, and run this again:

  npm install --save-dev ${wanted()}`);
}

/** Wrangler to install: npm takes the newest for the Node that is there by itself, but for the last one of Node 20. */
const wanted = () => (Number(process.versions.node.split('.')[0]) < 22 ? 'wrangler@4.86.0' : 'wrangler@4');

/** The folder of the package `name` that the file `path` belongs to. */
function packageOf(name, path) {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === name) return folder;
    if (folder === dirname(folder)) throw new Error(`${path} belongs to no package ${name}`);
  }
}

/** Wrangler as a library, without what it does at once for a program of its own: end the process at Ctrl-C. */
export async function loadWrangler() {
  const folder = wranglerFolder();
  const signals = ['SIGINT', 'SIGTERM'];
  const before = signals.map((signal) => process.listeners(signal));
  const library = await import(pathToFileURL(createRequire(join(folder, 'package.json')).resolve(folder)));
  for (const [at, signal] of signals.entries()) {
    for (const listener of process.listeners(signal)) if (!before[at].includes(listener)) process.removeListener(signal, listener);
  }
  return library;
}

/** The Workers runtime that this wrangler runs, an executable. */
export function runtimePath() {
  const miniflare = createRequire(join(wranglerFolder(), 'package.json')).resolve('miniflare');
  return createRequire(miniflare)('workerd').default;
}

/** Arguments for Node that call wrangler with `args`. */
export function wranglerArgs(args) {
  const folder = wranglerFolder();
  const whole = join(folder, 'wrangler-dist', 'cli.js');
  return ['--no-warnings', existsSync(whole) ? whole : join(folder, 'bin', 'wrangler.js'), ...args];
}

export const wranglerEnv = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  // The local `request.cf` would be fetched from the web, and nothing here reads it.
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
};
