// Letterboxing for libraries that resize but do not pad: sharp's geometry, and a white canvas of RGBA pixels.

/** Size and place of an image of `from` contained in `to`; sizes are { width, height }. */
export function contain(from, to) {
  const scale = Math.min(to.width / from.width, to.height / from.height);
  const width = Math.max(1, Math.round(from.width * scale));
  const height = Math.max(1, Math.round(from.height * scale));
  return { width, height, left: (to.width - width) >> 1, top: (to.height - height) >> 1 };
}

/** `pixels`, RGBA rows of the size in `box`, on a white canvas of the size `to`. */
export function onWhite(pixels, box, to) {
  if (box.width === to.width && box.height === to.height) return pixels;
  const canvas = new Uint8ClampedArray(to.width * to.height * 4).fill(255);
  for (let row = 0; row < box.height; row++) {
    const from = row * box.width * 4;
    canvas.set(pixels.subarray(from, from + box.width * 4), ((row + box.top) * to.width + box.left) * 4);
  }
  return canvas;
}
