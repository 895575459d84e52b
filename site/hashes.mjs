// Placeholders as pixels: thumbhash and blurhash, decoded. Both are a few cosines of the picture, in luminance and colour.

/** The pixels of a thumbhash in base64: { width, height, pixels }, RGBA. */
export function thumbhash(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  // Bits from the lowest on: the header has fields of 6, 6, 6, 5 and 1, then 3, 6, 6 and 1.
  let at = 0;
  const bits = (count) => {
    let value = 0;
    for (let bit = 0; bit < count; bit += 1, at += 1) value |= ((bytes[at >> 3] >> (at & 7)) & 1) << bit;
    return value;
  };
  const mean = { l: bits(6) / 63, p: bits(6) / 31.5 - 1, q: bits(6) / 31.5 - 1 };
  const scale = { l: bits(5) / 31 };
  const hasAlpha = bits(1) === 1;
  const count = bits(3);
  Object.assign(scale, { p: (bits(6) / 63) * 1.25, q: (bits(6) / 63) * 1.25 });
  const isLandscape = bits(1) === 1;
  const longest = hasAlpha ? 5 : 7;
  const [across, down] = isLandscape ? [longest, count] : [count, longest];
  const alpha = hasAlpha ? { mean: bits(4) / 15, scale: bits(4) / 15 } : undefined;
  const waves = (nx, ny, by) => {
    const all = [];
    for (let y = 0; y < ny; y += 1) for (let x = y === 0 ? 1 : 0; x * ny < nx * (ny - y); x += 1) all.push({ x, y, factor: (bits(4) / 7.5 - 1) * by });
    return all;
  };
  const l = waves(Math.max(3, across), Math.max(3, down), scale.l);
  const [p, q] = [waves(3, 3, scale.p), waves(3, 3, scale.q)];
  const a = alpha && waves(5, 5, alpha.scale);
  const [width, height] = across > down ? [32, Math.round((32 * down) / across)] : [Math.round((32 * across) / down), 32];
  return drawn(width, height, (x, y) => {
    const value = (all, base) => all.reduce((sum, wave) => sum + 2 * wave.factor * Math.cos(Math.PI * wave.x * x) * Math.cos(Math.PI * wave.y * y), base);
    const [light, yellow, red] = [value(l, mean.l), value(p, mean.p), value(q, mean.q)];
    const blue = light - (2 / 3) * yellow;
    const r = (3 * light - blue + red) / 2;
    return [r * 255, (r - red) * 255, blue * 255, a ? value(a, alpha.mean) * 255 : 255];
  });
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';

/** The pixels of a blurhash: { width, height, pixels }, RGBA. Its shape is not in it: `aspect` is that of the picture. */
export function blurhash(text, aspect) {
  const number = (from, to) => [...text.slice(from, to)].reduce((sum, char) => sum * 83 + digits.indexOf(char), 0);
  const [across, down] = [(number(0, 1) % 9) + 1, Math.floor(number(0, 1) / 9) + 1];
  const most = (number(1, 2) + 1) / 166;
  const linear = (byte) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
  const byte = (value) => 255 * (value <= 0.0031308 ? value * 12.92 : 1.055 * Math.max(0, value) ** (1 / 2.4) - 0.055);
  const signed = (step) => Math.sign(step - 9) * ((step - 9) / 9) ** 2 * most;
  const factors = Array.from({ length: across * down }, (_, at) => {
    if (at === 0) {
      const mean = number(2, 6);
      return [mean >> 16, (mean >> 8) & 255, mean & 255].map(linear);
    }
    const value = number(4 + at * 2, 6 + at * 2);
    return [Math.floor(value / 361), Math.floor(value / 19) % 19, value % 19].map(signed);
  });
  const [width, height] = aspect > 1 ? [32, Math.max(1, Math.round(32 / aspect))] : [Math.max(1, Math.round(32 * aspect)), 32];
  return drawn(width, height, (x, y) => {
    const sum = [0, 0, 0];
    factors.forEach((factor, at) => {
      const wave = Math.cos(Math.PI * (at % across) * x) * Math.cos(Math.PI * Math.floor(at / across) * y);
      factor.forEach((value, channel) => (sum[channel] += value * wave));
    });
    return [...sum.map(byte), 255];
  });
}

/** Pixels from a function of the place, both from 0 to 1. */
function drawn(width, height, colourAt) {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) pixels.set(colourAt((x + 0.5) / width, (y + 0.5) / height), (y * width + x) * 4);
  return { width, height, pixels };
}
