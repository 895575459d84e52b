// What is not an image, is broken or is too large is refused, and says so.
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { after, before, describe, test } from 'node:test';
import { answer, assertError, assertImage, closeAll, damage, fixture, production, startOrigin, startWorker } from './harness.mjs';

let origin, worker;
const files = {};

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  for (const format of ['jpeg', 'png', 'webp', 'gif']) files[format] = await fixture.photo(format);
});
after(() => closeAll(worker, origin));

const serve = (name, body, type = 'image/jpeg') => origin.serve(`images.example.com/${name}`, answer.bytes(body, type));

const notImages = {
  html: '<!doctype html><title>Not here</title>',
  json: '{"image": null}',
  svg: '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>',
  'svg with an XML declaration': '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
  pdf: '%PDF-1.7\n',
  'unknown bytes': Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
  'one byte': Buffer.of(0xff),
};
for (const [name, body] of Object.entries(notImages)) {
  test(`${name} called image/jpeg is 415`, async () => {
    assertError(await worker.get({ s: serve('not', Buffer.from(body)) }), 415, 'unsupported-format');
  });
}

const broken = {
  'a truncated JPEG': () => damage.truncated(files.jpeg),
  'a JPEG of which the last rows are missing': () => damage.truncated(files.jpeg, 0.9),
  'a truncated PNG': () => damage.truncated(files.png),
  'a truncated WebP': () => damage.truncated(files.webp),
  'a truncated GIF': () => damage.truncated(files.gif),
  'a JPEG without its scan': () => damage.jpegWithoutScan(files.jpeg),
  'a JPEG of three bytes': () => damage.truncated(files.jpeg, 3 / files.jpeg.length),
  'a PNG with overwritten pixel data': () => damage.pngWithBadData(files.png),
  'a PNG cut inside its header': () => files.png.subarray(0, 20),
};
for (const [name, make] of Object.entries(broken)) {
  test(`${name} is 422`, async () => {
    assertError(await worker.get({ s: serve('broken', make()), w: 30, h: 20 }), 422, 'corrupt-image');
  });
}

const huge = {
  PNG: () => damage.hugePng(60000),
  JPEG: () => damage.hugeJpeg(files.jpeg, 65000),
  GIF: () => damage.hugeGif(65535),
  BMP: () => damage.hugeBmp(60000),
};
for (const [name, make] of Object.entries(huge)) {
  test(`a tiny ${name} with huge dimensions is 422 before it is decoded`, async () => {
    const body = make();
    const started = Date.now();
    assertError(await worker.get({ s: serve('huge', body), w: 30, h: 20 }), 422, 'image-too-large');
    assert.ok(Date.now() - started < 2000);
  });
}

test('the worker goes on after all of these', async () => {
  await assertImage(await worker.get({ s: serve('fine.jpg', files.jpeg), w: 30, h: 20 }), 'jpeg', 30, 20);
});

describe('MAX_SOURCE_BYTES', () => {
  const limit = 20_000;
  let small, large;
  before(async () => {
    small = await startWorker({ origin, vars: { ...production, MAX_SOURCE_BYTES: String(limit) } });
    large = fixture.bmp(100, 80, [1, 2, 3]);
    assert.ok(large.length > limit);
  });
  after(() => small.close());

  test('a source over it is 413', async () => {
    assertError(await small.get({ s: serve('large', large) }), 413, 'source-too-large');
  });

  test('a source over it without a Content-Length is 413', async () => {
    const s = origin.serve('images.example.com/large-chunked', answer.chunked(large, 'image/bmp'));
    assertError(await small.get({ s }), 413, 'source-too-large');
  });

  test('a source whose Content-Length counts the packed bytes is 413', async () => {
    const packed = gzipSync(large);
    assert.ok(packed.length < limit);
    const s = origin.serve('images.example.com/packed', answer.bytes(packed, 'image/bmp', { 'content-encoding': 'gzip' }));
    assertError(await small.get({ s }), 413, 'source-too-large');
  });

  test('an endless source is cut off at it', async () => {
    let sent = 0;
    const s = origin.serve('images.example.com/endless', (_request, response) => {
      response.writeHead(200, { 'content-type': 'image/bmp' });
      const block = Buffer.alloc(1 << 16);
      const more = () => {
        while (!response.destroyed && response.write(block)) sent += block.length;
        sent += block.length;
      };
      response.on('drain', more);
      response.write(large, more);
    });
    assertError(await small.get({ s }), 413, 'source-too-large');
    assert.ok(sent < 64 << 20, `${sent} bytes were read`);
  });

  test('a packed source under it is unpacked and shown', async () => {
    const packed = gzipSync(fixture.bmp(60, 40, [9, 9, 9]));
    const s = origin.serve('images.example.com/unpacked', answer.bytes(packed, 'image/bmp', { 'content-encoding': 'gzip' }));
    await assertImage(await small.get({ s, w: 30, h: 20 }), 'png', 30, 20);
  });
});
