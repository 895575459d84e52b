// What the soak asks for: sound images of many kinds and sizes, and in between what goes wrong in the world.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { root } from '../scripts/tools.mjs';
import * as answer from '../tests/worker/support/answers.mjs';
import * as damage from '../tests/worker/support/damage.mjs';
import { images, load } from './images.mjs';

const host = 'images.example.com';

/** Every answer that is specified, but for 503, which needs a Retry-After. */
export const specified = [200, 400, 403, 404, 405, 410, 413, 414, 415, 422, 502, 504];

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
];

/**
 * Puts everything on the origin. Returns `request(number)`: { kind, path, method, valid, expected, leaveMs }, of which `hostile` are not
 * valid, by share. The same number is the same request in every run.
 */
export async function mix(origin, hostileShare) {
  const sound = [];
  for (const kind of kinds) {
    const image = images.find(({ name }) => name === kind.name);
    const file = image ? await load(image) : await kind.make();
    origin.serve(`${host}/${kind.name}`, answer.bytes(file, 'image/*'));
    sound.push({ ...kind, file });
  }
  const hostile = await faults(origin, Object.fromEntries(sound.map(({ name, file }) => [name, file])));
  return (number) => {
    const random = xorshift(number + 1);
    if (random() < hostileShare) {
      const fault = hostile[Math.floor(random() * hostile.length)];
      return { ...fault, path: fault.path ?? query(fault.kind, number, pick(small, random)), valid: false };
    }
    const { name, targets } = weighted(sound, random);
    const target = pick(targets, random);
    return { kind: name, path: query(name, number, target), valid: true, expected: [200], same: `${name} ${JSON.stringify(target)}` };
  };
}

// The number is for the source's URL: nobody has asked for it before.
const query = (name, number, target) => `/?${new URLSearchParams({ s: `https://${host}/${name}?request=${number}`, ...target })}`;

/** What goes wrong, and what is answered then. */
async function faults(origin, files) {
  const jpeg = files['photo-small'];
  const endless = await photo(40, 30, 'jpeg');
  const faults = [
    ['cut-jpeg', [422], file(damage.truncated(jpeg))],
    ['cut-progressive', [422], file(damage.truncated(files['progressive-small']))],
    ['cut-png', [422], file(damage.truncated(files.png))],
    ['cut-webp', [422], file(damage.truncated(files.webp))],
    ['cut-gif', [422], file(damage.truncated(files.gif))],
    ['bad-png', [422], file(damage.pngWithBadData(files.png))],
    ['bomb-png', [422], file(damage.hugePng(60_000))],
    ['bomb-jpeg', [422], file(damage.hugeJpeg(jpeg, 65_000))],
    ['bomb-gif', [422], file(damage.hugeGif(65_535))],
    ['bomb-bmp', [422], file(damage.hugeBmp(60_000))],
    ['garbage', [415], file(noise(20_000))],
    ['page', [415], file(Buffer.from('<!doctype html><title>Not here</title>'))],
    ['endless', [413, 422, 504], flood(endless)], // bytes or time, whichever is used up first
    ['slow-head', [504], answer.slowHead(20_000, file(jpeg))],
    ['drip', [504], answer.drip(jpeg, 'image/jpeg', 100)],
    ['reset', [502], answer.cut(jpeg, 'image/jpeg')],
    ['reset-chunked', [502], answer.cut(jpeg, 'image/jpeg', { length: false })],
    ['no-head', [502], (_, response) => response.destroy()],
    ['missing', [404], answer.status(404)],
    ['failing', [502], answer.status(500)],
    ['busy', [503], answer.status(429, '', { 'retry-after': '3' })],
    ['loop', [502], answer.redirect(`https://${host}/loop`)],
    ['inwards', [502], answer.redirect('http://127.0.0.1/')],
  ].map(([kind, expected, handler]) => {
    origin.serve(`${host}/${kind}`, handler);
    return { kind, expected };
  });
  // The client hangs up, before there is anything and in the middle.
  for (const [kind, handler] of [['left-early', answer.slowHead(300, file(jpeg))], ['left-midway', answer.drip(jpeg, 'image/jpeg', 20)]]) {
    origin.serve(`${host}/${kind}`, handler);
    faults.push({ kind, expected: [], leaveMs: 150 });
  }
  faults.push(
    { kind: 'stranger', expected: [403], path: '/?s=https://evil.example.org/a.jpg' },
    { kind: 'address', expected: [403], path: '/?s=https://127.1/a.jpg' },
    { kind: 'parameter', expected: [400], path: `/?s=https://${host}/png&w=1e3` },
    { kind: 'method', expected: [405], path: `/?s=https://${host}/png`, method: 'POST' },
    { kind: 'long', expected: [414], path: `/?s=https://${host}/png&x=${'x'.repeat(9_000)}` },
  );
  for (const path of corpus()?.hostile.filter((_, at) => at % 20 === 0) ?? []) {
    const kind = `corpus/${path}`;
    origin.serve(`${host}/${kind}`, file(readFileSync(join(corpus().folder, path))));
    faults.push({ kind, expected: [200, 413, 415, 422] });
  }
  // Each of the made ones as often as all that are taken from the corpus.
  return faults.flatMap((fault) => (fault.kind.startsWith('corpus/') ? [fault] : Array(10).fill(fault)));
}

/** The corpus beside the checkout or where LETTERBOX_CORPUS says: its folder, all its files, and those that are not sound; or null. */
export function corpus() {
  const folder = process.env.LETTERBOX_CORPUS || join(dirname(root), 'shared', 'corpus');
  if (!existsSync(join(folder, 'MANIFEST.tsv'))) return null;
  const lines = readFileSync(join(folder, 'MANIFEST.tsv'), 'utf8').trimEnd().split('\n').slice(1).map((line) => line.split('\t'));
  const files = lines.map(([name]) => name);
  return { folder, files, hostile: lines.filter(([, kind]) => kind === 'bad' || kind === 'mixed').map(([name]) => name) };
}

const file = (body) => answer.bytes(body, 'image/*');

/** A JPEG that goes on and on behind its end, as fast as it is taken. */
function flood(start) {
  const block = Buffer.alloc(1 << 16, 0x20);
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg' });
    const more = () => {
      while (!response.destroyed && response.write(block));
    };
    response.on('drain', more);
    response.write(start, more);
  };
}

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

function noise(length) {
  const random = xorshift(length);
  return Buffer.from(Array.from({ length }, () => 1 + Math.floor(random() * 100)));
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
