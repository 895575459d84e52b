// HTTP as the runtime speaks it: what is stored, what the client has already, who waits for whom.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, beforeEach, describe, test } from 'node:test';
import { answer, assertError, assertImage, assertSecured, closeAll, fixture, production, startOrigin, startWorker, until } from './harness.mjs';

const size = { w: 60, h: 40 };
let origin, worker, body;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  body = await fixture.photo('jpeg', 120, 80);
});
beforeEach(() => (origin.hits.length = 0));
after(() => closeAll(worker, origin));

const status = (reply) => reply.headers.get('cache-status');
const image = (headers) => answer.bytes(body, 'image/jpeg', headers);
const serve = (name, handler = image()) => origin.serve(`images.example.com/${name}`, handler);

/** Asks until the reply has been stored, which happens after it was sent. */
function stored(target) {
  return until('the reply is in the cache', async () => {
    const reply = await worker.get(target);
    return /; hit/.test(status(reply)) && reply;
  });
}

test('64 requests at once for one new image are one fetch', async () => {
  const s = serve('popular.jpg', answer.slowHead(300, image()));
  const replies = await Promise.all(Array.from({ length: 64 }, () => worker.get({ s, ...size })));
  assert.equal(origin.hits.length, 1);
  for (const reply of replies) {
    await assertImage(reply, 'jpeg', 60, 40);
    assert.deepEqual(reply.bytes, replies[0].bytes);
  }
  const waited = replies.filter((reply) => status(reply) === 'letterbox; fwd=uri-miss; collapsed');
  assert.equal(waited.length, 63);
});

test('a failure is everybody\'s who waited for it, and is not stored', async () => {
  const s = serve('fails.jpg', answer.inTurn(answer.slowHead(300, answer.status(500)), image()));
  const replies = await Promise.all(Array.from({ length: 8 }, () => worker.get({ s, ...size })));
  for (const reply of replies) assertError(reply, 502, 'origin-error');
  assert.equal(origin.hits.length, 1);
  await assertImage(await worker.get({ s, ...size }), 'jpeg', 60, 40);
});

test('what is stored says its age and how long it stays fresh', async () => {
  const s = serve('aging.jpg');
  assert.equal(status(await worker.get({ s, ...size })), 'letterbox; fwd=uri-miss; stored');
  const hit = await stored({ s, ...size });
  const [, ttl] = /^letterbox; hit; ttl=(\d+)$/.exec(status(hit));
  assert.equal(Number(ttl) + Number(hit.headers.get('age')), 31536000);
  assert.equal(hit.headers.get('cache-control'), 'public, max-age=31536000');
  assert.deepEqual([...hit.headers.keys()].filter((name) => name.startsWith('x-letterbox')), []);
});

test('If-None-Match is 304 from the cache, with HEAD as well, and the source hears nothing', async () => {
  const s = serve('known.jpg');
  const first = await stored({ s, ...size });
  const etag = first.headers.get('etag');
  assert.match(etag, /^"\w{33}"$/);
  origin.hits.length = 0;
  for (const [method, list] of [['GET', etag], ['HEAD', etag], ['GET', `"x", W/${etag}`], ['GET', '*']]) {
    const known = await worker.get({ s, ...size }, { method, headers: { 'if-none-match': list } });
    assert.equal(`${known.status} ${known.bytes.length}`, '304 0');
    assert.equal(known.headers.get('etag'), etag);
    assert.equal(known.headers.get('cache-control'), 'public, max-age=31536000');
    assertSecured(known);
  }
  const other = await worker.get({ s, ...size }, { headers: { 'if-none-match': '"x"' } });
  await assertImage(other, 'jpeg', 60, 40);
  assert.equal(origin.hits.length, 0);
});

test('a strong validator of the source is enough for a 304: its body is not read', async () => {
  const etag = '"source-1"';
  const s = serve('validated.jpg', image({ etag }));
  const tag = (await worker.get({ s, ...size })).headers.get('etag');
  const elsewhere = await startWorker({ origin });
  serve('validated.jpg', answer.cut(body, 'image/jpeg', { headers: { etag } }));
  const known = await elsewhere.get({ s, ...size }, { headers: { 'if-none-match': tag } });
  await elsewhere.close();
  assert.equal(known.status, 304);
});

test('If-Modified-Since and Range change nothing', async () => {
  const s = serve('whole.jpg');
  const whole = await stored({ s, ...size });
  const headers = { range: 'bytes=0-9', 'if-modified-since': new Date().toUTCString(), 'if-range': whole.headers.get('etag') };
  const reply = await worker.get({ s, ...size }, { headers });
  assert.equal(reply.status, 200);
  assert.deepEqual(reply.bytes, whole.bytes);
});

test('an absence is stored for a minute', async () => {
  for (const code of [404, 410]) {
    const s = serve(`gone-${code}.jpg`, answer.status(code));
    assertError(await worker.get({ s, ...size }), code, 'source-not-found');
    const hit = await stored({ s, ...size });
    assertError(hit, code, 'source-not-found');
    assert.match(status(hit), /^letterbox; hit; ttl=[3-6]\d$/);
    origin.hits.length = 0;
    await worker.get({ s, ...size });
    assert.equal(origin.hits.length, 0);
  }
});

test('every answer of a source has the tag that a shell makes of its URL', async () => {
  const s = serve('tagged.jpg');
  const { createHash } = await import('node:crypto');
  const expected = createHash('sha256').update(s).digest('hex').slice(0, 16);
  assert.equal((await worker.get({ s, ...size })).headers.get('cache-tag'), expected);
  assert.equal((await worker.get({ s, w: 61, h: 40 })).headers.get('cache-tag'), expected);
});

test('every fetch carries our name behind those that were there, and a request that has it is refused', async () => {
  await worker.get({ s: serve('named.jpg'), ...size }, { headers: { 'cdn-loop': 'cloudflare; loops=1, other' } });
  const named = origin.hits[0].headers['cdn-loop'];
  assert.match(named, /^cloudflare; loops=1, other, letterbox-[0-9a-f]{16}$/);
  origin.hits.length = 0;
  const looped = await worker.get({ s: serve('looped.jpg'), ...size }, { headers: { 'cdn-loop': named } });
  assertError(looped, 508, 'loop-detected');
  assert.equal(origin.hits.length, 0);
});

describe('deployments of other owners', () => {
  const hosts = ['one', 'two', 'three'].map((name) => `${name}.images.example.net`);
  const deployments = [];
  before(async () => {
    const vars = { ALLOWED_SOURCES: 'images.example.com,*.images.example.net' };
    for (const host of hosts) deployments.push(await startWorker({ origin, vars, base: `https://${host}` }));
  });
  after(() => closeAll(...deployments));

  /** What is asked of a deployment's host is answered by it, as the network would have it. */
  const through = (at) => async (request, response) => {
    const { 'cdn-loop': loop } = request.headers;
    const { status, headers, bytes } = await deployments[at].get(new URL(request.url).href, { headers: { 'cdn-loop': loop } });
    response.writeHead(status, { 'content-type': headers.get('content-type') });
    response.end(bytes);
  };
  const url = (at, s) => `https://${hosts[at]}/?${new URLSearchParams({ s, ...size })}`;

  test('three of them in a chain answer', async () => {
    for (const at of [1, 2]) origin.serve(`${hosts[at]}/`, through(at));
    const reply = await deployments[0].get(url(0, url(1, url(2, serve('chained.jpg')))));
    await assertImage(reply, 'jpeg', 60, 40);
    assert.deepEqual(origin.hits.map((hit) => hit.host), [hosts[1], hosts[2], 'images.example.com']);
    assert.equal(origin.hits.at(-1).headers['cdn-loop'].split(', letterbox-').length, 3);
  });

  test('two of them that lead to each other for ever end', async () => {
    // Each asks for what redirects to the other.
    origin.serve('images.example.com/ping', answer.redirect(url(1, 'https://images.example.com/pong')));
    origin.serve('images.example.com/pong', answer.redirect(url(0, 'https://images.example.com/ping')));
    for (const at of [0, 1]) origin.serve(`${hosts[at]}/`, through(at));
    const reply = await deployments[0].get(url(0, 'https://images.example.com/ping'));
    assert.equal(reply.status, 502);
    const asked = origin.hits.map((hit) => hit.host.split('.')[0]);
    assert.deepEqual(asked, ['images', 'two', 'images', 'one']);
  });
});

test('a stale answer is served while the source is down, and replaced when it is back', async () => {
  const brief = await startWorker({ origin, vars: { ...production, CACHE_TTL: '1' } });
  const s = serve('flaky.jpg');
  const first = await brief.get({ s, ...size });
  await pause(1200);
  serve('flaky.jpg', answer.status(503));
  const stale = await brief.get({ s, ...size });
  assert.equal(stale.headers.get('x-cache'), 'STALE');
  assert.match(status(stale), /^letterbox; hit; ttl=-?\d+; detail=stale-if-error$/);
  assert.equal(stale.headers.get('cache-control'), 'public, max-age=60');
  assert.deepEqual(stale.bytes, first.bytes);
  serve('flaky.jpg');
  assert.equal(status(await brief.get({ s, ...size })), 'letterbox; fwd=stale; stored');
  await brief.close();
});

describe('a rate limit', () => {
  let limited;
  before(async () => (limited = await startWorker({ origin, rateLimit: 3 })));
  after(() => closeAll(limited));

  const from = (address) => ({ headers: { 'cf-connecting-ip': address } });

  test('refuses new images to one client and nothing else', async () => {
    const s = serve('limited.jpg');
    const ask = (w, address) => limited.get({ s, w, h: 40 }, from(address));
    for (const w of [50, 51, 52]) await assertImage(await ask(w, '192.0.2.1'), 'jpeg', w, 40);
    const refused = await ask(53, '192.0.2.1');
    assertError(refused, 429, 'rate-limited');
    assert.equal(refused.headers.get('retry-after'), '60');
    await assertImage(await ask(50, '192.0.2.1'), 'jpeg', 50, 40);
    await assertImage(await ask(53, '192.0.2.2'), 'jpeg', 53, 40);
  });

  test('counts an IPv6 network as one client', async () => {
    const s = serve('limited-6.jpg');
    const ask = (w) => limited.get({ s, w, h: 40 }, from(`2001:db8::${w}`));
    for (const w of [50, 51, 52]) await assertImage(await ask(w), 'jpeg', w, 40);
    assertError(await ask(53), 429, 'rate-limited');
  });
});
