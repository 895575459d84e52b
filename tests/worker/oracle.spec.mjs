// Our result against sharp's, on the sample photos: the same size, and pixels that a viewer could not tell apart.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { answer, assertImage, closeAll, fixture, mean, pixels, psnr, startOrigin, startWorker } from './harness.mjs';

// In dB. JPEG is compared after both encoders have had their loss. A lossless reply, WebP among them, is compared with sharp's PNG.
// A GIF has 256 colours: of a photo that alone costs all but about 30 dB, whoever picks them, so it is compared with sharp's
// result before quantising, and the bound only says that size, place and colours are right.
const bounds = { jpeg: 33, png: 38, webp: 38, gif: 28 };
const names = { jpeg: 'jpg', png: 'png', webp: 'webp', gif: 'gif' };
const fits = ['contain', 'inside', 'cover', 'fill', 'outside'];
const positions = {
  center: 'centre', top: 'top', bottom: 'bottom', left: 'left', right: 'right',
  'top-left': 'left top', 'top-right': 'right top', 'bottom-left': 'left bottom', 'bottom-right': 'right bottom',
};
const colours = { white: [255, 255, 255], black: [0, 0, 0] };

let origin, worker, served = 0;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

/** The pixels that sharp makes of the same request: as a JPEG when it is to be one, otherwise as a PNG. */
async function reference(body, { w, h, fit = 'contain', a = 'center', we = 0 }, { from, to }) {
  // A WebP would be scaled while it is loaded, by another filter than the one we want to compare with.
  const fastShrinkOnLoad = from !== 'webp';
  const options = { fit, position: positions[a], background: '#ffffff', withoutEnlargement: Boolean(we), fastShrinkOnLoad };
  const image = sharp(body).autoOrient().resize(w, h, options);
  return pixels(await (to === 'jpeg' ? image.jpeg({ quality: 80 }) : image.png()).toBuffer());
}

// sharp enlarges half a pixel of the result too far to the left and to the top, which costs up to 8 dB where nothing else is
// lost. Turned upside down it is as much too far to the right and to the bottom, and the mean of both lies in place, provided
// that the frame has the same room on either side.
async function referenceInPlace(body, query, formats) {
  const turned = await reference(await sharp(body).rotate(180).png().toBuffer(), query, formats);
  const { data, width, height } = turned;
  const back = await sharp(data, { raw: { width, height, channels: 4 } }).rotate(180).raw().toBuffer();
  return mean(await reference(body, query, formats), { ...turned, data: back });
}

async function assertLikeSharp(body, from, query, { to = from, bound = bounds[to], on = 'white', enlarged = false } = {}) {
  const s = origin.serve(`images.example.com/${served++}`, answer.bytes(body, `image/${from}`));
  const theirs = await (enlarged ? referenceInPlace : reference)(body, query, { from, to });
  const reply = await worker.get({ s, ...query, f: names[to], ll: '' });
  await assertImage(reply, to, theirs.width, theirs.height);
  const distance = psnr(await pixels(reply.bytes), theirs, colours[on]);
  assert.ok(distance >= bound, `${distance.toFixed(1)} dB, wanted ${bound}`);
}

// The JPEG is the file of the repository, orientation and all; the others are made of it, smaller.
async function source(photo, format) {
  if (format === 'jpeg') return photo.bytes;
  const image = sharp(photo.bytes).autoOrient().resize(600, 600, { fit: 'inside' });
  return image.toFormat(format, format === 'webp' ? { lossless: true } : {}).toBuffer();
}

for (const photo of fixture.photos()) {
  for (const format of Object.keys(names)) {
    describe(`${photo.name} as ${format}`, () => {
      for (const fit of fits) {
        test(fit, async () => assertLikeSharp(await source(photo, format), format, { w: 400, h: 300, fit }));
      }
    });
  }

  describe(`${photo.name} with a position`, () => {
    for (const fit of ['cover', 'contain']) {
      for (const a of Object.keys(positions)) {
        // An odd rest in both directions, so that a middle rounded the other way is seen.
        test(`${fit}, ${a}`, async () => assertLikeSharp(await source(photo, 'png'), 'png', { w: 185, h: 186, fit, a }));
      }
    }
  });

  const sizes = {
    'an odd size': { w: 333, h: 217, fit: 'cover' },
    'one pixel': { w: 1, h: 1, fit: 'fill' },
    'a row': { w: 500, h: 1, fit: 'fill' },
    'a big reduction': { w: 37, h: 29, fit: 'cover' },
    'the size it has': { w: photo.name.startsWith('o') ? 1200 : 1800, h: photo.name.startsWith('o') ? 1800 : 1200 },
    'just below half its size': { w: 599, h: 599, fit: 'outside' },
    'an enlargement, not wanted': { w: 2400, h: 2000, fit: 'inside', we: 1 },
  };
  describe(`${photo.name} at`, () => {
    for (const [name, query] of Object.entries(sizes)) {
      test(name, async () => assertLikeSharp(photo.bytes, 'jpeg', query));
    }
  });
}

describe('enlarging', () => {
  for (const format of ['jpeg', 'png', 'webp']) {
    for (const fit of fits) {
      test(`${format}, ${fit}`, async () => {
        await assertLikeSharp(await fixture.photo(format, 150, 100), format, { w: 402, h: 304, fit }, { enlarged: format !== 'jpeg' });
      });
      test(`${format}, ${fit}, not wanted`, async () => {
        await assertLikeSharp(await fixture.photo(format, 150, 100), format, { w: 400, h: 90, fit, we: 1 });
      });
    }
  }
});

describe('transparency, seen on white and on black', () => {
  const logo = readFileSync(new URL('../../demo/samples/logo.png', import.meta.url));
  for (const on of Object.keys(colours)) {
    for (const fit of fits) {
      test(`the logo, ${fit}, on ${on}`, () => assertLikeSharp(logo, 'png', { w: 201, h: 175, fit }, { on }));
      test(`a soft edge, ${fit}, on ${on}`, async () => {
        await assertLikeSharp(await fixture.porthole(), 'png', { w: 123, h: 97, fit }, { on });
      });
    }
    test(`a soft edge as WebP, on ${on}`, async () => {
      await assertLikeSharp(await fixture.porthole({ format: 'webp' }), 'webp', { w: 123, h: 97 }, { on });
    });
    test(`a soft edge, enlarged, on ${on}`, async () => {
      await assertLikeSharp(await fixture.porthole(), 'png', { w: 500, h: 401 }, { on, enlarged: true });
    });
  }
});

describe('other kinds of pixels', () => {
  const photo = () => sharp(fixture.photos()[0].bytes).autoOrient().resize(450);
  const kinds = {
    'a grey JPEG': ['jpeg', () => photo().toColourspace('b-w').jpeg({ quality: 95 })],
    'a progressive JPEG': ['jpeg', () => photo().jpeg({ quality: 95, progressive: true })],
    'a 4:4:4 JPEG': ['jpeg', () => photo().jpeg({ quality: 95, chromaSubsampling: '4:4:4' })],
    'a grey PNG': ['png', () => photo().toColourspace('b-w').png()],
    'a PNG of 16 bits': ['png', () => photo().toColourspace('rgb16').png()],
    'a PNG with a palette': ['png', () => photo().png({ palette: true })],
    'an interlaced PNG': ['png', () => photo().png({ progressive: true })],
    'a lossy WebP': ['webp', () => photo().webp({ quality: 95 })],
  };
  for (const [name, [format, make]] of Object.entries(kinds)) {
    test(name, async () => assertLikeSharp(await make().toBuffer(), format, { w: 200, h: 150 }));
  }

  test('a CMYK JPEG', async () => {
    const body = await photo().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    await assertLikeSharp(body, 'jpeg', { w: 200, h: 150 });
  });
});
