// Animations: made byte by byte, so that every disposal can be had, or by sharp; and their frames as sharp sees them.
import sharp from 'sharp';
import { photos } from './fixtures.mjs';

const u16 = (number) => [number & 255, number >> 8];

/**
 * A GIF with a palette of 256 colours. Each frame is { left, top, width, height, pixel(x, y), disposal, transparent, delay, interlaced },
 * `pixel` giving an index, the place counted from the frame's corner, `delay` in hundredths of a second. `repetitions` is what the
 * application extension says; without it there is none.
 */
export function gif({ width, height, palette = rainbow, frames, repetitions }) {
  const bytes = [...Buffer.from('GIF89a'), ...u16(width), ...u16(height), 0xf7, 0, 0, ...palette.flat()];
  if (repetitions !== undefined) bytes.push(0x21, 0xff, 11, ...Buffer.from('NETSCAPE2.0'), 3, 1, ...u16(repetitions), 0);
  for (const frame of frames) {
    const { left = 0, top = 0, width: across = width, height: down = height, disposal = 0, transparent, delay = 10, interlaced, pixel } = frame;
    bytes.push(0x21, 0xf9, 4, (disposal << 2) | (transparent === undefined ? 0 : 1), ...u16(delay), transparent ?? 0, 0);
    bytes.push(0x2c, ...[left, top, across, down].flatMap(u16), interlaced ? 0x40 : 0);
    const rows = interlaced ? [[0, 8], [4, 8], [2, 4], [1, 2]].flatMap(([first, step]) => range(first, down, step)) : range(0, down, 1);
    bytes.push(...plainLzw(rows.flatMap((y) => range(0, across, 1).map((x) => pixel(x, y)))));
  }
  return Buffer.from([...bytes, 0x3b]);
}

const range = (first, end, step) => Array.from({ length: Math.max(0, Math.ceil((end - first) / step)) }, (_, at) => first + at * step);

/** 216 colours of a cube, 39 shades of grey and black. */
export const rainbow = [
  ...range(0, 216, 1).map((at) => [51 * Math.floor(at / 36), 51 * (Math.floor(at / 6) % 6), 51 * (at % 6)]),
  ...range(0, 39, 1).map((at) => [6 * at + 3, 6 * at + 3, 6 * at + 3]),
  [0, 0, 0],
];

/** LZW that never uses its dictionary: codes of nine bits, and a clear code before they would grow. */
function plainLzw(indices) {
  const codes = [256, ...indices.flatMap((index, at) => (at % 250 === 249 ? [index, 256] : [index])), 257];
  const data = Buffer.alloc(Math.ceil((codes.length * 9) / 8));
  codes.forEach((code, at) => {
    for (let bit = 0; bit < 9; bit++) if ((code >> bit) & 1) data[(at * 9 + bit) >> 3] |= 1 << ((at * 9 + bit) & 7);
  });
  const blocks = range(0, data.length, 255).map((at) => data.subarray(at, at + 255));
  return [8, ...blocks.flatMap((block) => [block.length, ...block]), 0];
}

/**
 * Every disposal, images that stick out or lie inside, one that is interlaced, one without a pixel that is seen. Where an image is opaque all over, sharp
 * clears it to the background that the file names; browsers, and letterbox, make it transparent.
 */
export const disposals = (repetitions) =>
  gif({
    width: 40,
    height: 30,
    repetitions,
    frames: [
      { pixel: (x, y) => (x * 5 + y) % 216, delay: 3 },
      { left: 4, top: 4, width: 20, height: 12, pixel: (x) => (x % 5 ? 10 : 200), transparent: 10, disposal: 1, delay: 1 },
      { left: 10, top: 8, width: 16, height: 16, pixel: () => 35, disposal: 3, delay: 70 },
      { left: 20, top: 2, width: 10, height: 25, pixel: (x, y) => y * 6, transparent: 255, disposal: 2, interlaced: true, delay: 0 },
      { left: 30, top: 20, width: 30, height: 30, pixel: (x, y) => (x + y) % 200, disposal: 0 },
      { left: 0, top: 0, width: 6, height: 30, pixel: () => 180, disposal: 3 },
      { left: 2, top: 2, width: 3, height: 3, pixel: () => 5, transparent: 255, disposal: 2 },
      { left: 33, top: 3, width: 4, height: 4, pixel: () => 77 },
    ],
  });

/** A photo that moves to the left behind a disc that stands still, of so many frames; with `hole`, it is seen through a round window that moves. */
export async function film({ width = 160, height = 120, count = 6, delay = 70, loop = 0, hole = false, format = 'gif', options = {} } = {}) {
  const wide = width + 4 * count;
  const { data: photo } = await sharp(photos()[0].bytes).resize(wide, height, { fit: 'fill' }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const frames = Buffer.alloc(width * height * 4 * count);
  for (let frame = 0, at = 0; frame < count; frame++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += 4) {
        const disc = Math.hypot(x - width / 4, y - height / 2) < height / 5;
        const from = 3 * (y * wide + x + 4 * frame);
        frames.set(disc ? [220, 40, 60] : photo.subarray(from, from + 3), at);
        frames[at + 3] = hole && Math.hypot(x - width / 2 - 6 * frame, y - height / 2) > height / 3 ? 0 : 255;
      }
    }
  }
  const raw = { width, height: height * count, channels: 4, pageHeight: height };
  const delays = Array.from({ length: count }, (_, frame) => delay + 10 * frame);
  return sharp(frames, { raw }).toFormat(format, { loop, delay: delays, ...options }).toBuffer();
}

/** The frames of a file: { count, delay, loop, frames: [{ data, width, height }] }, RGBA. `resize` is asked of sharp first. */
export async function frames(bytes, resize) {
  let image = sharp(bytes, { animated: true });
  const { pages = 1, delay = [], loop } = await image.metadata();
  if (resize) {
    // All pixels are decoded first: of a WebP, sharp would have its decoder shrink them, as it likes.
    const { data, info } = await image.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: 4, pageHeight: info.height / pages };
    image = sharp(data, { raw, animated: true }).resize(resize);
  }
  const { data, info } = await image.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const height = info.height / pages;
  const length = info.width * height * 4;
  return {
    count: pages,
    delay,
    loop,
    frames: range(0, pages, 1).map((at) => ({ data: data.subarray(at * length, (at + 1) * length), width: info.width, height })),
  };
}
