// An error of the source is an error of the reply, and says whose fault it was.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { answer, assertError, assertImage, closeAll, fixture, production, startOrigin, startWorker } from './harness.mjs';

let origin, body;

before(async () => {
  origin = await startOrigin();
  body = await fixture.photo('jpeg');
});
after(() => closeAll(origin));

const serve = (name, handler) => origin.serve(`images.example.com/${name}`, handler);

describe('an answer of the source', () => {
  let worker;
  before(async () => (worker = await startWorker({ origin })));
  after(() => worker.close());

  const statuses = [
    [404, 404, 'source-not-found'],
    [410, 410, 'source-not-found'],
    [401, 502, 'origin-denied'],
    [403, 502, 'origin-denied'],
    [429, 503, 'origin-busy'],
    [400, 502, 'origin-error'],
    [418, 502, 'origin-error'],
    [500, 502, 'origin-error'],
    [503, 502, 'origin-error'],
  ];
  for (const [theirs, ours, code] of statuses) {
    test(`${theirs} is ${ours}`, async () => {
      // The body is an image: it must not be taken for one.
      const s = serve(`status-${theirs}`, answer.status(theirs, body, { 'content-type': 'image/jpeg', 'set-cookie': 'a=b' }));
      const reply = await worker.get({ s });
      assertError(reply, ours, theirs === 410 ? reply.json().error : code);
      assert.equal(reply.headers.get('set-cookie'), null);
    });
  }

  test('429 is passed on with a Retry-After', async () => {
    const s = serve('busy', answer.status(429, '', { 'retry-after': '7' }));
    const reply = await worker.get({ s });
    assertError(reply, 503, 'origin-busy');
    assert.match(reply.headers.get('retry-after'), /^\d+$/);
  });

  test('429 without a Retry-After gets one', async () => {
    assert.match((await worker.get({ s: serve('busier', answer.status(429)) })).headers.get('retry-after'), /^\d+$/);
  });

  for (const [name, options] of Object.entries({ 'with a length': {}, chunked: { length: false } })) {
    test(`a body cut half-way, ${name}, is 502 and not half a picture`, async () => {
      const s = serve('cut', answer.cut(body, 'image/jpeg', options));
      assertError(await worker.get({ s, w: 30, h: 20 }), 502, 'origin-truncated');
    });
  }

  test('a Content-Length that promises more than arrives is 502', async () => {
    const s = serve('promise', (_request, response) => {
      response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': body.length + 1000 });
      response.write(body, () => setTimeout(() => response.destroy(), 50));
    });
    assertError(await worker.get({ s, w: 30, h: 20 }), 502, 'origin-truncated');
  });

  test('a body without a length is read to its end', async () => {
    const s = serve('chunked', answer.chunked(body, 'image/jpeg'));
    await assertImage(await worker.get({ s, w: 30, h: 20 }), 'jpeg', 30, 20);
  });

  test('a connection closed before the head is 502', async () => {
    const s = serve('reset', (_request, response) => response.destroy());
    const reply = await worker.get({ s });
    assertError(reply, 502, reply.json().error);
    assert.match(reply.json().error, /^origin-/);
  });
});

describe('a source that takes its time', () => {
  let worker;
  before(async () => {
    worker = await startWorker({ origin, vars: { ...production, HEAD_TIMEOUT_MS: '500', TOTAL_TIMEOUT_MS: '1500' } });
  });
  after(() => worker.close());

  // The chain stays under the limit of each head and goes over the limit of all: 4 x 450 ms.
  const faults = {
    'a slow head': () => answer.slowHead(20_000, answer.bytes(body, 'image/jpeg')),
    'a dripping body': () => answer.drip(body, 'image/jpeg', 40),
    'a chain of redirects, each in time': () => answer.slowHead(450, answer.redirect('https://images.example.com/slow')),
  };
  for (const [name, fault] of Object.entries(faults)) {
    test(`${name} is 504 within the limits`, async () => {
      const s = serve('slow', fault());
      const started = Date.now();
      assertError(await worker.get({ s }), 504, 'origin-timeout');
      const took = Date.now() - started;
      assert.ok(took < 5000, `${took} ms`);
    });
  }

  test('a source that is only a little slow is answered', async () => {
    const s = serve('little', answer.slowHead(100, answer.bytes(body, 'image/jpeg')));
    await assertImage(await worker.get({ s, w: 30, h: 20 }), 'jpeg', 30, 20);
  });
});
