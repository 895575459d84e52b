// libavif and libaom, by way of @jsquash/avif. `npm run build -- --no-avif` takes no-avif.mjs instead.

import decoderFactory from '@jsquash/avif/codec/dec/avif_dec.js';
import decoder from '@jsquash/avif/codec/dec/avif_dec.wasm';
import encoderFactory from '@jsquash/avif/codec/enc/avif_enc.js';
import encoder from '@jsquash/avif/codec/enc/avif_enc.wasm';
import { Guest } from './guest.mjs';

// Colours at half the size, and next to the fastest of all speeds: a reply is waited for. All fields are wanted.
const options = (quality) => ({
  quality,
  qualityAlpha: -1, // as the colours
  denoiseLevel: 0,
  tileColsLog2: 0,
  tileRowsLog2: 0,
  speed: 9,
  subsample: 1,
  chromaDeltaQ: false,
  sharpness: 0,
  tune: 0,
  enableSharpYUV: false,
  bitDepth: 8,
  lossless: false,
});

export const avif = {
  encoder: new Guest(encoderFactory, encoder),
  decoder: new Guest(decoderFactory, decoder),
  options,
  decode: (codec, file) => codec.decode(file, 8), // bits
};
