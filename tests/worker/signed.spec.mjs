// Signed URLs end to end: signed in JavaScript, verified in the runtime, in front of its cache and by its clock.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sign, srcset } from '../../sign/index.mjs';
import { answer, assertError, assertImage, closeAll, fixture, startOrigin, startWorker, until } from './harness.mjs';

const [oldKey, key] = ['0f'.repeat(32), '1e'.repeat(40)];
const base = 'https://img.example.com/';
let origin, worker, photo;

before(async () => {
  origin = await startOrigin();
  const vars = { SIGNING_KEYS: `${key}, ${oldKey}`, PRESETS: 'card: w=60&h=40&fit=cover' };
  worker = await startWorker({ origin, vars });
  photo = answer.bytes(await fixture.photo('jpeg', 300, 200), 'image/jpeg');
});
after(() => closeAll(worker, origin));

const now = () => Math.floor(Date.now() / 1000);
const serve = (name) => origin.serve(`any.example.net/${name}`, photo);
const lifetime = (reply) => Number(/^public, max-age=(\d+)$/.exec(reply.headers.get('cache-control'))[1]);

test('what is signed is answered, from any public host, and by either key', async () => {
  const url = `${base}?s=${serve('a.jpg')}&w=60&h=40`;
  for (const by of [key, oldKey]) await assertImage(await worker.get(await sign(url, by)), 'jpeg', 60, 40);
  assert.equal(lifetime(await worker.get(await sign(url, key))), 31_536_000);
});

test('what is not, is refused before anything is fetched or looked up', async () => {
  const url = `${base}?s=${serve('b.jpg')}&w=60&h=40`;
  const signed = await sign(url, key);
  await worker.get(signed);
  await until('it is stored', async () => (await worker.get(signed)).headers.get('x-cache') === 'HIT');
  origin.hits.length = 0;
  for (const bad of [url, await sign(url, '2d'.repeat(32)), signed.replace('w=60', 'w=61'), `${signed}=`, `${signed}&utm_source=mail`]) {
    const { message } = assertError(await worker.get(bad), 403, 'bad-signature');
    assert.doesNotMatch(message, /example/);
  }
  assertError(await worker.get(`${signed}&width=60`), 400, 'bad-parameter');
  assert.equal(origin.hits.length, 0);
});

test('a private address is no source, signed or not', async () => {
  origin.hits.length = 0;
  for (const s of ['https://127.0.0.1/a.jpg', 'https://vault.internal/a.jpg', 'https://localhost/']) {
    assertError(await worker.get(await sign(`${base}?s=${s}`, key)), 403, 'source-not-allowed');
  }
  assert.equal(origin.hits.length, 0);
});

test('a URL ends with its time, and so does every copy of its answer, stored or new', async () => {
  const url = `${base}?s=${serve('c.jpg')}&w=60&h=40`;
  assertError(await worker.get(await sign(url, key, { expires: now() })), 403, 'expired');
  const expiring = await sign(url, key, { expires: now() + 600 });
  const first = await worker.get(expiring);
  await assertImage(first, 'jpeg', 60, 40);
  const second = await until('it is stored', async () => {
    const reply = await worker.get(expiring);
    return reply.headers.get('x-cache') === 'HIT' && reply;
  });
  for (const reply of [first, second]) assert.ok(lifetime(reply) <= 600 && lifetime(reply) > 500, reply.headers.get('cache-control'));
  // The entry itself is everybody's, for the whole year.
  const other = await worker.get(await sign(url, key));
  assert.equal(other.headers.get('x-cache'), 'HIT');
  assert.equal(lifetime(other), 31_536_000);
  assertError(await worker.get(await sign(url, key, { expires: now() - 1 })), 403, 'expired');
});

test('one signature serves a srcset and nothing beside it', async () => {
  const set = await srcset(`${base}?s=${serve('d.jpg')}&h=80&fit=cover`, key, { widths: [30, 60, 120] });
  const urls = set.split(', ').map((candidate) => candidate.split(' ')[0]);
  for (const [at, [width, height]] of [[30, 20], [60, 40], [120, 80]].entries()) {
    await assertImage(await worker.get(urls[at]), 'jpeg', width, height);
  }
  const { message } = assertError(await worker.get(urls[0].replace('&w=30', '&w=31')), 400, 'bad-parameter');
  assert.match(message, /30, 60, 120/);
  assertError(await worker.get(urls[0].replace('30,60,120', '30,60,121')), 403, 'bad-signature');
});

test('a preset is signed by its name and is the entry of its parameters', async () => {
  const s = serve('e.jpg');
  await assertImage(await worker.get(await sign(`${base}?s=${s}&p=card`, key)), 'jpeg', 60, 40);
  const twin = await sign(`${base}?s=${s}&w=60&h=40&fit=cover`, key);
  await until('it is stored', async () => (await worker.get(twin)).headers.get('x-cache') === 'HIT');
  assert.equal(origin.hits.filter((hit) => hit.path === '/e.jpg').length, 1);
  const { message } = assertError(await worker.get(await sign(`${base}?s=${s}&p=cart`, key)), 400, 'bad-parameter');
  assert.match(message, /p=cart is not one of card/);
});

test('no line of the log holds a signature', async () => {
  const signed = await sign(`${base}?s=${serve('f.jpg')}&w=60&h=40`, key);
  await worker.get(signed);
  const sig = new URL(signed).searchParams.get('sig');
  assert.ok(worker.logs.length > 0);
  assert.ok(worker.logs.every(({ message }) => !message.includes(sig) && !message.includes(key)));
});
