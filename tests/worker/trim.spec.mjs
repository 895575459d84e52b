// `trim` beside sharp's: the same box, pixel for pixel, of pictures made by chance and of photos in a frame.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { readFileSync } from 'node:fs';
import { answer, closeAll, pixels, startOrigin, startWorker } from './harness.mjs';

let origin, worker, served = 0;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

async function trimmed(body, type, query) {
  const s = origin.serve(`images.example.com/trim-${served++}`, answer.bytes(body, `image/${type}`));
  const reply = await worker.get({ s, w: 'auto', h: 'auto', fit: 'inside', f: 'png', ...query });
  assert.equal(reply.status, 200, String(reply.bytes));
  return pixels(reply.bytes);
}

/** sharp's picture. Where it finds nothing but margin, it leaves the picture alone, as we do. */
async function reference(body, threshold) {
  const upright = await sharp(body).autoOrient().png().toBuffer();
  return pixels(await sharp(upright).trim({ threshold }).png().toBuffer());
}

async function assertLikeSharp(body, type, threshold, what) {
  const [ours, theirs] = await Promise.all([trimmed(body, type, { trim: threshold }), reference(body, threshold)]);
  assert.deepEqual([ours.width, ours.height], [theirs.width, theirs.height], what);
  assert.ok(Buffer.compare(ours.data, theirs.data) === 0, what);
}

// Numerical Recipes' generator: the same pictures each time.
let state = 7;
const dice = (most) => Math.floor((state = (state * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32 * most);

/** A margin with a little noise, and some rectangles and dots of other colours on it. */
async function drawing(channels) {
  const [width, height] = [3 + dice(60), 3 + dice(40)];
  const margin = Array.from({ length: channels }, () => dice(256));
  const data = Buffer.alloc(width * height * channels);
  const noise = dice(6);
  for (let at = 0; at < data.length; at += 1) data[at] = Math.max(0, Math.min(255, margin[at % channels] + dice(2 * noise + 1) - noise));
  for (let count = dice(5); count > 0; count -= 1) {
    const [left, top, across, down] = [dice(width), dice(height), 1 + dice(8), 1 + dice(8)];
    const colour = margin.map((sample) => (dice(3) === 0 ? sample : dice(256)));
    for (let y = top; y < Math.min(height, top + down); y += 1) {
      for (let x = left; x < Math.min(width, left + across); x += 1) Buffer.from(colour).copy(data, (y * width + x) * channels);
    }
  }
  const image = sharp(data, { raw: { width, height, channels } });
  return { file: await (channels < 3 ? image.toColourspace('b-w') : image).png().toBuffer(), size: `${width}x${height}x${channels}` };
}

describe('trim', () => {
  test('finds the box that sharp finds, whatever the picture', async () => {
    for (let count = 0; count < 150; count += 1) {
      const { file, size } = await drawing([1, 3, 4][count % 3]);
      const threshold = [1, 10, 40, 254][dice(4)];
      await assertLikeSharp(file, 'png', threshold, `${count}: ${size} at ${threshold}`);
    }
  });

  test('of a photo in a frame leaves the photo, in every format and orientation', async () => {
    const photo = await sharp(readFileSync(new URL('../../demo/samples/waterfall.jpg', import.meta.url))).resize(90, 70, { fit: 'fill' }).toBuffer();
    for (const type of ['jpeg', 'png', 'webp', 'tiff']) {
      for (const orientation of type === 'jpeg' ? [1, 3, 6, 8] : [1]) {
        const framed = await sharp(photo).extend({ top: 21, bottom: 13, left: 34, right: 8, background: '#fff' }).toFormat(type, { quality: 95, lossless: true }).withMetadata({ orientation }).toBuffer();
        const { width, height } = await trimmed(framed, type, { trim: 20 });
        const theirs = await reference(framed, 20);
        assert.deepEqual([width, height], [theirs.width, theirs.height], `${type} ${orientation}`);
      }
    }
  });

  test('comes before the size', async () => {
    const middle = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#123456' } }).png().toBuffer();
    const file = await sharp(middle).extend({ top: 30, bottom: 50, left: 60, right: 10, background: '#fff' }).png().toBuffer();
    const { width, height, data } = await trimmed(file, 'png', { trim: '', w: 20, h: 20, fit: 'inside' });
    assert.deepEqual([width, height], [20, 10]);
    for (let at = 0; at < data.length; at += 4) assert.deepEqual([...data.subarray(at, at + 3)], [0x12, 0x34, 0x56]);
  });

  test('is in the description', async () => {
    const middle = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#123456' } }).png().toBuffer();
    const file = await sharp(middle).extend({ top: 30, bottom: 50, left: 60, right: 10, background: '#fff' }).png().toBuffer();
    const s = origin.serve(`images.example.com/trim-${served++}`, answer.bytes(file, 'image/png'));
    const reply = await worker.get({ s, trim: '', w: 'auto', h: 'auto', f: 'json' });
    const { source, plan } = JSON.parse(reply.bytes);
    assert.deepEqual([source.width, source.height], [110, 100]);
    assert.deepEqual(plan.area, { x: 60, y: 30, width: 40, height: 20 });
    assert.deepEqual([plan.width, plan.height], [40, 20]);
  });
});
