// Film grain: pictures that hardly any format makes smaller, for answers as large as they come.

import sharp from 'sharp';

/** A JPEG of noise around grey, whose PNG is nearly as large as its pixels. Equal in every run. */
export function grain(width, height) {
  let state = 0x2545f491;
  const pixels = Buffer.allocUnsafe(width * height * 3);
  for (let at = 0; at < pixels.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    pixels[at] = 96 + (state & 63);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg({ quality: 95 }).toBuffer();
}
