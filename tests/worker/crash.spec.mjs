// A crash of the module is a reply, to everybody who was waiting for one, and the next request finds a new module.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, assertError, assertImage, assertSecured, closeAll, fixture, startOrigin, startWorker } from './harness.mjs';
import { greedyWebp } from './support/greedy.mjs';

let origin, worker, photo, greedy;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  photo = origin.serve('images.example.com/photo.jpg', answer.bytes(fixture.photos()[0].bytes, 'image/jpeg'));
  greedy = origin.serve('images.example.com/greedy.webp', answer.bytes(greedyWebp(), 'image/webp'));
});
after(() => closeAll(worker, origin));

test('a file that brings the module down is answered 500, and the next request 200', async () => {
  for (let round = 0; round < 3; round += 1) {
    const reply = await worker.get({ s: greedy, w: 10, h: 10, v: round });
    assertError(reply, 500, 'crashed');
    assertSecured(reply);
    await assertImage(await worker.get({ s: photo, w: 60, h: 40, v: round }), 'jpeg', 60, 40);
  }
});

test('requests that are in flight when the module crashes are answered too', async () => {
  const replies = await Promise.all([
    worker.get({ s: greedy, w: 10, h: 10, v: 'a' }),
    worker.get({ s: photo, w: 60, h: 40, v: 'b' }),
    worker.get({ s: photo, w: 60, h: 40, v: 'c' }),
  ]);
  assertError(replies[0], 500, 'crashed');
  for (const { status } of replies) assert.ok(status === 200 || status === 500, `${status}`);
});
