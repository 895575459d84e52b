// A crash of the module is a reply, to everybody who was waiting for one, and the next request finds a new module.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, assertError, assertImage, assertSecured, closeAll, fixture, startOrigin, startWorker } from './harness.mjs';
import { greedyWebp } from './support/greedy.mjs';

let origin, worker, photo, crash;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin, wrapper: new URL('./support/crash.mjs', import.meta.url) });
  const { bytes } = fixture.photos()[0];
  photo = origin.serve('images.example.com/photo.jpg', answer.bytes(bytes, 'image/jpeg'));
  crash = origin.serve('images.example.com/crash.jpg', answer.bytes(bytes, 'image/jpeg'));
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

test('a file that asks for more than the module has is decoded or refused, and nobody else notices', async () => {
  const sound = await startWorker({ origin });
  const greedy = origin.serve('images.example.com/greedy.webp', answer.bytes(greedyWebp(), 'image/webp'));
  const sources = [greedy, photo, greedy, photo];
  const replies = await Promise.all(sources.map((s, v) => sound.get({ s, w: 60, h: 40, v })));
  for (const [at, reply] of replies.entries()) {
    // What decodes it has a memory of its own, and makes room for what is used only.
    if (at % 2 === 0) assert.ok([200, 422].includes(reply.status), `${reply.status}`);
    else await assertImage(reply, 'jpeg', 60, 40);
  }
  await sound.close();
});
