// PNG answers with a palette, read by sharp and beside sharp's own.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { answer, assertImage, closeAll, pixels, psnr, startOrigin, startWorker } from './harness.mjs';

let origin, worker, served = 0;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

const photo = readFileSync(new URL('../../demo/samples/waterfall.jpg', import.meta.url));
const serve = (bytes, type) => origin.serve(`images.example.com/${served++}`, answer.bytes(bytes, type));
const white = [255, 255, 255];

/** The samples, without what lies under transparency. */
async function seen(bytes) {
  const { data } = await pixels(bytes);
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 0) data.fill(0, at, at + 3);
  return data;
}

test('q below 100 makes a palette that is as near as that of sharp, in about as many bytes', async () => {
  const s = serve(photo, 'image/jpeg');
  const query = { s, w: 600, h: 400, fit: 'cover', f: 'png' };
  const whole = await worker.get(query);
  await assertImage(whole, 'png', 600, 400);
  assert.equal((await sharp(whole.bytes).metadata()).isPalette, false);
  assert.deepEqual((await worker.get({ ...query, q: 100 })).bytes, whole.bytes);
  const reference = await pixels(whole.bytes);
  // sharp takes as many colours as its quality needs, and letterbox as many as it says: 205 of 80, where sharp has 256.
  for (const [q, less, more] of [[99, 0.7, 1.12], [80, 1.5, 1.12], [50, 0.7, 1.25]]) {
    const ours = await worker.get({ ...query, q });
    await assertImage(ours, 'png', 600, 400);
    const { isPalette, paletteBitDepth } = await sharp(ours.bytes).metadata();
    assert.deepEqual([isPalette, paletteBitDepth ?? 8], [true, 8]);
    const theirs = await sharp(whole.bytes).png({ palette: true, quality: q }).toBuffer();
    const [near, far] = [psnr(await pixels(ours.bytes), reference, white), psnr(await pixels(theirs), reference, white)];
    assert.ok(near >= far - less, `q=${q}: ${near.toFixed(2)} dB, sharp ${far.toFixed(2)}`);
    assert.ok(ours.bytes.length <= more * theirs.length, `q=${q}: ${ours.bytes.length} bytes, sharp ${theirs.length}`);
  }
});

test('f=keep never makes a palette of a PNG without one', async () => {
  const s = serve(await sharp(photo).resize(200, 100).png().toBuffer(), 'image/png');
  for (const q of [{}, { q: 80 }, { q: 10 }]) {
    const reply = await worker.get({ s, w: 200, h: 100, ...q });
    assert.equal((await sharp(reply.bytes).metadata()).isPalette, false);
  }
});

test('a palette is kept exactly where every pixel is, padding and alpha included', async () => {
  const circle = Buffer.from('<svg width="61" height="40"><circle cx="30" cy="20" r="18" fill="#3366cc" stroke="#f60" stroke-width="3"/></svg>');
  const drawing = await sharp(circle).png({ palette: true, colours: 64, dither: 0 }).toBuffer();
  const s = serve(drawing, 'image/png');
  const source = await seen(drawing);
  const same = await worker.get({ s, w: 61, h: 40 });
  assert.equal((await sharp(same.bytes).metadata()).isPalette, true);
  assert.deepEqual(await seen(same.bytes), source);
  const padded = await worker.get({ s, w: 80, h: 40, bg: 'transparent' });
  assert.equal((await sharp(padded.bytes).metadata()).isPalette, true);
  const inner = await sharp(padded.bytes).extract({ left: 9, top: 0, width: 61, height: 40 }).png().toBuffer();
  assert.deepEqual(await seen(inner), source);
  // Resampled it has colours in between, and a palette that is near to them.
  const resampled = await worker.get({ s, w: 30, h: 20 });
  assert.equal((await sharp(resampled.bytes).metadata()).isPalette, true);
});

test('a palette has alpha by entry', async () => {
  const shade = Buffer.from('<svg width="200" height="120"><defs><linearGradient id="g"><stop offset="0" stop-color="#f00" stop-opacity="0"/><stop offset="1" stop-color="#00f"/></linearGradient></defs><rect width="200" height="120" fill="url(#g)"/></svg>');
  const source = await sharp(shade).png().toBuffer();
  const reply = await worker.get({ s: serve(source, 'image/png'), w: 200, h: 120, f: 'png', q: 90 });
  const { isPalette, hasAlpha } = await sharp(reply.bytes).metadata();
  assert.deepEqual([isPalette, hasAlpha], [true, true]);
  for (const on of [white, [0, 0, 0]]) {
    const near = psnr(await pixels(reply.bytes), await pixels(source), on);
    assert.ok(near > 38, `${near.toFixed(1)} dB on ${on}`);
  }
});
