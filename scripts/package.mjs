// `npm run package`: the npm package, as a folder, build/package, and as the file that npm makes of it. The same tree gives the same bytes.

import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { build } from './build.mjs';
import { bundle } from './bundle.mjs';
import { capture, duration, Problem, program, say } from './program.mjs';
import { root, version } from './tools.mjs';

const folder = join('build', 'package');

/** Bytes that the file may have. */
const most = 3_000_000;

/** What is in it as it stands in the clone, from where to where. */
const copied = {
  cli: 'cli',
  sign: 'sign',
  url: 'url',
  integrations: 'integrations',
  site: 'site',
  'demo/samples/logo.png': 'site/samples/logo.png',
  'npm/worker.d.mts': 'worker.d.mts',
  'npm/engine.d.mts': 'engine.d.mts',
  'npm/rpc.d.mts': 'rpc.d.mts',
  'LICENSE-MIT': 'LICENSE-MIT',
  'LICENSE-APACHE': 'LICENSE-APACHE',
  'THIRD-PARTY.md': 'THIRD-PARTY.md',
  'fonts/LICENSE-OFL.txt': 'LICENSE-OFL.txt',
};

/** Tests, sites that loaders are tried with, and what both leave behind stay in the clone. */
const isLeft = (path) => /(^|\/)(node_modules|dist|site|tests?)$|\.(spec|test)\.\w+$|\/integrations\/table\.mjs$/.test(path);

/** Builds the package; returns the path of the file, and its size. */
export async function makePackage() {
  const started = Date.now();
  const at = await makeFolder();
  const { code, output } = await capture('npm', ['pack', '--json', '--silent', '--pack-destination', join(root, 'build')], { cwd: at });
  if (code !== 0) throw new Problem(`npm pack failed:\n${output}`);
  const [{ filename, unpackedSize, entryCount }] = JSON.parse(output);
  const path = join(root, 'build', filename);
  const size = await pressed(path);
  say(`package: ${filename}, ${megabytes(size)} packed, ${megabytes(unpackedSize)} unpacked, ${entryCount} files, in ${duration(Date.now() - started)}`);
  if (size > most) throw new Problem(`package: ${size} bytes are more than ${most}`);
  return { path, size, folder: at };
}

/** Builds the folder that becomes the package, or another one with the same in it; returns its path. */
export async function makeFolder(into = folder) {
  await build({ quiet: true });
  const at = join(root, into);
  rmSync(at, { recursive: true, force: true });
  mkdirSync(at, { recursive: true });
  const worker = (avif) => ({ from: 'package.mjs', avif });
  const entries = { 'worker.mjs': worker(true), 'worker-without-avif.mjs': worker(false), 'engine.mjs': { from: 'engine.mjs', avif: false, loads: true }, 'rpc.mjs': { from: 'rpc.mjs' }, 'batch.mjs': { from: 'batch.mjs' } };
  await bundle({ folder: 'build', into, entries });
  for (const [from, to] of Object.entries(copied)) {
    cpSync(join(root, from), join(at, to), { recursive: true, filter: (path) => path === join(root, from) || !isLeft(path) });
  }
  const manifest = JSON.parse(readFileSync(join(root, 'npm', 'package.json'), 'utf8'));
  const { name, ...rest } = manifest;
  writeFileSync(join(at, 'package.json'), `${JSON.stringify({ name, version, ...rest }, null, 2)}\n`);
  writeFileSync(join(at, 'README.md'), readme());
  // Modes go into the file, and are not the same in every clone.
  for (const path of readdirSync(at, { recursive: true }).map((path) => join(at, path))) {
    if (statSync(path).isFile()) chmodSync(path, path.endsWith(join('cli', 'main.mjs')) ? 0o755 : 0o644);
  }
  return at;
}

/** Compresses the file anew, which makes it a twentieth smaller than npm does; returns its size. */
async function pressed(path) {
  const { gzip } = await import('libdeflate'); // there after set-up
  const file = gzip(gunzipSync(readFileSync(path)), 12);
  writeFileSync(path, file);
  return file.length;
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;

/** The package's own words, with the tables of docs/, whose links lead nowhere from there. */
function readme() {
  const table = (name) => {
    const page = readFileSync(join(root, 'docs', `${name}.md`), 'utf8');
    const [, rows] = new RegExp(`<!-- ${name} -->\n([^]*?)<!-- /${name} -->`).exec(page);
    return rows.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1');
  };
  return readFileSync(join(root, 'npm', 'README.md'), 'utf8').replace(/<!-- (\w+) -->\n/g, (_, name) => table(name));
}

await program(import.meta.url, async (args) => {
  if (args.length > 0) throw new Problem(`${args[0]}: unknown\nusage: npm run package`);
  const { path } = await makePackage();
  say(`  ${path}`);
});
