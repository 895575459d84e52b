// MODE = "development": only on this machine, with http and loopback sources, and with timings in the headers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, assertError, assertImage, closeAll, fixture, production, startOrigin, startWorker } from './harness.mjs';

const shown = ['server-timing', 'x-image-source-format', 'x-image-source-size', 'x-image-result-format', 'x-image-result-size'];
let origin, worker, deployed, photo;

before(async () => {
  origin = await startOrigin();
  const base = 'http://localhost:8787';
  worker = await startWorker({ origin, base, vars: { ...production, MODE: 'development' } });
  deployed = await startWorker({ origin });
  photo = answer.bytes(await fixture.photo('jpeg', 300, 200), 'image/jpeg');
});
after(() => closeAll(worker, deployed, origin));

for (const host of ['http://localhost:8787', 'http://127.0.0.1:8787', 'http://[::1]:8787', 'https://localhost']) {
  test(`${host} is answered`, async () => {
    const s = origin.serve('images.example.com/a.jpg', photo);
    await assertImage(await worker.get(`${host}/?s=${s}&w=30&h=20`), 'jpeg', 30, 20);
  });
}

for (const host of ['https://img.example.com', 'http://localhost.example.com', 'http://127.0.0.1.example.com', 'http://10.0.0.1', 'http://notlocalhost']) {
  test(`${host} is 503, nothing is fetched`, async () => {
    origin.hits.length = 0;
    assertError(await worker.get(`${host}/?s=https://images.example.com/a.jpg`), 503, 'not-configured');
    assert.equal(origin.hits.length, 0);
  });
}

test('a source by http is fetched', async () => {
  const s = origin.serve('images.example.com/plain.jpg', photo, 'http');
  await assertImage(await worker.get({ s, w: 30, h: 20 }), 'jpeg', 30, 20);
  assert.equal(origin.hits.at(-1).scheme, 'http');
});

for (const host of ['127.0.0.1:9000', 'localhost:9000', '[::1]:9000']) {
  test(`a source on ${host} is fetched`, async () => {
    const s = origin.serve(`${host}/a.jpg`, photo, 'http');
    await assertImage(await worker.get({ s, w: 30, h: 20 }), 'jpeg', 30, 20);
  });
}

test('Server-Timing tells fetch, decode, resize and encode apart', async () => {
  const s = origin.serve('images.example.com/timed.jpg', photo);
  const timing = (await worker.get({ s, w: 30, h: 20 })).headers.get('server-timing');
  for (const part of ['fetch', 'decode', 'resize', 'encode']) assert.match(timing, new RegExp(`\\b${part}\\b[^,]*;dur=[\\d.]+`));
});

test('X-Image headers tell format and size of the source and of the result', async () => {
  const s = origin.serve('images.example.com/told.jpg', photo);
  const { headers } = await worker.get({ s, w: 64, h: 48, f: 'png' });
  assert.match(headers.get('x-image-source-format'), /^jpe?g$/);
  assert.equal(headers.get('x-image-source-size'), '300x200');
  assert.equal(headers.get('x-image-result-format'), 'png');
  assert.equal(headers.get('x-image-result-size'), '64x48');
});

test('what has no effect is named, and so is a source that was cut off', async () => {
  const s = origin.serve('images.example.com/cut.jpg', photo);
  const reply = await worker.get(`/?s=${s}?y=1&z=2&w=30&h=20`);
  assert.match(reply.headers.get('x-letterbox-ignored'), /^z, s;detail="/);
  assert.equal((await worker.get({ s, w: 30, h: 20 })).headers.get('x-letterbox-ignored'), null);
  assert.equal((await deployed.get({ s, w: 30, h: 20, z: 2 })).headers.get('x-letterbox-ignored'), null);
});

test('a page of another site does not look into the network', async () => {
  const s = origin.serve('127.0.0.1:9000/inside.jpg', photo, 'http');
  for (const site of ['cross-site', 'same-site']) {
    origin.hits.length = 0;
    assertError(await worker.get({ s, w: 30, h: 20 }, { headers: { 'sec-fetch-site': site } }), 403, 'source-not-allowed');
    assert.equal(origin.hits.length, 0);
  }
  for (const site of ['same-origin', 'none']) {
    await assertImage(await worker.get({ s, w: 30, h: 20 }, { headers: { 'sec-fetch-site': site } }), 'jpeg', 30, 20);
  }
});

test('in production none of these headers is sent', async () => {
  const s = origin.serve('images.example.com/quiet.jpg', photo);
  const { headers } = await deployed.get({ s, w: 30, h: 20 });
  for (const name of shown) assert.equal(headers.get(name), null, name);
});
