// Which methods and how long an address the worker takes.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { answer, assertError, assertImage, assertSecured, closeAll, fixture, startOrigin, startWorker } from './harness.mjs';

let origin, worker, s;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  s = origin.serve('images.example.com/a.jpg', answer.bytes(await fixture.photo(), 'image/jpeg'));
});
beforeEach(() => (origin.hits.length = 0));
after(() => closeAll(worker, origin));

test('HEAD is GET without the body', async () => {
  const got = await worker.get({ s, w: 30, h: 20 });
  const head = await worker.get({ s, w: 30, h: 20 }, { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.bytes.length, 0);
  for (const name of ['content-type', 'cache-control']) assert.equal(head.headers.get(name), got.headers.get(name), name);
  assertSecured(head);
});

test('HEAD of an image nobody asked for before is 200 too', async () => {
  const head = await worker.get({ s, w: 33, h: 20 }, { method: 'HEAD' });
  assert.equal(`${head.status} ${head.headers.get('content-type')} ${head.bytes.length}`, '200 image/jpeg 0');
  assert.ok(origin.hits.every((hit) => hit.method === 'GET'), 'the source is always asked with GET');
});

test('HEAD does not leave an empty image behind', async () => {
  await worker.get({ s, w: 34, h: 20 }, { method: 'HEAD' });
  await assertImage(await worker.get({ s, w: 34, h: 20 }), 'jpeg', 34, 20);
});

test('HEAD of an error has its status and no body', async () => {
  const head = await worker.get({ s: 'https://evil.example.net/a.jpg' }, { method: 'HEAD' });
  assert.equal(`${head.status} ${head.bytes.length}`, '403 0');
});

test('OPTIONS is 204 and touches nothing', async () => {
  const reply = await worker.get({ s, w: 30, h: 20 }, { method: 'OPTIONS' });
  assert.equal(`${reply.status} ${reply.bytes.length}`, '204 0');
  assertSecured(reply);
  assert.equal(reply.headers.get('access-control-allow-methods'), 'GET, HEAD, OPTIONS');
  assert.match(reply.headers.get('access-control-allow-headers'), /^\*, .*\bAuthorization\b.*\bIf-None-Match\b/);
  assert.equal(reply.headers.get('access-control-max-age'), '86400');
  assert.equal(origin.hits.length, 0);
});

for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
  test(`${method} is 405 and names what is allowed`, async () => {
    const reply = await worker.get({ s, w: 30, h: 20 }, { method });
    assertError(reply, 405, 'method-not-allowed');
    assert.deepEqual(reply.headers.get('allow').split(/,\s*/).sort(), ['GET', 'HEAD', 'OPTIONS']);
    assert.equal(origin.hits.length, 0);
  });
}

test('an address over 8 KiB is 414', async () => {
  assertError(await worker.get({ s, w: 30, h: 20, note: 'a'.repeat(8200) }), 414, 'uri-too-long');
  assert.equal(origin.hits.length, 0);
});

test('an address just under 8 KiB is answered', async () => {
  await assertImage(await worker.get({ s, w: 30, h: 20, note: 'a'.repeat(7900) }), 'jpeg', 30, 20);
});
