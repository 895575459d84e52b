// Transparency is kept where the format has it and flattened where it has not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, assertImage, closeAll, fixture, meanColour, pixels, startOrigin, startWorker } from './harness.mjs';

const clear = { r: 0, g: 0, b: 255, alpha: 0 };
const half = { r: 0, g: 0, b: 255, alpha: 128 / 255 };
let origin, worker, clearPng, halfPng;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  clearPng = origin.serve('images.example.com/clear.png', answer.bytes(await fixture.solid(100, 100, clear), 'image/png'));
  halfPng = origin.serve('images.example.com/half.png', answer.bytes(await fixture.solid(100, 100, half), 'image/png'));
});
after(() => closeAll(worker, origin));

const middle = { left: 60, top: 10, width: 80, height: 80 };
const side = { left: 0, top: 0, width: 50, height: 100 };

async function shown(query, format) {
  const reply = await worker.get({ w: 200, h: 100, ...query });
  await assertImage(reply, format, 200, 100);
  return pixels(reply.bytes);
}

test('the padding of a PNG is opaque white, its own transparency stays', async () => {
  const image = await shown({ s: clearPng }, 'png');
  assert.deepEqual(meanColour(image, side), [255, 255, 255, 255]);
  assert.equal(meanColour(image, middle)[3], 0);
});

test('half transparent pixels keep their colour and their alpha', async () => {
  assert.deepEqual(meanColour(await shown({ s: halfPng }, 'png'), middle), [0, 0, 255, 128]);
});

test('bg=transparent pads a PNG with nothing', async () => {
  const image = await shown({ s: halfPng, bg: 'transparent' }, 'png');
  assert.equal(meanColour(image, side)[3], 0);
  assert.equal(meanColour(image, middle)[3], 128);
});

test('bg=transparent gives an opaque PNG an alpha channel', async () => {
  const s = origin.serve('images.example.com/opaque.png', answer.bytes(await fixture.solid(100, 100, '#0000ff'), 'image/png'));
  const image = await shown({ s, bg: 'transparent' }, 'png');
  assert.equal(meanColour(image, side)[3], 0);
  assert.deepEqual(meanColour(image, middle), [0, 0, 255, 255]);
});

test('a WebP keeps its transparency', async () => {
  const s = origin.serve('images.example.com/half.webp', answer.bytes(await fixture.solid(100, 100, half, 'webp'), 'image/webp'));
  assert.deepEqual(meanColour(await shown({ s }, 'webp'), middle), [0, 0, 255, 128]);
});

test('a GIF keeps its transparency', async () => {
  const s = origin.serve('images.example.com/clear.gif', answer.bytes(await fixture.solid(100, 100, clear, 'gif'), 'image/gif'));
  const image = await shown({ s }, 'gif');
  assert.deepEqual(meanColour(image, side), [255, 255, 255, 255]);
  assert.equal(meanColour(image, middle)[3], 0);
});

// JPEG is lossy: two steps of tolerance per channel.
function assertNear(actual, wanted) {
  actual.forEach((value, at) => assert.ok(Math.abs(value - wanted[at]) <= 2, `${actual} is not about ${wanted}`));
}

test('a transparent PNG as JPEG lies on white', async () => {
  assertNear(meanColour(await shown({ s: halfPng, f: 'jpg' }, 'jpeg'), middle), [127, 127, 255, 255]);
});

test('a transparent PNG as JPEG lies on bg', async () => {
  const image = await shown({ s: halfPng, f: 'jpg', bg: 'ff0000' }, 'jpeg');
  assertNear(meanColour(image, middle), [127, 0, 128, 255]);
  assertNear(meanColour(image, side), [254, 0, 0, 255]);
});
