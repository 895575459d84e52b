// How the picture meets its frame: fit, a, we, dpr and the automatic sides.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { answer, assertError, assertImage, closeAll, fixture, meanColour, pixels, startOrigin, startWorker } from './harness.mjs';

let origin, worker, wide, across, down;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  const serve = (name, body) => origin.serve(`images.example.com/${name}`, answer.bytes(body, 'image/png'));
  wide = serve('wide.png', await fixture.photo('png', 300, 200));
  across = serve('across.png', await fixture.stripes());
  down = serve('down.png', await fixture.stripes({ width: 100, height: 300, down: true }));
});
after(() => closeAll(worker, origin));

// From a picture of 300 x 200.
const sizes = [
  [{ w: 150, h: 150 }, '150x150'],
  [{ w: 150, h: 150, fit: 'contain' }, '150x150'],
  [{ w: 150, h: 150, fit: 'pad' }, '150x150'],
  [{ w: 150, h: 150, fit: 'cover' }, '150x150'],
  [{ w: 150, h: 150, fit: 'crop' }, '150x150'],
  [{ w: 150, h: 150, fit: 'fill' }, '150x150'],
  [{ w: 150, h: 150, fit: 'stretch' }, '150x150'],
  [{ w: 150, h: 150, fit: 'squeeze' }, '150x150'],
  [{ w: 150, h: 150, fit: 'inside' }, '150x100'],
  [{ w: 150, h: 150, fit: 'outside' }, '225x150'],
  [{ w: 600, h: 600, fit: 'inside' }, '600x400'],
  [{ w: 600, h: 600, fit: 'scale-down' }, '300x200'],
  [{ w: 150, h: 150, fit: 'scale-down' }, '150x100'],
  [{ w: 600, h: 600, fit: 'inside', we: 1 }, '300x200'],
  [{ w: 600, h: 600, fit: 'outside', we: 1 }, '300x200'],
  [{ w: 600, h: 600, fit: 'contain', we: 1 }, '600x600'],
  [{ w: 150, h: 'auto' }, '150x100'],
  [{ w: 'auto', h: 100 }, '150x100'],
  [{ w: 'auto', h: 'auto' }, '300x200'],
  [{ w: 450, h: 'auto' }, '450x300'],
  [{ w: 100, h: 50, dpr: 2 }, '200x100'],
  [{ w: 100, h: 50, dpr: 8 }, '800x400'],
  [{ w: 75, h: 'auto', dpr: 2 }, '150x100'],
  [{ w: 1, h: 1 }, '1x1'],
  [{ w: 4096, h: 2 }, '4096x2'],
];
for (const [query, size] of sizes) {
  test(`300 x 200 by ${new URLSearchParams(query)} is ${size}`, async () => {
    const [width, height] = size.split('x').map(Number);
    await assertImage(await worker.get({ s: wide, ...query }), 'png', width, height);
  });
}

test('we without a value is the same as we=1', async () => {
  await assertImage(await worker.get(`/?s=${wide}&w=600&h=600&fit=inside&we`), 'png', 300, 200);
});

// What the request alone says is the parameter's fault; what only the source's aspect ratio makes so is the image's.
const tooBig = [
  [{ w: 2048, h: 10, dpr: 3 }, 400, 'bad-parameter'],
  [{ w: 4096, h: 4096, fit: 'outside' }, 422, 'image-too-large'],
  [{ w: 'auto', h: 4000 }, 422, 'image-too-large'],
];
for (const [query, status, code] of tooBig) {
  test(`300 x 200 by ${new URLSearchParams(query)} would be over 4096 a side and is ${status}`, async () => {
    assertError(await worker.get({ s: wide, ...query }), status, code);
  });
}

const [red, green, blue, white] = [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [255, 255, 255, 255]];

describe('cover keeps the part that a names', () => {
  // The stripes are three squares: the frame of one square shows one of them, without any resampling.
  const cases = [
    ['across', 'center', green], ['across', 'left', red], ['across', 'right', blue],
    ['across', 'top', green], ['across', 'bottom', green],
    ['across', 'top-left', red], ['across', 'bottom-right', blue],
    ['down', 'center', green], ['down', 'top', red], ['down', 'bottom', blue],
    ['down', 'left', green], ['down', 'right', green],
    ['down', 'top-right', red], ['down', 'bottom-left', blue],
    ['across', '0x0.5', red], ['across', '1x0.5', blue], ['across', '0.5x0.33', green],
    ['down', '0.5x0', red], ['down', '0.5x1', blue], ['down', '0.9x0.5', green],
  ];
  for (const [name, a, colour] of cases) {
    test(`${name}, a=${a}`, async () => {
      const s = name === 'across' ? across : down;
      const image = await pixels((await worker.get({ s, w: 100, h: 100, fit: 'cover', a })).bytes);
      assert.deepEqual(meanColour(image, { left: 0, top: 0, width: 100, height: 100 }), colour);
    });
  }
});

test('a focal point is the middle of what cover keeps, as far as the picture reaches', async () => {
  const image = await pixels((await worker.get({ s: across, w: 100, h: 100, fit: 'cover', a: '0.4x0.5' })).bytes);
  assert.deepEqual(meanColour(image, { left: 0, top: 0, width: 28, height: 100 }), red);
  assert.deepEqual(meanColour(image, { left: 32, top: 0, width: 68, height: 100 }), green);
});

describe('contain places the picture where a says', () => {
  const cases = [['left', 0], ['center', 50], ['right', 100], ['top', 50], ['top-left', 0], ['bottom-right', 100]];
  for (const [a, left] of cases) {
    test(`a=${a}`, async () => {
      const s = origin.serve('images.example.com/square.png', answer.bytes(await fixture.solid(100, 100, '#00ff00'), 'image/png'));
      const image = await pixels((await worker.get({ s, w: 200, h: 100, a })).bytes);
      assert.deepEqual(meanColour(image, { left, top: 0, width: 100, height: 100 }), green);
      if (left > 0) assert.deepEqual(meanColour(image, { left: 0, top: 0, width: left, height: 100 }), white);
      if (left < 100) assert.deepEqual(meanColour(image, { left: left + 100, top: 0, width: 100 - left, height: 100 }), white);
    });
  }
});

test('contain with we leaves a small picture its size, in the middle of the frame', async () => {
  const s = origin.serve('images.example.com/small.png', answer.bytes(await fixture.solid(40, 20, '#0000ff'), 'image/png'));
  const image = await pixels((await worker.get({ s, w: 100, h: 100, we: 1 })).bytes);
  assert.deepEqual(meanColour(image, { left: 30, top: 40, width: 40, height: 20 }), blue);
  assert.deepEqual(meanColour(image, { left: 0, top: 0, width: 100, height: 40 }), white);
  assert.deepEqual(meanColour(image, { left: 0, top: 40, width: 30, height: 20 }), white);
});
