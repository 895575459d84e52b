// `npm run bench:vp8`: letterbox-vp8 beside image-webp, in one wasm module with SIMD and natively, and native libwebp through sharp, as a
// markdown table of nanoseconds a pixel.
//
// CPU time of one file, the least of 20 runs after 5 to warm up; a fresh process for every case and contestant, so that nobody profits from
// what the other has taught the engine. `npm run bench:vp8 -- 6mp` runs what has `6mp` in its name. sharp takes the file to RGB, and no more
// is known of its inside.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const CONTESTANTS = ['letterbox_planes', 'letterbox_rgb', 'image_webp'];
const [WARM_UPS, RUNS] = [5, 20];

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '../../../target/bench-vp8');
const module = join(target, 'wasm32-unknown-unknown/release/letterbox_vp8_bench.wasm');
const native = join(target, 'release/native');

const [mode, ...rest] = process.argv.slice(2);
if (mode === 'one') await one(...rest);
else await all(process.argv.slice(2));

async function all(wanted) {
  const build = ['build', '--release', '--locked', '--target-dir', target];
  const simd = { ...process.env, RUSTFLAGS: '-C target-feature=+simd128' };
  execFileSync('cargo', [...build, '--lib', '--target', 'wasm32-unknown-unknown'], { cwd: here, stdio: 'inherit', env: simd });
  execFileSync('cargo', [...build, '--bins'], { cwd: here, stdio: 'inherit' });
  const { setup } = await import('../../../scripts/setup.mjs');
  await setup();
  const { images, load } = await import('../../../bench/images.mjs');
  const columns = [...CONTESTANTS.map((name) => `${name}, wasm`), ...CONTESTANTS.map((name) => `${name}, native`), 'sharp, native'];
  console.log(`| ns a pixel | bytes | ${columns.join(' | ')} |`);
  console.log(`|---|--:${'|--:'.repeat(columns.length)}|`);
  for (const image of images.filter(({ kind, name }) => kind === 'webp' && wanted.every((part) => name.includes(part)))) {
    const file = await load(image);
    const times = [
      ...CONTESTANTS.map((contestant) => measured(process.execPath, [fileURLToPath(import.meta.url), 'one', contestant], file)),
      ...CONTESTANTS.map((contestant) => measured(native, [contestant], file)),
      measured(process.execPath, [fileURLToPath(import.meta.url), 'one', 'sharp'], file),
    ];
    const each = times.map((ms) => ((ms * 1e6) / (image.width * image.height)).toFixed(2));
    console.log(`| ${[image.name, file.length.toLocaleString('en'), ...each].join(' | ')} |`);
  }
}

/** The least of the milliseconds that a program says. */
function measured(program, words, file) {
  const lines = execFileSync(program, words, { input: file, encoding: 'utf8' }).trim().split('\n');
  return Math.min(...lines.map(Number));
}

async function one(contestant) {
  const file = readFileSync(0);
  const run = contestant === 'sharp' ? await nativeLibwebp(file) : inWasm(file, contestant);
  const times = [];
  for (let count = 0; count < WARM_UPS + RUNS; count++) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    // The engine compiles its optimised code meanwhile: it is given the time.
    if (count === WARM_UPS - 1) await setTimeout(200);
    if (count >= WARM_UPS) times.push((user + system) / 1000);
  }
  console.log(times.join('\n'));
}

function inWasm(file, contestant) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(module)));
  const place = exports.prepare(file.length);
  new Uint8Array(exports.memory.buffer, place, file.length).set(file);
  return () => exports[contestant]();
}

async function nativeLibwebp(file) {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  return () => sharp(file).raw().toBuffer();
}
