// jSquash with AVIF, which is a contestant of its own size: 1.5 MB of modules that only AVIF needs.

import decodeModule from '@jsquash/avif/codec/dec/avif_dec.wasm';
import encodeModule from '@jsquash/avif/codec/enc/avif_enc.wasm';
import decode, { init as initDecode } from '@jsquash/avif/decode.js';
// Not encode.js, which brings the threaded module along.
import encoderFactory from '@jsquash/avif/codec/enc/avif_enc.js';
import { defaultOptions } from '@jsquash/avif/meta.js';
import { initEmscriptenModule } from '@jsquash/avif/utils.js';
import { codecs, transformer } from './jsquash-core.mjs';
import { serve } from './serve.mjs';

let encoder;

const avif = {
  async decode(bytes) {
    await initDecode(decodeModule);
    return decode(bytes.buffer);
  },
  async encode(image) {
    encoder ??= initEmscriptenModule(encoderFactory, encodeModule);
    // 4:2:0 and the fastest speed, as a worker would have to.
    return (await encoder).encode(new Uint8Array(image.data.buffer), image.width, image.height, { ...defaultOptions, speed: 9, subsample: 1, quality: 60 });
  },
};

export default serve(transformer({ ...codecs, avif }));
