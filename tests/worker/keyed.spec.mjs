// Named origins and sources that need a key, in the runtime: what arrives at the source, and what does not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, assertError, assertImage, closeAll, fixture, startOrigin, startWorker, until } from './harness.mjs';
import { s3 } from './support/s3.mjs';

const key = { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', region: 'eu-west-1', bucket: 'photos' };
const vars = {
  ALLOWED_SOURCES: 'images.example.com, other.example.com',
  SOURCES: 'shop: https://images.shop.example/a/; photos: https://s3.eu-west-1.amazonaws.com/photos/ s3=eu-west-1; temporary: https://bucket.example/photos/ s3=auto',
  SOURCE_HEADERS: JSON.stringify({ 'images.example.com': { Authorization: 'Bearer hush', 'User-Agent': 'ours (me@example.com)' } }),
  S3_KEYS: `photos=${key.id}:${key.secret}, temporary=${key.id}:${key.secret}:hush/token==`,
};
const names = ['a.jpg', 'a b/café+!.jpg', "x'(y)*$&,:;=@~.jpg", 'day 1/100%.jpg', '日本.jpg'];
let origin, worker, forged, body, bucket, temporary;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin, vars });
  forged = await startWorker({ origin, vars: { ...vars, S3_KEYS: `*=${key.id}:another` } });
  body = await fixture.photo();
  const objects = Object.fromEntries(names.map((name) => [name, { body, type: 'image/jpeg' }]));
  bucket = s3({ ...key, objects });
  temporary = s3({ ...key, region: 'auto', token: 'hush/token==', objects });
  for (const name of [...names, 'none.jpg']) {
    const path = new URL(`https://x.example/photos/${encodeURIComponent(name).replaceAll('%2F', '/')}`).pathname;
    const strict = path.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
    origin.serve(`s3.eu-west-1.amazonaws.com${strict}`, bucket.handler);
    origin.serve(`bucket.example${strict}`, temporary.handler);
  }
});
after(() => closeAll(worker, forged, origin));

for (const name of names) {
  test(`a private bucket hands out ${name} to who signs for it`, async () => {
    const path = `/${name}`.split('/').map(encodeURIComponent).join('/');
    await assertImage(await worker.get({ s: `photos:${path}`, w: 30, h: 20 }), 'jpeg', 30, 20);
    await assertImage(await worker.get({ s: `temporary:${path}`, w: 30, h: 20 }), 'jpeg', 30, 20);
    assert.deepEqual([...bucket.refusals, ...temporary.refusals], []);
  });
}

test('a key that is wrong is told by the bucket, and a name that is not there', async () => {
  assertError(await forged.get({ s: 'photos:/a.jpg', w: 31, h: 20 }), 502, 'origin-denied');
  assert.deepEqual(bucket.refusals.splice(0), ['SignatureDoesNotMatch']);
  assertError(await worker.get({ s: 'photos:/none.jpg', w: 31, h: 20 }), 404, 'source-not-found');
});

test('a named source is its URL, from the same entry', async () => {
  const s = origin.serve('images.shop.example/a/b.jpg', answer.bytes(body, 'image/jpeg'));
  await assertImage(await worker.get({ s: 'shop:/b.jpg', w: 32, h: 20 }), 'jpeg', 32, 20);
  await until('it is stored', async () => (await worker.get({ s, w: 32, h: 20 })).headers.get('x-cache') === 'HIT');
  assertError(await worker.get({ s: 'https://images.shop.example/b.jpg' }), 403, 'source-not-allowed');
});

test('a secret goes to its host, and nowhere else after a redirect', async () => {
  const photo = answer.bytes(body, 'image/jpeg');
  origin.serve('other.example.com/keyed.jpg', photo);
  origin.serve('images.example.com/keyed.jpg', photo);
  const away = origin.serve('images.example.com/keyed-away.jpg', answer.redirect('https://other.example.com/keyed.jpg'));
  const plain = origin.serve('images.example.com/keyed-plain.jpg', answer.redirect('http://images.example.com/keyed.jpg'));
  origin.hits.length = 0;
  await assertImage(await worker.get({ s: away, w: 33, h: 20 }), 'jpeg', 33, 20);
  assert.deepEqual(origin.hits.map(({ headers }) => headers.authorization), ['Bearer hush', undefined]);
  assert.equal(origin.hits[0].headers['user-agent'], 'ours (me@example.com)');
  assert.match(origin.hits[1].headers['user-agent'], /^letterbox\//);
  origin.hits.length = 0;
  await assertImage(await worker.get({ s: plain, w: 33, h: 20 }), 'jpeg', 33, 20);
  assert.deepEqual(origin.hits.map(({ scheme, headers }) => [scheme, headers.authorization]), [['https', 'Bearer hush'], ['https', 'Bearer hush']]);
});

test('no line of the log and no reply has a secret in it', async () => {
  const replies = [await worker.get({ s: 'photos:/none.jpg' }), await forged.get({ s: 'photos:/a.jpg' }), await worker.get({ s: 'https://images.example.com/none.jpg' })];
  const told = replies.map((reply) => reply.text() + JSON.stringify([...reply.headers])).join() + JSON.stringify([worker.logs, forged.logs]);
  assert.ok(!/hush|AKIA|bPxRfi|me@example/.test(told), told);
});

test('a bucket that is bound is a deployment by itself', async () => {
  const alone = await startWorker({ origin, vars: {}, bucket: { 'a.jpg': { body, type: 'image/jpeg' } } });
  try {
    await assertImage(await alone.get({ s: '/a.jpg', w: 30, h: 20 }), 'jpeg', 30, 20);
    assertError(await alone.get({ s: 'https://images.example.com/keyed.jpg', w: 30, h: 20 }), 403, 'source-not-allowed');
  } finally {
    await alone.close();
  }
});
