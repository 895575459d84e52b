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

/** A photo that moves behind a frame that does not, and flat shapes that move and do not. */
const film = { width: 640, height: 480, frames: 30 };

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

/** Every image that there is: { name, kind, format, to, query, megapixels, width, height, alpha, frames }; `to` is the answer's format. */
export const images = [...stills(), ...films()];

function films() {
  const { width, height, frames } = film;
  const megapixels = (width * height * frames) / 1e6;
  return ['gif', 'webp'].map((to) => ({
    name: to === 'gif' ? `gif-anim-${frames}` : `gif-anim-${frames}-to-${to}`,
    kind: 'gif-anim',
    format: 'gif',
    to,
    query: { f: to },
    megapixels,
    width,
    height,
    alpha: false,
    frames,
    targets: [{ width: 320, height: 320 }],
  }));
}

function stills() {
  return wanted.flatMap(([kind, megapixels]) =>
  megapixels.map((count) => {
    const [width, height] = sizes[count];
    const { format, to = format, query = {}, alpha = false } = kinds[kind];
    return { name: `${kind}-${count}mp`, kind, format, to, query, megapixels: count, width, height, alpha };
  }),
  );
}

/** The image's file, made if it is not there. */
export async function load(image) {
  const path = join(kept(), `${image.name}.${image.format}`);
  if (!existsSync(path)) {
    say(`images: making ${image.name} (${!image.frames && image.megapixels > 24 ? 'half a minute' : 'seconds'}, once)`);
    if (image.frames) {
      store(path, await moving());
      return readFileSync(path);
    }
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

/** An animation: the middle of a photo wanders, on the left a gradient and a disc that goes up and down. */
async function moving() {
  const { width, height, frames } = film;
  const [photo] = await photos();
  const pixels = Buffer.alloc(width * height * frames * 3);
  for (let frame = 0, at = 0; frame < frames; frame++) {
    const phase = (2 * Math.PI * frame) / frames;
    const [left, top] = [300 + Math.round(60 * Math.sin(phase)), 500 + Math.round(40 * Math.cos(phase))];
    const disc = { x: 110, y: 240 + Math.round(150 * Math.sin(phase)) };
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += 3) {
        if (x >= 220 && x < 620 && y >= 40 && y < 440) {
          photo.copy(pixels, at, ((y + top) * tile.width + x + left) * 3, ((y + top) * tile.width + x + left) * 3 + 3);
        } else if (Math.hypot(x - disc.x, y - disc.y) < 60) {
          pixels.set([230, 90, 40], at);
        } else {
          pixels.set(x < 220 ? [30 + (y >> 2), 60 + (y >> 3), 120] : [24, 24, 28], at);
        }
      }
    }
  }
  const raw = { width, height: height * frames, channels: 3, pageHeight: height };
  const delay = Array(frames).fill(80);
  return sharp(pixels, { raw }).gif({ loop: 0, delay }).toBuffer();
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
