// A crash of the module is a reply, to everybody who was waiting for one, and the next request finds a new module.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, assertError, assertImage, assertSecured, closeAll, fixture, startOrigin, startWorker } from './harness.mjs';
import { capped } from './support/capped.mjs';
import { greedyWebp } from './support/greedy.mjs';

/** Pages of memory: enough for the pixels of the picture below, and not for those that its decoder makes for itself as well. */
const few = 256;

let origin, worker, photo, crash;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin, module: (bytes) => capped(bytes, few) });
  photo = origin.serve('images.example.com/photo.jpg', answer.bytes(fixture.photos()[0].bytes, 'image/jpeg'));
  const picture = await fixture.solid(1600, 1600, 'red', 'webp');
  crash = origin.serve('images.example.com/crash.webp', answer.bytes(picture, 'image/webp'));
});
after(() => closeAll(worker, origin));

test('a source that brings the module down is answered 500, and the next request 200', async () => {
  for (let round = 0; round < 3; round += 1) {
    const reply = await worker.get({ s: crash, w: 10, h: 10, v: round });
    assertError(reply, 500, 'crashed');
    assertSecured(reply);
    await assertImage(await worker.get({ s: photo, w: 60, h: 40, v: round }), 'jpeg', 60, 40);
  }
});

test('requests that are in flight when the module crashes are answered too', async () => {
  const replies = await Promise.all([
    worker.get({ s: crash, w: 10, h: 10, v: 'a' }),
    worker.get({ s: photo, w: 60, h: 40, v: 'b' }),
    worker.get({ s: photo, w: 60, h: 40, v: 'c' }),
  ]);
  assertError(replies[0], 500, 'crashed');
  for (const { status } of replies) assert.ok(status === 200 || status === 500, `${status}`);
});

test('a file that asks for more than the module has is refused, and nobody else notices', async () => {
  const sound = await startWorker({ origin });
  const greedy = origin.serve('images.example.com/greedy.webp', answer.bytes(greedyWebp(), 'image/webp'));
  const sources = [greedy, photo, greedy, photo];
  const replies = await Promise.all(sources.map((s, v) => sound.get({ s, w: 60, h: 40, v })));
  for (const [at, reply] of replies.entries()) {
    if (at % 2 === 0) assertError(reply, 422, 'image-too-large');
    else await assertImage(reply, 'jpeg', 60, 40);
  }
  await sound.close();
});
