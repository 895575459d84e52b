// A deployment that is not configured, or not readably, serves nothing, fetches nothing and says how to fix it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, assertError, assertImage, closeAll, fixture, production, startOrigin, startWorker } from './harness.mjs';

let origin, s;

before(async () => {
  origin = await startOrigin();
  s = origin.serve('images.example.com/a.jpg', answer.bytes(await fixture.photo('jpeg', 30, 20), 'image/jpeg'));
});
after(() => closeAll(origin));

const unusable = {
  'nothing configured': [{}, /ALLOWED_SOURCES/],
  'an empty list of sources': [{ ALLOWED_SOURCES: '' }, /ALLOWED_SOURCES/],
  'a list of sources that is only commas': [{ ALLOWED_SOURCES: ' , ' }, /ALLOWED_SOURCES/],
  'every source allowed to everyone': [{ ALLOWED_SOURCES: '*' }, /ALLOWED_SOURCES/],
  'every source allowed, and no key that is one': [{ ALLOWED_SOURCES: '*', SIGNING_KEYS: '00' }, /SIGNING_KEYS/],
  'a preset that cannot be read': [{ ...production, PRESETS: 'card: w=1e3' }, /PRESETS/],
  'a limit that is no number': [{ ...production, MAX_SOURCE_BYTES: 'lots' }, /MAX_SOURCE_BYTES/],
  'a mode that does not exist': [{ ...production, MODE: 'staging' }, /MODE/],
  'an origin that is no address': [{ ...production, ORIGIN: 'origin' }, /ORIGIN/],
};
for (const [name, [vars, wanted]] of Object.entries(unusable)) {
  test(`${name}: every request is 503, and the message names the setting`, async () => {
    const worker = await startWorker({ origin, vars });
    try {
      for (const target of [{ s, w: 30, h: 20 }, '/', '/a.jpg']) {
        const { message } = assertError(await worker.get(target), 503, 'not-configured');
        assert.match(message, wanted);
        // What a setting holds is for `npm run check`.
        assert.doesNotMatch(message, /card|1e3|lots|staging|\b00\b/);
      }
      assert.equal(origin.hits.length, 0);
    } finally {
      await worker.close();
    }
  });
}

test('an empty ORIGIN is no origin', async () => {
  const worker = await startWorker({ origin, vars: { ...production, ORIGIN: '' } });
  try {
    await assertImage(await worker.get({ s, w: 30, h: 20 }), 'jpeg', 30, 20);
    assertError(await worker.get('/'), 400, 'missing-source');
  } finally {
    await worker.close();
  }
});

test('DEFAULT_WIDTH, DEFAULT_HEIGHT and CACHE_TTL set what they name', async () => {
  const vars = { ...production, DEFAULT_WIDTH: '64', DEFAULT_HEIGHT: '48', CACHE_TTL: '600' };
  const worker = await startWorker({ origin, vars });
  try {
    const reply = await worker.get({ s });
    await assertImage(reply, 'jpeg', 64, 48);
    assert.equal(reply.headers.get('cache-control'), 'public, max-age=600');
  } finally {
    await worker.close();
  }
});
