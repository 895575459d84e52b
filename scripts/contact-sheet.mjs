// `npm run contact-sheet`: colours and animations beside sharp's, as one picture for people to look at: docs/contact-sheet.png; with `--effects`, every
// parameter: docs/contact-sheet-effects.png. `docs/contact-sheet.md` says what was seen on them. It wants the release build (`npm run build`).

import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { disposals, film, frames } from '../tests/worker/support/animations.mjs';
import { cases } from '../tests/worker/support/colours.mjs';
import { answer, closeAll, pixels, production, psnr, startOrigin, startWorker } from '../tests/worker/harness.mjs';
import { cases as parameters, logo, source } from './contact-sheet-effects.mjs';
import { program, say } from './program.mjs';

const help = `npm run contact-sheet

  writes docs/contact-sheet.png: each case of colours and of animation by letterbox, by sharp, and eight times their difference
  --effects  writes docs/contact-sheet-effects.png: each parameter in the same way; where sharp has no such effect, letterbox's answer alone
`;

const sheet = (name) => new URL(`../docs/${name}.png`, import.meta.url).pathname;
const cell = { width: 150, height: 100 };
const box = { w: cell.width, h: cell.height };
const gap = 6;
const line = 16;
const columns = 9; // pictures in a row

/** Of all pixels, where sharp would otherwise take a smaller picture that is off by a fraction of a pixel. */
const contain = { ...cell, fit: 'contain', background: 'white', fastShrinkOnLoad: false };

async function contactSheet(args) {
  const ofEffects = args[0] === '--effects';
  if (args.length > (ofEffects ? 1 : 0)) return say(help);
  const origin = await startOrigin();
  const worker = await startWorker({ origin, vars: { ...production, OVERLAYS: 'logo: https://images.example.com/sheet/logo.png' } });
  try {
    const groups = ofEffects ? await effects(origin, worker) : [...(await colours(origin, worker)), ...(await moving(origin, worker))];
    const name = ofEffects ? 'contact-sheet-effects' : 'contact-sheet';
    await sharp(await compose(groups)).png({ palette: true, dither: 0 }).toFile(sheet(name));
    say(`docs/${name}.png: ${groups.length} cases`);
  } finally {
    await closeAll(worker, origin);
  }
}

/** Each parameter: ours, sharp's, and how far they are apart. */
async function effects(origin, worker) {
  const photo = sharp(readFileSync(new URL('../demo/samples/waterfall.jpg', import.meta.url))).autoOrient();
  const body = await photo.clone().resize(source.width, source.height, { fit: 'cover' }).png().toBuffer();
  const small = await photo.clone().resize(75, 60, { fit: 'cover' }).png().toBuffer();
  const margin = await sharp(body).resize(200, 120, { fit: 'fill' }).extend({ top: 30, bottom: 50, left: 60, right: 40, background: 'white' }).png().toBuffer();
  origin.serve('images.example.com/sheet/logo.png', answer.bytes(await logo(), 'image/png'));
  const groups = [];
  for (const [title, { margin: hasMargin, small: isSmall, ...query }, reference] of parameters) {
    const file = hasMargin === '' ? margin : isSmall === '' ? small : body;
    const ours = await transformed(origin, worker, file, 'png', { ...box, fit: 'h' in query && !('fit' in query) ? 'contain' : 'inside', ...query, f: 'png' });
    if (!reference) groups.push({ title, pictures: [await large(ours)] });
    else groups.push(await beside(title, ours, await (await reference(file)).png().toBuffer()));
  }
  return groups;
}

/** Each kind of colours: ours, sharp's, and how far they are apart. */
async function colours(origin, worker) {
  const groups = [];
  for (const [name, [format, , , make]] of Object.entries(cases)) {
    const body = await make();
    const ours = await transformed(origin, worker, body, format, { ...box, f: 'png' });
    const theirs = await sharp(body).autoOrient().resize(contain).png().toBuffer();
    groups.push(await beside(name, ours, theirs));
  }
  return groups;
}

/** What moves: the source's format, what is asked for, the source, the frames that are shown, and their size if it is not the usual one. */
const animations = {
  'a GIF as GIF': ['gif', { f: 'gif' }, () => film({ hole: true }), [0, 3, 5]],
  'a GIF as WebP': ['gif', { f: 'webp' }, () => film({ hole: true }), [0, 3, 5]],
  'a WebP as GIF': ['webp', { f: 'gif' }, () => film({ format: 'webp', options: { quality: 90 } }), [0, 3, 5]],
  'a WebP as WebP': ['webp', { f: 'webp' }, () => film({ format: 'webp', options: { quality: 90 } }), [0, 3, 5]],
  'every disposal': ['gif', { f: 'webp', ll: '' }, async () => disposals(0), [1, 2, 3, 4, 6, 7], { width: 40, height: 30 }],
};

/** Each animation: frames of ours, of sharp's, and how far they are apart. */
async function moving(origin, worker) {
  const groups = [];
  for (const [name, [format, asked, make, shown, size = cell]] of Object.entries(animations)) {
    const body = await make();
    const ours = await frames(await transformed(origin, worker, body, format, { w: size.width, h: size.height, ...asked }));
    const theirs = await frames(body, { ...contain, ...size });
    for (const at of shown) groups.push(await beside(`${name}, frame ${at}`, await png(ours.frames[at]), await png(theirs.frames[at])));
  }
  return groups;
}

const png = ({ data, width, height }) => sharp(data, { raw: { width, height, channels: 4 } }).png().toBuffer();

let served = 0;
async function transformed(origin, worker, body, format, query) {
  const s = origin.serve(`images.example.com/sheet/${served++}`, answer.bytes(body, `image/${format}`));
  const reply = await worker.get({ s, ...query });
  if (reply.status !== 200) throw new Error(`${reply.status}: ${reply.text()}`);
  return reply.bytes;
}

async function beside(name, ours, theirs) {
  const [a, b] = [await pixels(ours), await pixels(theirs)];
  const decibels = psnr(a, b);
  const title = `${name}: ${Number.isFinite(decibels) ? `${decibels.toFixed(1)} dB` : 'equal'}`;
  return { title, pictures: await Promise.all([ours, theirs, await difference(a, b)].map(large)) };
}

/** A picture in its cell. */
const large = (picture) => sharp(picture).resize({ ...cell, fit: 'contain', background: 'white', kernel: 'nearest' }).png().toBuffer();

/** Eight times the difference of what is seen on white, on grey. */
function difference(a, b) {
  const seen = ({ data }, at, channel) => 255 - ((255 - data[4 * at + channel]) * data[4 * at + 3]) / 255;
  const data = Buffer.alloc(a.width * a.height * 3);
  for (let at = 0; at < a.width * a.height; at++) {
    for (let channel = 0; channel < 3; channel++) {
      const apart = seen(a, at, channel) - seen(b, at, channel);
      data[3 * at + channel] = Math.max(0, Math.min(255, Math.round(128 + 8 * apart)));
    }
  }
  return sharp(data, { raw: { width: a.width, height: a.height, channels: 3 } }).png().toBuffer();
}

/** Groups of three pictures, side by side, each with a line of text above. */
async function compose(groups) {
  const group = { width: 3 * (cell.width + 1) + gap, height: line + cell.height + gap };
  const across = columns / 3;
  const size = { width: across * group.width + gap, height: Math.ceil(groups.length / across) * group.height + gap };
  const layers = groups.flatMap(({ title, pictures }, at) => {
    const left = gap + (at % across) * group.width;
    const top = gap + Math.floor(at / across) * group.height;
    return [
      { input: label(title, group.width), left, top },
      ...pictures.map((input, place) => ({ input, left: left + place * (cell.width + 1), top: top + line })),
    ];
  });
  const canvas = sharp({ create: { ...size, channels: 3, background: '#c8c8c8' } });
  return canvas.composite(layers).png().toBuffer();
}

const label = (text, width) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${line}">` +
      `<text x="0" y="12" font-size="11" font-family="sans-serif">${text}</text></svg>`,
  );

await program(import.meta.url, contactSheet);
