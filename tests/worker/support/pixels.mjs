// The pixels of an encoded image, and how far two of them are apart.
import sharp from 'sharp';

/** Decodes to straight RGBA, as stored: the EXIF orientation of `bytes` is not applied. */
export async function pixels(bytes) {
  const { data, info } = await sharp(bytes, { autoOrient: false })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Peak signal-to-noise ratio in dB over the colours as seen on `background`; Infinity when they are equal. */
export function psnr(a, b, background = [255, 255, 255]) {
  if (a.width !== b.width || a.height !== b.height) {
    throw new Error(`sizes differ: ${a.width}x${a.height} and ${b.width}x${b.height}`);
  }
  let squares = 0;
  for (let at = 0; at < a.data.length; at += 4) {
    for (let channel = 0; channel < 3; channel++) {
      squares += (seen(a.data, at, channel, background) - seen(b.data, at, channel, background)) ** 2;
    }
  }
  return 10 * Math.log10((255 ** 2 * a.width * a.height * 3) / squares);
}

/** The mean [r, g, b, a] of a rectangle. */
export function meanColour({ data, width }, { left, top, width: across, height: down }) {
  const sum = [0, 0, 0, 0];
  for (let y = top; y < top + down; y++) {
    for (let x = left; x < left + across; x++) {
      for (let channel = 0; channel < 4; channel++) sum[channel] += data[(y * width + x) * 4 + channel];
    }
  }
  return sum.map((total) => Math.round(total / (across * down)));
}

/** The picture half-way between two of the same size. */
export function mean(a, b) {
  return { ...a, data: a.data.map((value, at) => Math.round((value + b.data[at]) / 2)) };
}

function seen(data, at, channel, background) {
  const alpha = data[at + 3] / 255;
  return data[at + channel] * alpha + background[channel] * (1 - alpha);
}
