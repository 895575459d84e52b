// Who takes part, and how each is started. Whoever it is, what comes back is a process that answers GET /?s=&w=&h=.

import { fork } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../scripts/tools.mjs';
import { bundle, gzipBytes } from './bundle.mjs';
import { baseline, before, floor } from './names.mjs';
import { production } from './origin.mjs';
import { startWorkerd } from './workerd.mjs';

const bench = join(root, 'bench');

const contestants = [
  { name: 'letterbox', what: 'this project, release build, production mode', build: 'letterbox' },
  { name: before, what: 'an earlier build of this project', build: before },
  { name: 'photon', what: '@cf-wasm/photon, Lanczos3', entry: 'photon' },
  { name: 'jsquash', what: 'jSquash: baseline JPEG, Lanczos3 without linear light', entry: 'jsquash', entryFor: { avif: 'jsquash-avif' } },
  { name: 'wasm-image-optimization', what: 'Skia in WebAssembly', entry: 'wasm-image-optimization' },
  { name: baseline, what: 'native sharp in Node, concurrency(1), cache(false)', native: 'sharp' },
  { name: 'seed', what: 'native sharp in Node as it comes: the handler that letterbox replaces', native: 'seed' },
  { name: floor, what: 'a worker that hands the source on: the floor', entry: 'empty' },
];

/**
 * The chosen contestants, their workers bundled; `builds` are the folders of letterbox's builds: { letterbox, before }.
 * Each is { name, what, native, bundles: { name: gzip bytes }, start(format, origin) }.
 */
export async function enter(chosen, builds) {
  const entered = [];
  for (const contestant of contestants.filter(({ name }) => chosen.includes(name))) {
    entered.push(contestant.native ? native(contestant) : await worker(contestant, builds));
  }
  return entered;
}

function native({ name, what, native: settings }) {
  return { name, what, native: true, bundles: {}, start: (_, origin) => startNode(settings, origin) };
}

async function worker({ name, what, build, entry, entryFor = {} }, builds) {
  const folders = {};
  for (const each of entry ? [entry, ...Object.values(entryFor)] : []) {
    folders[each] = join(bench, '.bundles', each);
    await bundle(join(bench, 'workers', `${each}.mjs`), folders[each]);
  }
  if (build) folders[name] = builds[build];
  return {
    name,
    what,
    native: false,
    bundles: Object.fromEntries(Object.entries(folders).map(([each, folder]) => [each, gzipBytes(folder)])),
    start: (format, origin) => startWorkerd({ folder: folders[entryFor[format] ?? entry ?? name], bindings: build ? production : {}, origin }),
  };
}

/** A Node process with sharp in it. */
async function startNode(settings, { host, port }) {
  const child = fork(join(bench, 'native', 'server.mjs'), [settings], { execArgv: [] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  child.send({ origin: { host, port } });
  const listening = await Promise.race([new Promise((resolve) => child.once('message', resolve)), ended]);
  if (!listening?.port) throw new Error(`the Node server ended before it listened (${listening})`);
  return { host: '127.0.0.1', port: listening.port, pid: child.pid, stop };
}
