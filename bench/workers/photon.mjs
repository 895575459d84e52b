// @cf-wasm/photon, with its Lanczos3. It pads pixel by pixel, so the canvas is ours.

import { PhotonImage, resize, SamplingFilter } from '@cf-wasm/photon/workerd';
import { contain, onWhite } from './contain.mjs';
import { serve, Unsupported } from './serve.mjs';

const encoders = {
  jpeg: (image) => image.get_bytes_jpeg(80),
  png: (image) => image.get_bytes(),
  webp: (image) => image.get_bytes_webp(),
};

export default serve(({ bytes, to, width, height }) => {
  const encode = encoders[to];
  if (!encode) throw new Unsupported(`photon writes no ${to}`);
  const source = PhotonImage.new_from_byteslice(bytes);
  const box = contain({ width: source.get_width(), height: source.get_height() }, { width, height });
  const resized = resize(source, box.width, box.height, SamplingFilter.Lanczos3);
  source.free();
  const pixels = onWhite(resized.get_raw_pixels(), box, { width, height });
  resized.free();
  const canvas = new PhotonImage(new Uint8Array(pixels.buffer), width, height);
  const answer = encode(canvas);
  canvas.free();
  return answer;
});
