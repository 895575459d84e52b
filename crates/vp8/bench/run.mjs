// `npm run bench:vp8`: letterbox-vp8 beside image-webp, in one wasm module with SIMD and natively, and native libwebp through sharp, as a
// markdown table of nanoseconds a pixel.
//
// CPU time of one file, the least of 20 runs after 5 to warm up. `npm run bench:vp8 -- 6mp` runs what has `6mp` in its name. sharp takes the
// file to RGB, and no more is known of its inside.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apart, bench, compile, head, instance, line, targetOf, timed } from '../../../bench/kernel.mjs';

const CONTESTANTS = ['letterbox_planes', 'letterbox_rgb', 'image_webp'];

async function all(wanted) {
  await compile('vp8', { native: true });
  const { setup } = await import('../../../scripts/setup.mjs');
  await setup();
  const { images, load } = await import('../../../bench/images.mjs');
  console.log(head(['ns a pixel', 'bytes', ...CONTESTANTS.map((name) => `${name}, wasm`), ...CONTESTANTS.map((name) => `${name}, native`), 'sharp, native']));
  for (const image of images.filter(({ kind, name }) => kind === 'webp' && wanted.every((part) => name.includes(part)))) {
    const file = await load(image);
    const here = (contestant) => apart(import.meta.url, [contestant], file)[0];
    const times = [...CONTESTANTS.map(here), ...CONTESTANTS.map((contestant) => natively(contestant, file)), here('sharp')];
    const each = times.map((ms) => ((ms * 1e6) / (image.width * image.height)).toFixed(2));
    console.log(line([image.name, file.length, ...each]));
  }
}

/** The least of the milliseconds that the native program says. */
function natively(contestant, file) {
  const lines = execFileSync(join(targetOf('vp8'), 'release', 'native'), [contestant], { input: file, encoding: 'utf8' });
  return Math.min(...lines.trim().split('\n').map(Number));
}

async function one(contestant) {
  const file = readFileSync(0);
  const run = contestant === 'sharp' ? await nativeLibwebp(file) : instance('vp8', file)[contestant];
  return timed(() => run(), { warmUps: 5, runs: 20 });
}

async function nativeLibwebp(file) {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  return () => sharp(file).raw().toBuffer();
}

await bench({ all, one });
