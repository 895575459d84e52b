// What the soak asks for: sound images of many kinds and sizes, and in between what is hostile (soak-hostile.mjs).

import { join } from 'node:path';
import sharp from 'sharp';
import { root } from '../scripts/tools.mjs';
import * as answer from '../tests/worker/support/answers.mjs';
import { grain } from './grain.mjs';
import { images, load } from './images.mjs';
import { hostile } from './soak-hostile.mjs';

const host = 'images.example.com';

/** Every answer that is specified, but for 503, which needs a Retry-After; 431 and 501 are the runtime's own. */
export const specified = [200, 400, 403, 404, 405, 410, 413, 414, 415, 422, 431, 501, 502, 504];

const small = [
  { w: 64, h: 64 },
  { w: 160, h: 120, fit: 'cover' },
  { w: 320, h: 320 },
  { w: 200, h: 'auto', q: 60 },
];
const large = [
  { w: 1200, h: 627 },
  { w: 800, h: 600, fit: 'inside' },
  { w: 1000, h: 500, fit: 'cover', a: '0.5x0.3' },
];
const converted = [
  { w: 200, h: 150, f: 'png' },
  { w: 160, h: 120, f: 'webp' },
  { w: 64, h: 64, f: 'gif' },
  { w: 400, h: 300, il: 1 },
];

/** Sound sources by weight; most of the web's images are small, and now and then there is one from a camera. */
const kinds = [
  { name: 'photo-tiny', weight: 22, make: () => photo(300, 200, 'jpeg'), targets: [...small, ...converted] },
  { name: 'photo-small', weight: 18, make: () => photo(900, 600, 'jpeg'), targets: [...small, ...converted, large[0]] },
  { name: 'progressive-small', weight: 8, make: () => photo(900, 600, 'jpeg', { progressive: true }), targets: [...small, large[1]] },
  { name: 'png', weight: 8, make: () => photo(600, 400, 'png'), targets: [...small, converted[1]] },
  { name: 'png-alpha', weight: 6, make: () => alpha(400, 300, 'png'), targets: [...small, converted[0]] },
  { name: 'webp', weight: 6, make: () => photo(600, 400, 'webp'), targets: small },
  { name: 'webp-lossless', weight: 3, make: () => alpha(300, 200, 'webp', { lossless: true }), targets: small },
  { name: 'gif', weight: 4, make: () => photo(300, 200, 'gif'), targets: small.slice(0, 2) },
  { name: 'jpeg-baseline-2mp', weight: 11, targets: [...small, ...large] },
  { name: 'jpeg-progressive-2mp', weight: 5, targets: [...small, ...large] },
  { name: 'jpeg-baseline-6mp', weight: 4, targets: [...small, ...large] },
  { name: 'jpeg-progressive-6mp', weight: 2, targets: [...small, large[0]] },
  { name: 'jpeg-baseline-12mp', weight: 1.5, targets: [small[2], large[0]] },
  { name: 'jpeg-progressive-12mp', weight: 0.5, targets: [small[2], large[0]] },
  { name: 'jpeg-baseline-24mp', weight: 1, targets: [small[2], large[0]] },
  // Answers of 20 to 45 MiB, each asked for by two to eight clients at once, of whom every second one reads slowly.
  { name: 'grain-16mp', weight: 0.2, make: () => grain(4096, 3840), targets: [{ w: 2800, h: 2600, f: 'png' }, { w: 4096, h: 3840, f: 'png' }], herd: [2, 8] },
];

/**
 * Puts everything on the origin. Returns `request(number)`: { kind, path, target, valid, expected } and, of those that are not valid, what
 * soak-hostile.mjs says; `hostileShare` of all are not. What has a `target` is well formed, and is to be signed where URLs are. The same
 * number is the same request in every run.
 */
export async function mix(origin, hostileShare, signed) {
  const sound = [];
  for (const kind of kinds) {
    const image = images.find(({ name }) => name === kind.name);
    const file = image ? await load(image) : await kind.make();
    origin.serve(`${host}/${kind.name}`, answer.bytes(file, 'image/*'));
    sound.push({ ...kind, file });
  }
  const faults = hostile(origin, Object.fromEntries(sound.map(({ name, file }) => [name, file])), signed);
  return (number) => {
    const random = xorshift(number + 1);
    if (random() < hostileShare) {
      const fault = pick(faults, random);
      if (fault.path) return { ...fault, valid: false };
      const target = fault.target ?? pick(small, random);
      return { ...fault, target, path: query(fault.kind, number, target), same: fault.sound && sameness(fault.kind, target), valid: false };
    }
    const { name, targets, herd } = weighted(sound, random);
    const target = pick(targets, random);
    const together = herd ? herd[0] + Math.floor(random() * (herd[1] - herd[0] + 1)) : 1;
    return { kind: name, target, path: query(name, number, target), valid: true, expected: [200], same: sameness(name, target), together };
  };
}

// The number is for the source's URL: nobody has asked for it before.
const query = (name, number, target) => `/?${new URLSearchParams({ s: `https://${host}/${name}?request=${number}`, ...target })}`;

/** What the same picture is expected for. */
const sameness = (name, target) => `${name} ${JSON.stringify(target)}`;

async function photo(width, height, format, options = {}) {
  const picture = sharp(join(root, 'demo', 'samples', 'onlooker.jpg')).autoOrient().removeAlpha().resize(width, height, { fit: 'cover' });
  return picture.toFormat(format, options).toBuffer();
}

async function alpha(width, height, format, options = {}) {
  const mask = Buffer.alloc(width * height);
  for (let at = 0; at < mask.length; at++) mask[at] = ((at % width) * 255) / width;
  const picture = sharp(await photo(width, height, 'png')).joinChannel(mask, { raw: { width, height, channels: 1 } });
  return picture.toFormat(format, options).toBuffer();
}

const pick = (list, random) => list[Math.floor(random() * list.length)];

function weighted(list, random) {
  let left = random() * list.reduce((sum, { weight }) => sum + weight, 0);
  return list.find(({ weight }) => (left -= weight) < 0) ?? list[0];
}

/** Marsaglia's generator of 32 bits, as numbers from 0 to below 1; what neighbouring seeds have in common is thrown away. */
function xorshift(seed) {
  let state = Math.imul(seed, 2_654_435_761) | 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let skipped = 0; skipped < 4; skipped++) next();
  return next;
}
