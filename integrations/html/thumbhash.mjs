// A ThumbHash as a picture that fits into an attribute: decoded to some 32 pixels, and written as a PNG without compression.

/** Pixels of the longer side. */
const side = 32;

/** A `data:` URL of the picture that a ThumbHash, in base64 as `f=thumbhash` answers it, stands for. */
export function placeholder(text) {
  const hash = Uint8Array.from(atob(text.trim().replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
  if (hash.length < 5) throw new TypeError(`${JSON.stringify(text)} is no ThumbHash: expected 5 bytes or more in base64`);
  const { width, height, pixels } = decode(hash);
  return `data:image/png;base64,${btoa(String.fromCharCode(...png(width, height, pixels)))}`;
}

/** The waves of one channel: amplitudes by frequency, those of the triangle above the diagonal. */
function channel(across, down, mean, scale, digit) {
  const amounts = [{ x: 0, y: 0, amount: mean }];
  for (let y = 0; y < down; y += 1) {
    for (let x = y === 0 ? 1 : 0; x * down < across * (down - y); x += 1) amounts.push({ x, y, amount: 2 * scale * (digit() / 7.5 - 1) });
  }
  return amounts;
}

/** The pixels of a ThumbHash: { width, height, pixels }, four bytes a pixel. */
export function decode(hash) {
  const first = hash[0] | (hash[1] << 8) | (hash[2] << 16);
  const second = hash[3] | (hash[4] << 8);
  const translucent = first >> 23 === 1;
  const landscape = second >> 15 === 1;
  const most = translucent ? 5 : 7;
  const [across, down] = landscape ? [most, second & 7] : [second & 7, most];
  let at = translucent ? 12 : 10; // in digits of four bits
  const digit = () => {
    const byte = hash[at >> 1] ?? 0;
    const value = at % 2 === 0 ? byte & 15 : byte >> 4;
    at += 1;
    return value;
  };
  // A quarter more colour than was kept: quantising takes that much.
  const l = channel(Math.max(3, across), Math.max(3, down), (first & 63) / 63, ((first >> 18) & 31) / 31, digit);
  const p = channel(3, 3, ((first >> 6) & 63) / 31.5 - 1, (((second >> 3) & 63) / 63) * 1.25, digit);
  const q = channel(3, 3, ((first >> 12) & 63) / 31.5 - 1, (((second >> 9) & 63) / 63) * 1.25, digit);
  const a = translucent ? channel(5, 5, (hash[5] & 15) / 15, (hash[5] >> 4) / 15, digit) : null;

  const ratio = Math.max(1, across) / Math.max(1, down);
  const [width, height] = ratio > 1 ? [side, Math.round(side / ratio)] : [Math.round(side * ratio), side];
  const wave = (length, position) => Array.from({ length: 7 }, (_, n) => Math.cos((Math.PI / length) * (position + 0.5) * n));
  const pixels = new Uint8Array(width * height * 4);
  const byte = (share) => Math.round(255 * Math.min(1, Math.max(0, share)));
  for (let y = 0; y < height; y += 1) {
    const rows = wave(height, y);
    for (let x = 0; x < width; x += 1) {
      const columns = wave(width, x);
      const sum = (waves) => waves.reduce((total, { x: n, y: m, amount }) => total + amount * columns[n] * rows[m], 0);
      const [luminance, yellow, red] = [sum(l), sum(p), sum(q)];
      const b = luminance - (2 / 3) * yellow;
      const r = (3 * luminance - b + red) / 2;
      pixels.set([byte(r), byte(r - red), byte(b), a ? byte(sum(a)) : 255], (y * width + x) * 4);
    }
  }
  return { width, height, pixels };
}

/** A PNG of these pixels, stored and not deflated. */
function png(width, height, pixels) {
  const rows = new Uint8Array(height * (1 + width * 4)); // each begins with its filter, which is none
  for (let y = 0; y < height; y += 1) rows.set(pixels.subarray(y * width * 4, (y + 1) * width * 4), y * (1 + width * 4) + 1);
  const stored = [0x78, 0x01, 0x01, ...little(rows.length), ...little(~rows.length & 0xffff), ...rows, ...big(adler(rows))];
  return [
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk('IHDR', [...big(width), ...big(height), 8, 6, 0, 0, 0]),
    ...chunk('IDAT', stored),
    ...chunk('IEND', []),
  ];
}

function chunk(name, data) {
  const body = [...[...name].map((letter) => letter.charCodeAt(0)), ...data];
  return [...big(data.length), ...body, ...big(crc(body))];
}

const big = (number) => [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
const little = (number) => [number & 255, (number >>> 8) & 255];

function adler(bytes) {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return (b * 65_536 + a) >>> 0;
}

function crc(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
