// Answers in place of an error, in the runtime: what a page's <img> gets.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, assertError, assertImage, closeAll, fixture, pixels, production, startOrigin, startWorker } from './harness.mjs';

let origin, worker, ok, development, gone, none;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  ok = await startWorker({ origin, vars: { ...production, FALLBACK_IMAGE: 'face', FALLBACKS: 'face: https://images.example.com/fallback.png', FALLBACK_STATUS: '200' } });
  development = await startWorker({ origin, base: 'http://localhost:8787', vars: { ...production, MODE: 'development' } });
  gone = origin.serve('images.example.com/fallback-gone.jpg', answer.status(404));
  none = origin.serve('images.example.com/fallback.png', answer.bytes(await fixture.photo('png', 40, 30), 'image/png'));
});
after(() => closeAll(worker, ok, development, origin));

test('a picture is answered with the status of the error, for a minute, and is the one that its own address has', async () => {
  const reply = await worker.get({ s: gone, w: 60, h: 40, f: 'png', default: none });
  assert.equal(reply.status, 404);
  assert.equal(reply.headers.get('content-type'), 'image/png');
  assert.equal(reply.headers.get('cache-control'), 'public, max-age=60');
  assert.equal(reply.headers.get('cache-status'), 'letterbox; detail=source-not-found');
  const own = await worker.get({ s: none, w: 60, h: 40, f: 'png' });
  await assertImage(own, 'png', 60, 40);
  assert.deepEqual(reply.bytes, own.bytes);
});

test('HEAD has no body, and the same header', async () => {
  const [get, head] = [await worker.get({ s: gone, w: 60, default: none }), await worker.get({ s: gone, w: 60, default: none }, { method: 'HEAD' })];
  assert.equal(head.status, 404);
  assert.equal(head.bytes.length, 0);
  assert.equal(head.headers.get('content-type'), get.headers.get('content-type'));
});

test('a deployment answers 200 with its own fallback, where it says so', async () => {
  await assertImage(await ok.get({ s: gone, w: 60, h: 40 }), 'png', 60, 40);
  assertError(await ok.get({ s: gone, w: 60, h: 40, default: 'none' }), 404, 'source-not-found');
});

test('a redirect leads to the source', async () => {
  const reply = await worker.get({ s: gone, onerror: 'redirect' });
  assert.equal(reply.status, 302);
  assert.equal(reply.headers.get('location'), gone);
});

test('a fallback from elsewhere is 403, and nothing is contacted', async () => {
  origin.hits.length = 0;
  assertError(await worker.get({ s: gone, v: 2, default: 'https://evil.example/x.png' }), 403, 'source-not-allowed');
  assert.equal(origin.hits.length, 0);
});

test('forty requests at once for a picture that is not there are one fetch of it and one of the fallback', async () => {
  const down = origin.serve('images.example.com/fallback-slow.jpg', (request, response) => setTimeout(() => answer.status(404)(request, response), 200));
  origin.hits.length = 0;
  const replies = await Promise.all(Array.from({ length: 40 }, () => worker.get({ s: down, w: 61, h: 41, default: none })));
  assert.ok(replies.every(({ status, bytes }) => status === 404 && bytes.equals(replies[0].bytes)));
  assert.deepEqual(origin.hits.map(({ path }) => path).sort(), ['/fallback-slow.jpg', '/fallback.png']);
});

test('in development a broken <img> shows its error in words, and a script reads JSON', async () => {
  const shown = await development.get({ s: gone, w: 300, h: 200 }, { headers: { 'sec-fetch-dest': 'image' } });
  assert.equal(shown.status, 404);
  const picture = await pixels(shown.bytes);
  assert.deepEqual([picture.width, picture.height], [300, 200]);
  const white = picture.data.filter((_, at) => at % 4 === 1).filter((green) => green > 200).length;
  assert.ok(white > 300 && white < 20_000, `${white} pixels of letters`);
  assertError(await development.get({ s: gone, w: 300, h: 200 }, { headers: { 'sec-fetch-dest': 'empty' } }), 404, 'source-not-found');
  assertError(await worker.get({ s: gone, w: 300, h: 200 }, { headers: { 'sec-fetch-dest': 'image' } }), 404, 'source-not-found');
});
