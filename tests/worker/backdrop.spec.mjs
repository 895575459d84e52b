// `bg=blur` beside sharp's own steps: a cover, a blur, and the contained picture over it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { answer, closeAll, pixels, psnr, startOrigin, startWorker } from './harness.mjs';
import { film, frames } from './support/animations.mjs';

const photo = readFileSync(new URL('../../demo/samples/waterfall.jpg', import.meta.url));
const white = { r: 255, g: 255, b: 255, alpha: 1 };

/** Least PSNR of an answer without loss, and levels of 255 that 99 of 100 samples are within. */
const least = 44;
const most = 4;

let origin, worker, served = 0;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

async function ours(body, type, query) {
  const s = origin.serve(`images.example.com/backdrop-${served++}`, answer.bytes(body, `image/${type}`));
  const reply = await worker.get({ s, bg: 'blur', ...query });
  assert.equal(reply.status, 200, `${JSON.stringify(query)}: ${reply.bytes}`);
  return reply;
}

/** Of pixels that have been turned and have the size that they are shown in, so that nothing but the canvas is compared. */
async function theirs(body, width, height, { flat = false, gravity = 'centre', change = (image) => image } = {}) {
  const upright = await change(sharp(body).autoOrient()).png().toBuffer();
  const sigma = Math.max(width, height) / 40;
  const cover = await sharp(upright).resize(width, height, { fit: 'cover', fastShrinkOnLoad: false }).blur(sigma).png().toBuffer();
  const base = flat ? await sharp(cover).flatten({ background: white }).png().toBuffer() : cover;
  const contained = await sharp(upright).resize(width, height, { fit: 'inside' }).png().toBuffer();
  return pixels(await sharp(base).composite([{ input: contained, gravity }]).png().toBuffer());
}

/** The differences of all samples in levels, that of a colour as far as it can be seen. */
function differences(one, other) {
  assert.deepEqual([one.width, one.height], [other.width, other.height]);
  return Float64Array.from(one.data, (sample, at) => Math.abs(sample - other.data[at]) * (at % 4 < 3 ? other.data[at | 3] / 255 : 1));
}

async function assertNear(name, made, reference) {
  const sorted = differences(made, reference).sort();
  const nearly = sorted[Math.floor(sorted.length * 0.99)];
  const decibels = psnr(made, reference, [255, 255, 255]);
  assert.ok(nearly <= most && decibels >= least, `${name}: ${nearly.toFixed(1)} levels, at most ${sorted.at(-1).toFixed(1)}, ${decibels.toFixed(1)} dB`);
}

describe('bg=blur', () => {
  /** The photo at the size at which it is contained, so that its own pixels are equal. */
  const sized = (width, height) => sharp(photo).autoOrient().resize(width, height, { fit: 'fill' }).png().toBuffer();

  test('is sharp’s cover, blurred, with the picture over it', async () => {
    for (const [width, height, w, h] of [[200, 300, 600, 300], [300, 200, 300, 500], [418, 627, 1200, 627], [240, 160, 240, 320], [333, 217, 601, 217]]) {
      const body = await sized(width, height);
      const { bytes } = await ours(body, 'png', { w, h, f: 'png' });
      await assertNear(`${width}x${height} on ${w}x${h}`, await pixels(bytes), await theirs(body, w, h));
    }
  });

  test('is that of a grey picture and of one with alpha', async () => {
    const grey = await sharp(await sized(200, 300)).greyscale().png().toBuffer();
    await assertNear('grey', await pixels((await ours(grey, 'png', { w: 600, h: 300, f: 'png' })).bytes), await theirs(grey, 600, 300));
    const round = Buffer.from('<svg width="200" height="300"><ellipse cx="100" cy="150" rx="95" ry="140"/></svg>');
    const logo = await sharp(await sized(200, 300)).ensureAlpha().composite([{ input: round, blend: 'dest-in' }]).png().toBuffer();
    for (const f of ['png', 'webp']) {
      const { bytes } = await ours(logo, 'png', { w: 600, h: 300, f, ll: '' });
      await assertNear(`alpha as ${f}`, await pixels(bytes), await theirs(logo, 600, 300));
    }
    const { bytes } = await ours(logo, 'png', { w: 600, h: 300, f: 'jpg', q: 100 });
    const decibels = psnr(await pixels(bytes), await theirs(logo, 600, 300, { flat: true }), [255, 255, 255]);
    assert.ok(decibels > 36, `alpha as jpg: ${decibels.toFixed(1)} dB`);
  });

  test('has the colours of the picture’s effects', async () => {
    const body = await sized(200, 300);
    const { bytes } = await ours(body, 'png', { w: 600, h: 300, f: 'png', filt: 'negate' });
    await assertNear('negate', await pixels(bytes), await theirs(body, 600, 300, { change: (image) => image.negate() }));
  });

  test('lies behind ext and pad', async () => {
    const body = await sized(200, 300);
    const { bytes } = await ours(body, 'png', { w: 640, h: 360, fit: 'inside', we: '', ext: 'size', f: 'png' });
    const cover = await sharp(body).resize(640, 360, { fit: 'cover' }).blur(16).png().toBuffer();
    await assertNear('ext', await pixels(bytes), await pixels(await sharp(cover).composite([{ input: body }]).png().toBuffer()));
    const padded = await pixels((await ours(body, 'png', { w: 200, h: 300, pad: '20,60', f: 'png' })).bytes);
    const behind = await sharp(body).resize(320, 340, { fit: 'cover' }).blur(8.5).png().toBuffer();
    await assertNear('pad', padded, await pixels(await sharp(behind).composite([{ input: body }]).png().toBuffer()));
  });

  test('leaves a JPEG in its components, upright or turned, in every format of answers', async () => {
    const turned = await sharp(photo).autoOrient().resize(600, 400, { fit: 'fill' }).jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer();
    const reference = await theirs(turned, 900, 600);
    for (const [query, decibels] of [[{ f: 'jpg', q: 95 }, 36], [{ f: 'jpg', q: 95, il: '' }, 36], [{ f: 'webp', q: 95 }, 34], [{ f: 'avif', q: 90 }, 34], [{ f: 'gif' }, 28], [{ f: 'png' }, 38]]) {
      const { bytes, headers } = await ours(turned, 'jpeg', { w: 900, h: 600, ...query });
      const off = psnr(await pixels(bytes), reference, [255, 255, 255]);
      assert.ok(off > decibels, `${JSON.stringify(query)} ${headers['content-type']}: ${off.toFixed(1)} dB`);
    }
  });

  test('does nothing where the picture fills the canvas', async () => {
    const body = await sized(300, 200);
    const one = await ours(body, 'png', { w: 300, h: 200, f: 'png' });
    const other = await ours(body, 'png', { w: 300, h: 200, f: 'png', bg: 'white' });
    assert.ok(one.bytes.equals(other.bytes));
  });

  test('stands still behind an animation', async () => {
    const body = await film({ hole: false });
    const { bytes } = await ours(body, 'gif', { w: 400, h: 120, f: 'webp', ll: '' });
    const shown = await frames(bytes);
    assert.ok(shown.frames.length > 1);
    const [first, ...rest] = shown.frames;
    const column = ({ data, width, height }) => Array.from({ length: height }, (_, y) => [...data.subarray(4 * y * width, 4 * y * width + 120)]);
    for (const frame of rest) assert.deepEqual(column(frame), column(first));
    assert.notDeepEqual(column(first)[0].slice(0, 3), [255, 255, 255]);
  });

  test('a colour takes its place, and blur that of a colour', async () => {
    const body = await sized(200, 300);
    const colour = await ours(body, 'png', { w: 600, h: 300, f: 'png', bg: 'red' });
    assert.deepEqual([...(await pixels(colour.bytes)).data.subarray(0, 4)], [255, 0, 0, 255]);
  });
});
