// ICC profiles and PNG chunks, made by hand.
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { photos, porthole } from './fixtures.mjs';

/** Primaries under D50: red, green and blue, each X, Y, Z. */
export const d50 = {
  srgb: [[0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.7141]],
  adobe: [[0.60974, 0.31111, 0.01947], [0.20528, 0.62567, 0.06087], [0.14919, 0.06322, 0.74457]],
  proPhoto: [[0.79767, 0.28804, 0], [0.13519, 0.71187, 0], [0.03134, 0.00009, 0.82491]],
};

/** A tone curve: light is the sample raised to this power. */
export function curve(power) {
  const tag = Buffer.alloc(16);
  tag.write('curv', 'latin1');
  tag.writeUInt32BE(1, 8);
  tag.writeUInt16BE(Math.round(power * 256), 12);
  return tag;
}

/** An ICC profile of version 2 for `RGB ` or `GRAY`. */
export function profile(space, primaries, toneCurve) {
  const xyz = (values) => {
    const tag = Buffer.alloc(20);
    tag.write('XYZ ', 'latin1');
    values.forEach((value, at) => tag.writeInt32BE(Math.round(value * 65536), 8 + 4 * at));
    return tag;
  };
  const text = Buffer.from('text\0\0\0\0none\0\0\0\0', 'latin1');
  const description = Buffer.alloc(104);
  description.write('desc\0\0\0\0\0\0\0\x05test', 'latin1');
  const tags = [['desc', description], ['cprt', text], ['wtpt', xyz([0.9642, 1, 0.8249])]];
  if (primaries) 'rgb'.split('').forEach((name, at) => tags.push([`${name}XYZ`, xyz(primaries[at])], [`${name}TRC`, toneCurve]));
  else tags.push(['kTRC', toneCurve]);
  const head = Buffer.alloc(132 + 12 * tags.length);
  head[8] = 2;
  head[9] = 0x20;
  head.write(`mntr${space}XYZ `, 12, 'latin1');
  head.set([0x07, 0xd0, 0, 1, 0, 1], 24);
  head.write('acsp', 36, 'latin1');
  [0.9642, 1, 0.8249].forEach((value, at) => head.writeInt32BE(Math.round(value * 65536), 68 + 4 * at));
  head.writeUInt32BE(tags.length, 128);
  let offset = head.length;
  tags.forEach(([name, tag], at) => {
    head.write(name, 132 + 12 * at, 'latin1');
    head.writeUInt32BE(offset, 136 + 12 * at);
    head.writeUInt32BE(tag.length, 140 + 12 * at);
    offset += tag.length;
  });
  const whole = Buffer.concat([head, ...tags.map(([, tag]) => tag)]);
  whole.writeUInt32BE(whole.length, 0);
  return whole;
}

export function pngChunk(kind, content) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), content]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(content.length);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** `png` with chunks behind its header. */
export const withChunks = (png, ...chunks) => Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)]);

/** A PNG of sharp's `image` whose samples are said to be of `icc`, and are left as they are. */
export async function inProfile(image, icc) {
  const content = Buffer.concat([Buffer.from('made by hand\0\0', 'latin1'), deflateSync(icc)]);
  return withChunks(await image.png().toBuffer(), pngChunk('iCCP', content));
}

const photo = (at = 0) => sharp(photos()[at].bytes).autoOrient().resize(900);
const p3 = (image) => image.withIccProfile('p3');

/** One of each kind of colours: the source's format, what `f=json` calls them, how near to sharp's picture ours is to be in dB, and the file. */
export const cases = {
  'a JPEG in Display P3': ['jpeg', 'p3', 45, () => p3(photo()).jpeg({ quality: 95 }).toBuffer()],
  'a progressive JPEG in Display P3': ['jpeg', 'p3', 45, () => p3(photo(1)).jpeg({ quality: 95, progressive: true }).toBuffer()],
  'a PNG in Display P3': ['png', 'p3', 45, () => p3(photo()).png().toBuffer()],
  'an interlaced PNG in Display P3': ['png', 'p3', 45, () => p3(photo()).png({ progressive: true }).toBuffer()],
  'a PNG of 16 bits in Display P3': ['png', 'p3', 38, () => p3(photo().toColourspace('rgb16')).png().toBuffer()],
  'a PNG with alpha in Display P3': ['png', 'p3', 38, async () => p3(sharp(await porthole({ width: 900, height: 600 }))).png().toBuffer()],
  'a WebP in Display P3': ['webp', 'p3', 45, () => p3(photo()).webp({ quality: 95 }).toBuffer()],
  'a TIFF in Display P3': ['tiff', 'p3', 45, () => p3(photo()).tiff({ compression: 'lzw' }).toBuffer()],
  'a PNG in Adobe RGB': ['png', 'adobe-rgb', 40, () => inProfile(photo(), profile('RGB ', d50.adobe, curve(2.19921875)))],
  'a PNG in ProPhoto RGB': ['png', 'icc', 40, () => inProfile(photo(), profile('RGB ', d50.proPhoto, curve(1.80078125)))],
  'a PNG in linear light': ['png', 'icc', 34, () => inProfile(photo(), profile('RGB ', d50.srgb, curve(1)))],
  'a grey PNG of gamma 1.8': ['png', 'grey', 40, () => inProfile(photo().toColourspace('b-w'), profile('GRAY', null, curve(1.80078125)))],
  'a CMYK JPEG with its profile': ['jpeg', 'cmyk', 46, () => photo().withIccProfile('cmyk').toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()],
  'a CMYK JPEG without one': ['jpeg', 'cmyk', 40, () => photo().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()],
  'another CMYK JPEG without one': ['jpeg', 'cmyk', 40, () => photo(1).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()],
};
