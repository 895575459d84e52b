// The platform's cache, keyed by what a request means and not by how it is spelled.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, assertError, assertImage, closeAll, damage, fixture, production, startOrigin, startWorker, until } from './harness.mjs';

const full = { w: 1200, h: 627, fit: 'contain', q: 80, bg: 'white', dpr: 1, a: 'center', f: 'keep' };
let origin, worker, body;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin, vars: { ...production, ORIGIN: 'https://origin.example.com' } });
  body = await fixture.photo('jpeg', 120, 80);
});
after(() => closeAll(worker, origin));

const serve = (name) => origin.serve(`images.example.com/${name}`, answer.bytes(body, 'image/jpeg'));
const cacheState = (reply) => reply.headers.get('x-cache');

/** Asks until the reply has been stored, which happens after it was sent, and returns the stored one. */
async function warm(target, init) {
  await worker.get(target, init);
  return until('the reply is in the cache', async () => {
    const reply = await worker.get(target, init);
    return cacheState(reply) === 'HIT' && reply;
  });
}

test('the first request is a MISS, the second a HIT with the same bytes and headers', async () => {
  const s = serve('first.jpg');
  const first = await worker.get({ s, w: 60, h: 40 });
  assert.equal(cacheState(first), 'MISS');
  const second = await warm({ s, w: 60, h: 40 });
  await assertImage(second, 'jpeg', 60, 40);
  assert.deepEqual(second.bytes, first.bytes);
  assert.equal(second.headers.get('cache-control'), 'public, max-age=31536000');
});

test('a HIT touches neither the source nor the origin', async () => {
  const target = [{ s: serve('untouched.jpg'), w: 60, h: 40 }, { pathname: '/not-on-the-origin' }];
  await warm(...target);
  origin.hits.length = 0;
  assert.equal(cacheState(await worker.get(...target)), 'HIT');
  assert.equal(origin.hits.length, 0);
});

test('every spelling of one request shares one entry', async (t) => {
  const s = serve('spelled.jpg');
  await warm({ s });
  const spellings = {
    'defaults spelled out': new URLSearchParams({ s, ...full }),
    'another order': new URLSearchParams([...Object.entries(full), ['s', s]].reverse()),
    'upper case host of the source': `s=${encodeURIComponent(s.replace('images.example.com', 'IMAGES.Example.COM'))}`,
    'the default port of the source': `s=${encodeURIComponent(s.replace('.com/', '.com:443/'))}`,
    'a fragment on the source': `s=${encodeURIComponent(`${s}#top`)}`,
    'the source left unencoded': `s=${s}`,
    'every letter of the source encoded': `s=${[...Buffer.from(s)].map((byte) => `%${byte.toString(16)}`).join('')}`,
    'aliases, first set': new URLSearchParams({ url: s, width: 1200, height: 627, output: 'keep', gravity: 'center', background: 'white', quality: 80 }),
    'aliases, second set': new URLSearchParams({ src: s, format: 'keep', position: 'center', cbg: 'fff' }),
    'aliases, third set': new URLSearchParams({ s, fm: 'keep', g: 'center', bg: 'ffffffff', fit: 'pad' }),
    'unknown parameters': `${new URLSearchParams({ s })}&utm_source=mail&fbclid=1`,
    'an empty parameter between two': `&&${new URLSearchParams({ s })}&`,
  };
  for (const [name, query] of Object.entries(spellings)) {
    await t.test(name, async () => assert.equal(cacheState(await worker.get(`/?${query}`)), 'HIT'));
  }
});

test('aliases of v and il share the entry of the canonical name', async () => {
  const s = serve('aliases.jpg');
  await warm({ s, w: 60, h: 40, il: 1, v: 7 });
  assert.equal(cacheState(await worker.get({ s, w: 60, h: 40, interlace: 1, cb: 7 })), 'HIT');
});

const forks = { v: 2, w: 61, h: 41, fit: 'cover', bg: 'red', a: 'top', q: 79, f: 'png', dpr: 2, we: 1, il: 1 };
test('a parameter that changes the meaning forks the entry', async (t) => {
  const s = serve('forked.jpg');
  await warm({ s, w: 60, h: 40 });
  for (const [name, value] of Object.entries(forks)) {
    await t.test(`${name}=${value}`, async () => {
      assert.equal(cacheState(await worker.get({ s, w: 60, h: 40, [name]: value })), 'MISS');
    });
  }
});

test('sources that differ only in the case of their path are two entries', async () => {
  await warm({ s: serve('case.jpg'), w: 60, h: 40 });
  assert.equal(cacheState(await worker.get({ s: serve('CASE.jpg'), w: 60, h: 40 })), 'MISS');
});

test('sources that differ only in their query are two entries', async () => {
  const s = serve('query.jpg');
  await warm({ s: `${s}?page=1`, w: 60, h: 40 });
  assert.equal(cacheState(await worker.get({ s: `${s}?page=2`, w: 60, h: 40 })), 'MISS');
});

test('a source cannot smuggle a parameter into the key', async () => {
  const s = serve('smuggle.jpg');
  await warm({ s: `${s}?x&w=60&h=40`, w: 50, h: 40 });
  const reply = await worker.get({ s: `${s}?x`, w: 60, h: 40 });
  assert.equal(cacheState(reply), 'MISS');
  await assertImage(reply, 'jpeg', 60, 40);
});

const failures = {
  'a 500 of the source': [answer.status(500), 502, 'origin-error'],
  'a 403 of the source': [answer.status(403), 502, 'origin-denied'],
  'a source that is no image': [answer.bytes(Buffer.from('<html>'), 'text/html'), 415, 'unsupported-format'],
};
for (const [name, [fault, status, code]] of Object.entries(failures)) {
  test(`${name} is not stored: the next request gets the image`, async () => {
    const place = `images.example.com/heals-${status}-${code}.jpg`;
    const s = origin.serve(place, answer.inTurn(fault, answer.bytes(body, 'image/jpeg')));
    assertError(await worker.get({ s, w: 60, h: 40 }), status, code);
    await assertImage(await worker.get({ s, w: 60, h: 40 }), 'jpeg', 60, 40);
  });
}

test('a truncated image is not stored: the next request gets the image', async () => {
  const broken = answer.bytes(damage.truncated(body), 'image/jpeg');
  const s = origin.serve('images.example.com/heals.jpg', answer.inTurn(broken, answer.bytes(body, 'image/jpeg')));
  assertError(await worker.get({ s, w: 60, h: 40 }), 422, 'corrupt-image');
  await assertImage(await worker.get({ s, w: 60, h: 40 }), 'jpeg', 60, 40);
});
