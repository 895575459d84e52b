// wasm-image-optimization (Skia). It does not pad, and its own `contain` rounds down, so it is driven step by step: resized to the exact
// box, taken out as raw pixels, and given back as a BMP to be encoded, a header before the same pixels and the cheapest way in.

import { FitMode, ImageConverter, RenderFormat } from 'wasm-image-optimization/workerd';
import { contain, onWhite } from './contain.mjs';
import { serve, Unsupported } from './serve.mjs';

const written = { jpeg: RenderFormat.JPEG, png: RenderFormat.PNG, webp: RenderFormat.WebP, avif: RenderFormat.AVIF };

let converter;

export default serve(async ({ bytes, format, to, width, height }) => {
  if (!written[to]) throw new Unsupported(`wasm-image-optimization writes no ${to}`);
  converter ??= ImageConverter.create();
  const library = await (await converter).getModule();

  let box;
  const resized = using(library, bytes, RenderFormat.RAW, (image) => {
    const size = { width: library.get_original_width(image), height: library.get_original_height(image) };
    box = contain(size, { width, height });
    library.resize(image, box.width, box.height, FitMode.Fill);
  });
  if (format !== 'jpeg') divideByAlpha(resized);
  const canvas = onWhite(resized, box, { width, height });
  return using(library, bmp(canvas, width, height), written[to], () => {});
});

/** Loads `file`, lets `work` be done on it, and gives it in another format. */
function using(library, file, format, work) {
  const [quality, speed, animation] = [80, 9, false];
  const image = library.create_instance();
  try {
    if (!library.load_image(image, file)) throw new Error('the image was not loaded');
    work(image);
    const answer = library.encode(image, format, quality, speed, animation);
    if (!answer?.length) throw new Error('the image was not encoded');
    return new Uint8Array(answer); // out of the module's memory, which the next call may move
  } finally {
    library.destroy_instance(image);
  }
}

/** Raw pixels come out premultiplied, and a BMP is not. */
function divideByAlpha(pixels) {
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = pixels[at + 3];
    if (alpha === 0 || alpha === 255) continue;
    for (let channel = at; channel < at + 3; channel++) pixels[channel] = Math.min(255, Math.round((pixels[channel] * 255) / alpha));
  }
}

/** RGBA pixels as a BMP with alpha: a version 5 header with masks, rows top down. */
function bmp(pixels, width, height) {
  const offset = 14 + 124;
  const file = new Uint8Array(offset + pixels.byteLength);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(2, file.length, true);
  view.setUint32(10, offset, true);
  view.setUint32(14, 124, true);
  view.setInt32(18, width, true);
  view.setInt32(22, -height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 32, true);
  view.setUint32(30, 3, true); // masks follow
  view.setUint32(34, pixels.byteLength, true);
  [0x000000ff, 0x0000ff00, 0x00ff0000, 0xff000000].forEach((mask, at) => view.setUint32(54 + 4 * at, mask, true));
  view.setUint32(70, 0x73524742, true); // sRGB
  file.set(pixels, offset);
  return file;
}
