// Specs that share a process hand their runtimes on: each finds what it would find in one of its own.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { childrenRunning, measurable } from '../../bench/process.mjs';
import { answer, closeAll, fixture, production, startOrigin, startWorker, until } from './harness.mjs';
import { closeKept, isKeeping, keep } from './support/kept.mjs';

const alone = !isKeeping();
before(keep);
after(() => alone && closeKept());

const place = 'images.example.com/handed-on.jpg';
// Of no other spec.
const vars = { ...production, CACHE_TTL: '12345' };

test('the next one has an empty cache, an empty log and an origin of its own', async () => {
  const photo = answer.bytes(await fixture.photo(), 'image/jpeg');
  const target = { s: `https://${place}`, w: 30, h: 20 };
  const runtimes = [];
  const earlier = [];
  for (let round = 0; round < 2; round += 1) {
    const origin = await startOrigin();
    const worker = await startWorker({ origin, vars });
    runtimes.push(childrenRunning('workerd'));
    origin.serve(place, photo);
    assert.deepEqual([worker.logs, origin.hits], [[], []]);
    assert.equal((await worker.get(target)).headers.get('x-cache'), 'MISS');
    await until('the reply is in the cache', async () => (await worker.get(target)).headers.get('x-cache') === 'HIT');
    assert.equal(origin.hits.length, 1);
    await closeAll(worker, origin);
    earlier.push(origin);
    assert.ok(earlier.every(({ hits }) => hits.length === 1), 'an origin that is closed is asked no more');
  }
  // One that has waited longest may have been stopped in between.
  const [first, second] = runtimes;
  if (measurable) assert.ok(second.every((id) => first.includes(id)), 'no other runtime has been started');
});

test('one that is in use is not handed on, and none with other settings', async () => {
  const origin = await startOrigin();
  const workers = [];
  for (const CACHE_TTL of ['12345', '12345', '54321']) workers.push(await startWorker({ origin, vars: { ...vars, CACHE_TTL } }));
  const s = origin.serve(place, answer.bytes(await fixture.photo(), 'image/jpeg'));
  const replies = [];
  for (const worker of workers) replies.push(await worker.get({ s, w: 30, h: 20 }));
  assert.deepEqual(replies.map(({ headers }) => headers.get('x-cache')), ['MISS', 'MISS', 'MISS']);
  assert.match(replies[2].headers.get('cache-control'), /max-age=54321/);
  await closeAll(...workers, origin);
});
