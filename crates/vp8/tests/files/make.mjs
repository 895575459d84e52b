// Makes the files beside it, by libwebp: `node crates/vp8/tests/files/make.mjs`. A made picture has flat, smooth, busy and sharp parts, and each
// file has another size and other settings.

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const codec = join(here, '../../../../node_modules/@jsquash/webp');
const { defaultOptions } = await import(join(codec, 'meta.js'));
const { default: factory } = await import(join(codec, 'codec/enc/webp_enc.js'));
const wasmBinary = readFileSync(join(codec, 'codec/enc/webp_enc.wasm'));
const encoder = await factory({ wasmBinary });

const FILES = {
  'usual-67x45': { quality: 75 },
  'fine-64x48': { quality: 98 },
  'coarse-61x80': { quality: 2, filter_strength: 100 },
  'simple-50x34': { quality: 30, filter_type: 0, filter_strength: 80, autofilter: 0 },
  'sharp-33x33': { quality: 40, filter_sharpness: 6, filter_strength: 60 },
  'unfiltered-40x70': { quality: 50, filter_strength: 0 },
  'partitions-48x300': { quality: 60, partitions: 3 },
  'segments-90x90': { quality: 50, segments: 4, sns_strength: 100 },
  'one-segment-35x20': { quality: 70, segments: 1, method: 6 },
  'quick-31x57': { quality: 80, method: 0 },
  'thin-1x40': { quality: 60 },
  'flat-41x2': { quality: 60 },
  'pixel-1x1': { quality: 90 },
  'grey-37x39': { quality: 60, grey: true },
  'smooth-133x95': { quality: 90, smooth: true },
};

for (const [name, { grey, smooth, ...settings }] of Object.entries(FILES)) {
  const [width, height] = name.split('-').pop().split('x').map(Number);
  const pixels = (smooth ? waves : picture)(width, height, grey);
  const file = encoder.encode(pixels, width, height, { ...defaultOptions, ...settings });
  writeFileSync(join(here, `${name}.webp`), file);
}

/** Colours as they are in photos. */
function waves(width, height) {
  const pixels = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const wave = (across, down) => 128 + 60 * Math.sin(x / across) + 40 * Math.cos(y / down);
      pixels.set([wave(9, 17), wave(15, 8), wave(23, 11), 255], 4 * (y * width + x));
    }
  }
  return pixels;
}

function picture(width, height, grey) {
  const pixels = new Uint8Array(4 * width * height);
  let state = 7;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const noise = state >>> 25;
      const part = ((x >> 4) + 2 * (y >> 4)) % 5;
      const value = [
        () => [40, 90, 200],
        () => [(x * 7) % 256, (y * 5) % 256, (x + y) % 256],
        () => [noise * 2, 255 - noise, noise],
        () => ((x >> 2) + (y >> 1)) % 2 ? [255, 0, 0] : [0, 255, 255],
        () => (x * 3 > y * 4 ? [250, 250, 240] : [5, 0, 20]),
      ][part]();
      pixels.set([...(grey ? Array(3).fill(value[1]) : value), 255], 4 * (y * width + x));
    }
  }
  return pixels;
}
