// An error of the source is an error of the reply, and says whose fault it was. Each single fault is in fault-origin.spec.mjs.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertError, assertImage, closeAll, fixture, production, startOrigin, startWorker } from './harness.mjs';

let origin;

before(async () => {
  origin = await startOrigin({ photo: await fixture.photo('jpeg') });
});
after(() => closeAll(origin));

const at = (fault) => `https://images.example.com${fault}`;

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
      const reply = await worker.get({ s: at(`/status/${theirs}`) });
      assertError(reply, ours, theirs === 410 ? reply.json().error : code);
      assert.equal(reply.headers.get('set-cookie'), null);
    });
  }

  for (const fault of ['/busy', '/status/429']) {
    test(`the 429 of ${fault} is passed on with a Retry-After`, async () => {
      const reply = await worker.get({ s: at(fault) });
      assertError(reply, 503, 'origin-busy');
      assert.match(reply.headers.get('retry-after'), /^\d+$/);
    });
  }
});

describe('a source that takes its time', () => {
  let worker;
  before(async () => {
    worker = await startWorker({ origin, vars: { ...production, HEAD_TIMEOUT_MS: '500', TOTAL_TIMEOUT_MS: '1500' } });
  });
  after(() => worker.close());

  // The chain stays under the limit of each head and goes over the limit of all: 4 x 450 ms.
  for (const fault of ['/slow-head/20000', '/drip/40', '/slow-redirect/450']) {
    test(`${fault} is 504 within the limits`, async () => {
      const started = Date.now();
      assertError(await worker.get({ s: at(fault) }), 504, 'origin-timeout');
      const took = Date.now() - started;
      assert.ok(took < 5000, `${took} ms`);
    });
  }

  test('a source that is only a little slow is answered', async () => {
    await assertImage(await worker.get({ s: at('/slow-head/100'), w: 30, h: 20 }), 'jpeg', 30, 20);
  });
});
