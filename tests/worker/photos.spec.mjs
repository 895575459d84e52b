// Photos of one to eight megapixels, in every kind of file that an encoder makes of them, are answered as sharp reads them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { kept, photos } from './support/fixtures.mjs';
import { answer, assertImage, closeAll, pixels, psnr, startOrigin, startWorker } from './harness.mjs';

let origin, worker, served = 0;
const place = (bytes, type) => origin.serve(`images.example.com/photo-${(served += 1)}`, answer.bytes(bytes, type));

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

/** A photo of so many pixels, with grain, and with alpha that is a slope. */
async function large(width, height, alpha) {
  const { data, info } = await sharp(photos()[0].bytes).resize(width, height, { fit: 'fill' }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at += 1) data[at] = Math.max(0, Math.min(255, data[at] + ((Math.imul(at, 0x9e3779b1) >>> 30) - 2)));
  const image = sharp(data, { raw: info });
  if (!alpha) return image;
  const slope = Buffer.from(Array.from({ length: width * height }, (_, at) => ((at % width) * 255) / width));
  return sharp(await image.joinChannel(slope, { raw: { width, height, channels: 1 } }).raw().toBuffer(), { raw: { width, height, channels: 4 } });
}

const kinds = {
  'lossy WebP': [false, (image) => image.webp({ effort: 1 })],
  'lossy WebP with alpha': [true, (image) => image.webp({ effort: 1 })],
  'lossless WebP': [false, (image) => image.webp({ lossless: true, effort: 1 })],
  'lossless WebP with alpha': [true, (image) => image.webp({ lossless: true, effort: 1 })],
  'nearly lossless WebP': [false, (image) => image.webp({ nearLossless: true, quality: 40, effort: 1 })],
  'WebP of few colours': [false, (image) => image.png({ palette: true, colours: 16, dither: 0 }), (file) => sharp(file).webp({ lossless: true, effort: 1 })],
  GIF: [false, (image) => image.gif({ effort: 1, dither: 0 })],
  PNG: [false, (image) => image.png({ compressionLevel: 1 })],
  'PNG with alpha': [true, (image) => image.png({ compressionLevel: 1 })],
};

async function assertAnswered(file) {
  const s = place(file, 'image/x-any');
  for (const query of [{ w: 300, h: 200, fit: 'fill', f: 'png' }, { w: 1200, h: 627 }]) {
    const reply = await worker.get({ s, ...query });
    assert.equal(reply.status, 200, reply.status === 200 ? '' : reply.text());
  }
  const reply = await worker.get({ s, w: 300, h: 200, fit: 'fill', f: 'png' });
  await assertImage(reply, 'png', 300, 200);
  const theirs = await sharp(file).resize(300, 200, { fit: 'fill' }).png().toBuffer();
  const distance = psnr(await pixels(reply.bytes), await pixels(theirs), [255, 255, 255]);
  assert.ok(distance > 33, `${distance.toFixed(1)} dB`);
}

for (const [name, [alpha, encode, again]] of Object.entries(kinds)) {
  test(`${name} of up to eight megapixels is answered`, { timeout: 300_000 }, async () => {
    for (const [width, height] of [[1632, 1224], [3300, 2475]]) {
      const make = async () => {
        const file = await encode(await large(width, height, alpha)).toBuffer();
        return again ? again(file).toBuffer() : file;
      };
      await assertAnswered(await kept([large, width, height, alpha, encode, again].join('\n'), make));
    }
  });
}

test('animated WebP of up to four megapixels is answered', { timeout: 300_000 }, async () => {
  for (const [width, height] of [[1224, 816], [2400, 1600]]) {
    const photo = await (await large(width, height)).png({ compressionLevel: 1 }).toBuffer();
    const frames = [photo, await sharp(photo).flip().png({ compressionLevel: 1 }).toBuffer()];
    const file = await sharp(frames, { join: { animated: true } }).webp({ effort: 1 }).toBuffer();
    const reply = await worker.get({ s: place(file, 'image/webp'), w: 300, h: 200 });
    await assertImage(reply, 'webp', 300, 200);
    assert.equal((await sharp(reply.bytes).metadata()).pages, 2);
  }
});

for (const [name, alpha, options, sizes] of [
  ['AVIF', false, {}, [[1224, 816], [1632, 1224], [2000, 1300]]],
  ['AVIF of full colour', false, { chromaSubsampling: '4:4:4' }, [[1224, 816], [1632, 1224]]],
  ['AVIF of a quality of 90', false, { quality: 90 }, [[1224, 816], [1632, 1224]]],
  ['AVIF with alpha', true, {}, [[900, 600], [1400, 900]]],
  ['AVIF without loss', false, { lossless: true, chromaSubsampling: '4:4:4' }, [[450, 300], [900, 600]]],
]) {
  test(`${name} of ${sizes.map((side) => side.join(' x ')).join(', ')} is answered`, { timeout: 300_000 }, async () => {
    for (const [width, height] of sizes) await assertAnswered(await (await large(width, height, alpha)).avif({ effort: 0, ...options }).toBuffer());
  });
}

test('an AVIF that does not say its depth is answered', async () => {
  await assertAnswered(readFileSync(new URL('../faults/avif-odd-nopixi.avif', import.meta.url)));
});
