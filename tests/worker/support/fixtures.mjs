// Images made in memory, and the two sample photos of the repository.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { bmpHeader } from './damage.mjs';

const samples = new URL('../../../demo/samples/', import.meta.url);

/** The sample photos: [{ name, bytes }], in the order of their names. */
export function photos() {
  const names = readdirSync(samples).filter((name) => name.endsWith('.jpg')).sort();
  return names.map((name) => ({ name, bytes: readFileSync(new URL(name, samples)) }));
}

/** A sample photo, upright, scaled down to `width` x `height` and encoded without further loss where the format allows. */
export async function photo(format = 'jpeg', width = 300, height = 200) {
  const image = sharp(photos()[0].bytes).autoOrient().resize(width, height, { fit: 'fill' }).removeAlpha();
  return encode(image, format);
}

const made = new URL('../../../target/fixtures/', import.meta.url);

/** A file that takes seconds to encode: made once, and kept in target/ for the next run. `recipe` is the text of all that makes it. */
export async function kept(recipe, make) {
  const hash = createHash('sha256').update(JSON.stringify([recipe, sharp.versions])).update(photos()[0].bytes);
  const place = new URL(hash.digest('hex'), made);
  if (existsSync(place)) return readFileSync(place);
  const bytes = await make();
  mkdirSync(made, { recursive: true });
  const half = new URL(`${place.href}.${process.pid}`);
  writeFileSync(half, bytes);
  renameSync(half, place); // whole, or not at all
  return bytes;
}

/** Plain red, green and blue, left to right (or top to bottom), without a pixel in between. */
export async function stripes({ width = 300, height = 100, down = false, format = 'png' } = {}) {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const third = Math.floor(down ? (y * 3) / height : (x * 3) / width);
      data[(y * width + x) * 3 + third] = 255;
    }
  }
  return encode(sharp(data, { raw: { width, height, channels: 3 } }), format);
}

/** A photo seen through a round window: opaque in the middle, a soft edge, clear corners. */
export async function porthole({ width = 300, height = 200, format = 'png' } = {}) {
  const { data } = await sharp(await photo('png', width, height)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance = Math.hypot((2 * x + 1) / width - 1, (2 * y + 1) / height - 1);
      data[(y * width + x) * 4 + 3] = Math.max(0, Math.min(255, Math.round((1.0 - distance) * 1020)));
    }
  }
  return encode(sharp(data, { raw: { width, height, channels: 4 } }), format);
}

/** One colour all over; `background` is what sharp takes, alpha included. */
export function solid(width, height, background, format = 'png') {
  const channels = background.alpha === undefined ? 3 : 4;
  return encode(sharp({ create: { width, height, channels, background } }), format);
}

/** The same upright picture stored in all eight EXIF orientations: [{ orientation, bytes }], and the picture itself as PNG. */
export async function orientations({ width = 600, height = 400, format = 'jpeg' } = {}) {
  const upright = await photo('png', width, height);
  const stored = {
    1: [],
    2: [(image) => image.flop()],
    3: [(image) => image.rotate(180)],
    4: [(image) => image.flip()],
    5: [(image) => image.rotate(90), (image) => image.flop()],
    6: [(image) => image.rotate(270)],
    7: [(image) => image.rotate(270), (image) => image.flop()],
    8: [(image) => image.rotate(90)],
  };
  const files = [];
  for (const [orientation, turns] of Object.entries(stored)) {
    let picture = upright;
    for (const turn of turns) picture = await turn(sharp(picture)).png().toBuffer();
    const image = sharp(picture).withMetadata({ orientation: Number(orientation) });
    files.push({ orientation: Number(orientation), bytes: await encode(image, format) });
  }
  return { upright, files };
}

/** A 24-bit BMP of one colour. */
export function bmp(width, height, [red, green, blue]) {
  const row = Math.ceil((width * 3) / 4) * 4;
  const file = Buffer.alloc(54 + row * height);
  bmpHeader(file, width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) file.set([blue, green, red], 54 + y * row + x * 3);
  }
  return file;
}

/** An icon file with one PNG in it, at most 255 pixels a side. */
export async function ico(width, height, background) {
  const png = await solid(width, height, { ...background, alpha: 1 });
  const directory = Buffer.alloc(22);
  directory.writeUInt16LE(1, 2);
  directory.writeUInt16LE(1, 4);
  directory.set([width, height], 6);
  directory.writeUInt16LE(1, 10);
  directory.writeUInt16LE(32, 12);
  directory.writeUInt32LE(png.length, 14);
  directory.writeUInt32LE(22, 18);
  return Buffer.concat([directory, png]);
}

function encode(image, format) {
  const options = {
    jpeg: { quality: 95, chromaSubsampling: '4:4:4' },
    webp: { lossless: true },
    tiff: { compression: 'lzw' },
  };
  return image.toFormat(format, options[format]).toBuffer();
}
