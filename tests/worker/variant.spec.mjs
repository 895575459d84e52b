// A worker without AVIF: started, checked and deployed, by an option or by the configuration, and nothing is compiled for it. In a copy of the
// tree, because the other specs run what is in build/.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { until } from './support/until.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const copied = ['.cargo', 'benches', 'examples', 'Cargo.lock', 'Cargo.toml', 'build', 'cli', 'crates', 'demo', 'fonts', 'package-lock.json', 'package.json', 'rust-toolchain.toml', 'scripts', 'src', 'wrangler.toml'];
const left = ['target', 'node_modules', 'named', 'package'];
let copy;

before(async () => {
  copy = mkdtempSync(join(tmpdir(), 'letterbox-variant-'));
  for (const name of copied) {
    cpSync(join(root, name), join(copy, name), { recursive: true, preserveTimestamps: true, filter: (path) => !left.includes(basename(path)) });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).avif().toFile(join(copy, 'demo', 'red.avif'));
});

after(() => rmSync(copy, { recursive: true, force: true }));

/** A configuration that is deployable, with this command under [build]. */
function configuration(command) {
  const path = join(copy, 'deployed.toml');
  writeFileSync(path, `name = "images"
main = "build/index.js"
compatibility_date = "2026-04-01"
compatibility_flags = ["global_fetch_strictly_public"]
workers_dev = false
routes = [{ pattern = "img.shop.example", custom_domain = true }]
[build]
command = "${command}"
[vars]
ALLOWED_SOURCES = "images.shop.example"
`);
  return ['--config', path];
}

function run(script, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join('scripts', script), ...args], { cwd: copy, encoding: 'utf8', timeout: 300_000 });
  return { status, said: stdout + stderr };
}

/** The modules that a deploy would send. */
function deployed(args) {
  const out = join(copy, 'out');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  const { status, said } = run('deploy.mjs', ['--dry-run', '--outdir', out, ...args]);
  assert.equal(status, 0, said);
  assert.doesNotMatch(said, /compiling/, 'AVIF is packed or not; nothing has to be compiled for it');
  return readdirSync(out).filter((name) => /\.(wasm|bin)$/.test(name)).map((name) => name.replace(/^\w{40}-/, '')).sort();
}

const withoutAvif = ['NotoSans-SemiBold.bin', 'index_bg.wasm', 'webp_enc_simd.wasm'];
const withAvif = ['avif_dec.wasm', 'avif_enc.wasm', ...withoutAvif].sort();

test('npm run deploy -- --no-avif sends no AVIF, and without it AVIF is there again', () => {
  const plain = configuration('node scripts/build.mjs');
  assert.deepEqual(deployed([...plain, '--no-avif']), withoutAvif);
  assert.deepEqual(deployed(plain), withAvif);
});

test('--no-avif in the build command is obeyed by the deploy and the check, which says so', () => {
  const plain = configuration('node scripts/build.mjs --no-avif');
  assert.deepEqual(deployed(plain), withoutAvif);
  const { status, said } = run('check.mjs', plain);
  assert.equal(status, 0, said);
  assert.match(said, /without AVIF/);
});

test('an option of the build that nobody knows is refused', () => {
  const { status, said } = run('build.mjs', ['--no-aviv']);
  assert.equal(status, 1);
  assert.match(said, /--no-aviv: unknown/);
});

for (const [what, args, command] of [
  ['npm start -- --no-avif', ['--no-avif'], 'node scripts/build.mjs'],
  ['npm start with --no-avif in the build command', [], 'node scripts/build.mjs --no-avif'],
]) {
  test(`${what}: f=avif is a 400 and an AVIF source a 415; what is saved is built in the same way`, { timeout: 300_000 }, async () => {
    const path = join(copy, 'wrangler.toml');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^command = .*$/m, `command = "${command}"`));
    const started = spawn(process.execPath, ['scripts/start.mjs', '--port', '0', ...args], { cwd: copy, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [started.stdout, started.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    const printed = (pattern) => until(
      `${pattern} is printed`,
      () => {
        if (started.exitCode !== null) throw new Error(`ended with ${started.exitCode}:\n${said}`);
        return pattern.exec(said);
      },
      { withinMs: 240_000, everyMs: 100 },
    );
    try {
      const [, home] = await printed(/playground +(http:\S+)/);
      const statuses = async () => Promise.all(['f=avif&s=/samples/logo.png', 's=/red.avif', 'f=webp&s=/samples/logo.png'].map(async (query) => (await fetch(`${home}?${query}`)).status));
      assert.deepEqual(await statuses(), [400, 415, 200]);
      assert.doesNotMatch(said, /restarting build|compiling/i);
      said = '';
      appendFileSync(join(copy, 'src', 'worker.mjs'), `globalThis.saved = ${JSON.stringify(what)};\n`);
      await printed(/build: done in .*without AVIF/);
      await printed(/updated and ready/);
      assert.deepEqual(await statuses(), [400, 415, 200]);
    } finally {
      started.kill('SIGTERM');
      if (started.exitCode === null) await once(started, 'exit');
    }
  });
}
