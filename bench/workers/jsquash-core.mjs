// jSquash's codecs tuned for a worker: baseline JPEG, resizing without the detour through linear light.

import jpegDecodeModule from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';
import jpegEncodeModule from '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm';
import decodeJpeg, { init as initJpegDecode } from '@jsquash/jpeg/decode.js';
import encodeJpeg, { init as initJpegEncode } from '@jsquash/jpeg/encode.js';
import pngModule from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm';
import decodePng, { init as initPngDecode } from '@jsquash/png/decode.js';
import encodePng from '@jsquash/png/encode.js';
import resizeModule from '@jsquash/resize/lib/resize/pkg/squoosh_resize_bg.wasm';
import { initSync, resize } from '@jsquash/resize/lib/resize/pkg/squoosh_resize.js';
import webpDecodeModule from '@jsquash/webp/codec/dec/webp_dec.wasm';
import webpEncodeModule from '@jsquash/webp/codec/enc/webp_enc_simd.wasm';
import decodeWebp, { init as initWebpDecode } from '@jsquash/webp/decode.js';
import encodeWebp, { init as initWebpEncode } from '@jsquash/webp/encode.js';
import { contain, onWhite } from './contain.mjs';
import { Unsupported } from './serve.mjs';

const lanczos3 = 3;

/** Runs `start` before the first call of `work` only: an instance is made when its format is first met. */
function lazily(start, work) {
  let started;
  return async (...args) => {
    await (started ??= start());
    return work(...args);
  };
}

export const codecs = {
  jpeg: {
    decode: lazily(() => initJpegDecode(jpegDecodeModule), (bytes) => decodeJpeg(bytes.buffer)),
    encode: lazily(
      () => initJpegEncode(jpegEncodeModule),
      (image) => encodeJpeg(image, { quality: 80, baseline: true, progressive: false }),
    ),
  },
  png: {
    decode: lazily(() => initPngDecode(pngModule), (bytes) => decodePng(bytes)),
    encode: lazily(() => initPngDecode(pngModule), (image) => encodePng(image)),
  },
  webp: {
    decode: lazily(() => initWebpDecode(webpDecodeModule), (bytes) => decodeWebp(bytes.buffer)),
    encode: lazily(() => initWebpEncode(webpEncodeModule), (image) => encodeWebp(image, { quality: 80 })),
  },
};

/** A transform with these codecs. */
export const transformer =
  (codecs) =>
  async ({ bytes, format, to, width, height }) => {
    const [codec, encoder] = [codecs[format], codecs[to]];
    if (!codec || !encoder) throw new Unsupported(`jSquash has no ${format}`);
    const source = await codec.decode(bytes);
    initSync(resizeModule);
    const box = contain(source, { width, height });
    const premultiply = to !== 'jpeg';
    const pixels = resize(new Uint8Array(source.data.buffer), source.width, source.height, box.width, box.height, lanczos3, premultiply, false);
    const canvas = onWhite(pixels, box, { width, height });
    return encoder.encode(new ImageData(new Uint8ClampedArray(canvas.buffer), width, height));
  };
