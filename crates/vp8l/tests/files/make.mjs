// Makes the files beside it, by libwebp: `node crates/vp8l/tests/files/make.mjs`. Each has other transforms, codes or copies in it.

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const codec = join(here, '../../../../node_modules/@jsquash/webp');
const { defaultOptions } = await import(join(codec, 'meta.js'));
const { default: factory } = await import(join(codec, 'codec/enc/webp_enc.js'));
const wasmBinary = readFileSync(join(codec, 'codec/enc/webp_enc.wasm'));
const encoder = await factory({ wasmBinary });

let state = 7;
const dice = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
const wave = (x, y, across, down) => 128 + 60 * Math.sin(x / across) + 40 * Math.cos(y / down);
const photo = (x, y) => [wave(x, y, 9, 17) + dice() / 16, wave(x, y, 15, 8) + dice() / 32, wave(x, y, 23, 11) + dice() / 16, 255];
const smooth = (x, y) => [wave(x, y, 9, 17), wave(x, y, 15, 8), wave(x, y, 23, 11), 255];
const colours = (count) => (x, y) => {
  const at = ((x >> 2) * 7 + (y >> 1) * 3 + (dice() >> 6)) % count;
  return [(at * 37) & 255, (at * 91) & 255, (at * 151) & 255, 255];
};
// Copies from as far back as they come, in a picture that is larger than the window.
const far = (x, y) => {
  if (y % 690 > 3) return [9, 20, 30, 255];
  const mixed = Math.imul(x * 7919 + (y % 690) * 104729 + 1, 0x9e3779b1);
  return [mixed >>> 24, (mixed >>> 16) & 255, (mixed >>> 8) & 255, 255];
};

/** Pictures by their place, and settings beside libwebp's for what is lossless. */
const FILES = {
  'photo-75x51': [photo, {}],
  'photo-alpha-61x40': [(x, y) => [...photo(x, y).slice(0, 3), (x * 4 + y) & 255], {}],
  'smooth-133x95': [smooth, { method: 6, quality: 100 }],
  'near-64x64': [photo, { near_lossless: 40 }],
  'quick-90x70': [photo, { method: 0, quality: 0 }],
  'drawing-200x150': [(x, y) => [(x >> 3) * 40 & 255, (y >> 4) * 50 & 255, ((x + y) >> 5) * 60 & 255, 255], { quality: 100 }],
  'parts-300x200': [(x, y) => (x < 100 ? photo(x, y) : x < 200 ? colours(300)(x, y) : smooth(x, y)), { method: 6, quality: 100 }],
  'two-colours-37x21': [colours(2), {}],
  'four-colours-41x22': [colours(4), {}],
  'sixteen-colours-83x30': [colours(16), {}],
  'colours-60x60': [colours(200), {}],
  'colours-alpha-30x20': [(x, y) => [...colours(9)(x, y).slice(0, 3), x * 8], {}],
  'many-colours-128x128': [colours(1500), { quality: 100, method: 5 }],
  'noise-50x50': [() => [dice(), dice(), dice(), dice()], {}],
  'flat-300x20': [() => [1, 2, 3, 255], {}],
  'pixel-1x1': [() => [200, 100, 50, 128], {}],
  'thin-1x90': [photo, {}],
  'low-90x1': [photo, {}],
  'far-1500x700': [far, { quality: 100, method: 6 }],
};

for (const [name, [picture, settings]] of Object.entries(FILES)) {
  const [width, height] = name.split('-').pop().split('x').map(Number);
  const pixels = new Uint8Array(4 * width * height);
  for (let y = 0, at = 0; y < height; y++) for (let x = 0; x < width; x++, at += 4) pixels.set(picture(x, y), at);
  const file = encoder.encode(pixels, width, height, { ...defaultOptions, lossless: 1, exact: 1, ...settings });
  writeFileSync(join(here, `${name}.webp`), file);
}
