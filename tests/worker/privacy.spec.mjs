// What the client says of itself stays with the worker.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { answer, closeAll, fixture, production, startOrigin, startWorker, until } from './harness.mjs';
import { spoofed } from './support/spoofed.mjs';

const marked = 'marked-by-the-client';
let origin, worker, body;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin, vars: { ...production, ORIGIN: 'https://origin.example.com' } });
  body = await fixture.photo();
});
beforeEach(() => (origin.hits.length = 0));
after(() => closeAll(worker, origin));

const headers = {
  cookie: `session=${marked}`,
  authorization: `Bearer ${marked}`,
  'proxy-authorization': `Basic ${marked}`,
  referer: `https://shop.example.com/${marked}`,
  'user-agent': marked,
  'accept-language': `de;q=0.5, ${marked}`,
  accept: `image/avif, image/${marked}`,
  'if-none-match': `"${marked}"`,
  'x-forwarded-for': marked,
  'x-forwarded-host': `${marked}.example.com`,
  'cf-connecting-ip': '203.0.113.7',
  'x-api-key': marked,
};

function assertClean(hits) {
  for (const { headers: sent } of hits) {
    assert.doesNotMatch(JSON.stringify(sent), new RegExp(`${marked}|203\\.0\\.113\\.7`));
    assert.equal(sent.cookie, undefined);
    assert.equal(sent.authorization, undefined);
  }
}

test('no header of the client reaches the source', async () => {
  const s = origin.serve('images.example.com/a.jpg', answer.bytes(body, 'image/jpeg'));
  const reply = await worker.get({ s, w: 30, h: 20 }, { headers });
  assert.equal(reply.status, 200);
  assert.equal(origin.hits.length, 1);
  assertClean(origin.hits);
});

test('no header of the client reaches the origin when it is asked first', async () => {
  const s = origin.serve('images.example.com/b.jpg', answer.bytes(body, 'image/jpeg'));
  await worker.get({ s, w: 30, h: 20 }, { headers, pathname: '/missing.jpg' });
  assert.deepEqual(origin.hits.map((hit) => hit.host), ['origin.example.com', 'images.example.com']);
  assertClean(origin.hits);
});

test('a Range of the client is ignored: the reply is whole', async () => {
  const s = origin.serve('images.example.com/range.jpg', answer.bytes(body, 'image/jpeg'));
  const reply = await worker.get({ s, w: 30, h: 20 }, { headers: { range: 'bytes=0-9' } });
  assert.equal(reply.status, 200);
  assert.ok(reply.bytes.length > 10);
  assert.equal(origin.hits[0].headers.range, undefined);
});

test('sixty forged header fields change no byte of an answer, are not kept with it, and reach no source', async () => {
  const forged = Object.fromEntries(spoofed);
  assert.equal(Object.keys(forged).length, 60);
  const s = origin.serve('images.example.com/forged.jpg', answer.bytes(body, 'image/jpeg'));
  const plain = { s, w: 30, h: 20 };
  // Made for somebody who forges, once per field, and for somebody who does not: always the same bytes.
  const made = await worker.get({ ...plain, v: 'plain' });
  const { 'access-control-allow-origin': open, ...shown } = lasting(made);
  assert.equal(open, '*');
  for (const [name, value] of spoofed) {
    const reply = await worker.get({ ...plain, v: name.replace('_', '-') }, { headers: { [name]: value } });
    assert.equal(reply.status, 200, name);
    assert.deepEqual(reply.bytes, made.bytes, name);
  }
  // All at once, and from the cache for somebody else.
  const all = await worker.get({ ...plain, v: 'all' }, { headers: forged });
  assert.deepEqual(all.bytes, made.bytes);
  const kept = await until('the reply is in the cache', async () => {
    const reply = await worker.get({ ...plain, v: 'all' });
    return reply.headers.get('x-cache') === 'HIT' && reply;
  });
  assert.deepEqual(kept.bytes, made.bytes);
  for (const [name, value] of Object.entries(shown)) assert.equal(lasting(kept)[name], value, name);
  assert.doesNotMatch(JSON.stringify(origin.hits), /spoofed|evil\.example\.org|203\.0\.113\.7/);
});

/** The fields of a reply that do not tell of this one request. */
function lasting({ headers }) {
  const own = ['age', 'cache-status', 'x-cache', 'date', 'etag', 'content-encoding', 'transfer-encoding', 'vary', 'cf-cache-status'];
  return Object.fromEntries([...headers].filter(([name]) => !own.includes(name)));
}
