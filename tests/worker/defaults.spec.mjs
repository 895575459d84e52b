// What `s`, `w` and `h` give on their own: the behaviour every existing URL relies on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, assertError, assertImage, closeAll, fixture, meanColour, pixels, startOrigin, startWorker } from './harness.mjs';

let origin, worker, photo;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  photo = origin.serve('images.example.com/photo.jpg', answer.bytes(await fixture.photo('jpeg'), 'image/jpeg'));
});
after(() => closeAll(worker, origin));

test('a source alone becomes 1200 x 627, kept for a year', async () => {
  const reply = await worker.get({ s: photo });
  await assertImage(reply, 'jpeg', 1200, 627);
  assert.equal(reply.headers.get('cache-control'), 'public, max-age=31536000');
});

test('w alone keeps the default height', async () => {
  await assertImage(await worker.get({ s: photo, w: 400 }), 'jpeg', 400, 627);
});

test('h alone keeps the default width', async () => {
  await assertImage(await worker.get({ s: photo, h: 100 }), 'jpeg', 1200, 100);
});

test('w and h together are the size of the reply', async () => {
  await assertImage(await worker.get({ s: photo, w: 321, h: 123 }), 'jpeg', 321, 123);
});

test('the whole picture is shown, with white at the sides', async () => {
  const green = origin.serve('images.example.com/green.png', answer.bytes(await fixture.solid(100, 100, '#00ff00'), 'image/png'));
  const reply = await worker.get({ s: green, w: 200, h: 100 });
  await assertImage(reply, 'png', 200, 100);
  const shown = await pixels(reply.bytes);
  assert.deepEqual(meanColour(shown, { left: 0, top: 0, width: 50, height: 100 }), [255, 255, 255, 255]);
  assert.deepEqual(meanColour(shown, { left: 50, top: 0, width: 100, height: 100 }), [0, 255, 0, 255]);
  assert.deepEqual(meanColour(shown, { left: 150, top: 0, width: 50, height: 100 }), [255, 255, 255, 255]);
});

test('white is above and below a picture that is too wide', async () => {
  const wide = origin.serve('images.example.com/wide.png', answer.bytes(await fixture.solid(200, 50, '#0000ff'), 'image/png'));
  const shown = await pixels((await worker.get({ s: wide, w: 100, h: 100 })).bytes);
  assert.deepEqual(meanColour(shown, { left: 0, top: 0, width: 100, height: 37 }), [255, 255, 255, 255]);
  assert.deepEqual(meanColour(shown, { left: 0, top: 38, width: 100, height: 24 }), [0, 0, 255, 255]);
  assert.deepEqual(meanColour(shown, { left: 0, top: 63, width: 100, height: 37 }), [255, 255, 255, 255]);
});

for (const format of ['jpeg', 'png', 'webp', 'gif']) {
  test(`${format} stays ${format}`, async () => {
    const body = await fixture.photo(format);
    const s = origin.serve(`images.example.com/same.${format}`, answer.bytes(body, `image/${format}`));
    await assertImage(await worker.get({ s, w: 120, h: 80 }), format, 120, 80);
  });
}

const becomePng = {
  bmp: () => fixture.bmp(60, 40, [200, 30, 60]),
  ico: () => fixture.ico(60, 40, { r: 200, g: 30, b: 60 }),
  tiff: () => fixture.solid(60, 40, { r: 200, g: 30, b: 60 }, 'tiff'),
};
for (const [format, make] of Object.entries(becomePng)) {
  test(`${format} comes out as png, in its colours`, async () => {
    const s = origin.serve(`images.example.com/pixels.${format}`, answer.bytes(await make(), `image/${format}`));
    const reply = await worker.get({ s, w: 30, h: 20 });
    await assertImage(reply, 'png', 30, 20);
    const shown = await pixels(reply.bytes);
    assert.deepEqual(meanColour(shown, { left: 0, top: 0, width: 30, height: 20 }), [200, 30, 60, 255]);
  });
}

test('the magic bytes decide, not the Content-Type of the source', async () => {
  const s = origin.serve('images.example.com/mislabelled', answer.bytes(await fixture.photo('png'), 'text/html'));
  await assertImage(await worker.get({ s, w: 30, h: 20 }), 'png', 30, 20);
});

test('without an origin a request that names no source is 400 missing-source', async () => {
  assertError(await worker.get('/'), 400, 'missing-source');
  assertError(await worker.get('/photo.jpg?w=100'), 400, 'missing-source');
});
