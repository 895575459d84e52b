// The sources: mirror mosaics of the sample photos with a little noise, made on first use and kept in bench/.images. Nothing random is in
// them, so the same version of sharp makes the same files everywhere.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { say } from '../scripts/program.mjs';
import { root } from '../scripts/tools.mjs';

const folder = join(root, 'bench', '.images');

// By megapixels. 4:3 and multiples of 8, so that neither a target (836x627 and 320x240 within it) nor an image shrunk while loading has a side
// to be rounded: how a library rounds would be half a pixel, and decide over its PSNR.
const sizes = {
  2: [1632, 1224],
  3: [2016, 1512],
  6: [2816, 2112],
  12: [4000, 3000],
  24: [5664, 4248],
  100: [11552, 8664],
};

const jpeg = { quality: 85, chromaSubsampling: '4:2:0' };

/** How each kind of file is written. Only the size and the kind are in an image's name, so a change here has to make all of them anew. */
const kinds = {
  'jpeg-baseline': { format: 'jpeg', options: jpeg },
  'jpeg-progressive': { format: 'jpeg', options: { ...jpeg, progressive: true } },
  // As phones take them.
  'jpeg-p3': { format: 'jpeg', options: jpeg, profile: 'p3' },
  png: { format: 'png', options: { compressionLevel: 2, adaptiveFiltering: true } },
  'png-alpha': { format: 'png', options: { compressionLevel: 6, adaptiveFiltering: true }, alpha: true },
  'png-16bit': { format: 'png', options: { compressionLevel: 6, adaptiveFiltering: true }, alpha: true, space: 'rgb16' },
  'photo-to-webp': { format: 'jpeg', options: jpeg, to: 'webp', query: { f: 'webp' } },
  // Our 67 is AVIF's 50, which is what sharp takes by itself.
  'photo-to-avif': { format: 'jpeg', options: jpeg, to: 'avif', query: { f: 'avif', q: 67 } },
  webp: { format: 'webp', options: { quality: 85 } },
  gif: { format: 'gif', options: { effort: 4 } },
  avif: { format: 'avif', options: { quality: 60, effort: 2 }, query: { q: 67 } },
};

const wanted = [
  ['jpeg-baseline', [2, 6, 12, 24, 100]],
  ['jpeg-progressive', [2, 6, 12, 24, 100]],
  ['jpeg-p3', [24]],
  ['png', [12, 100]],
  ['png-alpha', [3]],
  ['png-16bit', [24]],
  ['photo-to-webp', [2]],
  ['photo-to-avif', [2]],
  ['webp', [2, 6]],
  ['gif', [2]],
  ['avif', [2]],
];

/** Every image that there is: { name, kind, format, to, query, megapixels, width, height, alpha }; `to` is the answer's format. */
export const images = wanted.flatMap(([kind, megapixels]) =>
  megapixels.map((count) => {
    const [width, height] = sizes[count];
    const { format, to = format, query = {}, alpha = false } = kinds[kind];
    return { name: `${kind}-${count}mp`, kind, format, to, query, megapixels: count, width, height, alpha };
  }),
);

/** The image's file, made if it is not there. */
export async function load(image) {
  const path = join(kept(), `${image.name}.${image.format}`);
  if (!existsSync(path)) {
    say(`images: making ${image.name} (${image.megapixels > 24 ? 'half a minute' : 'seconds'}, once)`);
    const channels = image.alpha ? 4 : 3;
    const raw = { width: image.width, height: image.height, channels };
    const { options, space = 'srgb', profile } = kinds[image.kind];
    let picture = sharp(await mosaic(raw), { raw, limitInputPixels: false }).toColourspace(space);
    if (profile) picture = picture.withIccProfile(profile);
    store(path, await picture.toFormat(image.format, options).toBuffer());
  }
  return readFileSync(path);
}

/** What is computed from an image once and kept beside it. */
export async function derived(image, name, make) {
  const path = join(kept(), `${image.name}.${name}`);
  if (!existsSync(path)) store(path, await make());
  return readFileSync(path);
}

/** The folder of this way of making them; those of another way are removed. */
function kept() {
  const recipe = [readFileSync(fileURLToPath(import.meta.url)), JSON.stringify(sharp.versions)];
  const version = recipe.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex').slice(0, 12);
  const place = join(folder, version);
  if (!existsSync(place)) {
    mkdirSync(place, { recursive: true });
    for (const old of readdirSync(folder)) if (old !== version) rmSync(join(folder, old), { recursive: true, force: true });
  }
  return place;
}

// Whole or not at all: an interrupted run leaves no half of a file.
function store(path, bytes) {
  writeFileSync(`${path}.part`, bytes);
  renameSync(`${path}.part`, path);
}

const tile = { width: 1200, height: 1800 };

/** Both photos side by side in turn, every other copy mirrored, with noise of up to three levels either way. */
async function mosaic({ width, height, channels }) {
  const tiles = await photos();
  const noise = xorshift(width * 31 + height);
  const pixels = Buffer.allocUnsafe(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    const down = Math.floor(y / tile.height);
    const row = down % 2 ? tile.height - 1 - (y % tile.height) : y % tile.height;
    for (let x = 0; x < width; x++) {
      const across = Math.floor(x / tile.width);
      const column = across % 2 ? tile.width - 1 - (x % tile.width) : x % tile.width;
      const photo = tiles[(across + down) % 2];
      const from = (row * tile.width + column) * 3;
      const random = noise();
      for (let channel = 0; channel < 3; channel++) {
        const grain = ((random >>> (8 * channel)) & 3) - ((random >>> (8 * channel + 4)) & 3);
        pixels[at++] = Math.max(0, Math.min(255, photo[from + channel] + grain));
      }
      if (channels === 4) pixels[at++] = opacity(x / width, y / height);
    }
  }
  return pixels;
}

/** A round window with a soft edge: opaque in the middle, clear in the corners. */
const opacity = (x, y) => Math.max(0, Math.min(255, Math.round(1020 - 1020 * Math.hypot(2 * x - 1, 2 * y - 1))));

function photos() {
  return Promise.all(
    ['waterfall', 'onlooker'].map((name) =>
      sharp(join(root, 'demo', 'samples', `${name}.jpg`)).autoOrient().resize(tile.width, tile.height, { fit: 'fill' }).removeAlpha().raw().toBuffer(),
    ),
  );
}

/** Marsaglia's generator of 32 bits. */
function xorshift(seed) {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
