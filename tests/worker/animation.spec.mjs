// Animations in the runtime, beside sharp's: frames, delays, repetitions, disposal; stills of them; and what is too much.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { answer, assertError, assertImage, closeAll, fixture, psnr, startOrigin, startWorker } from './harness.mjs';
import { disposals, film, frames, gif } from './support/animations.mjs';

let origin, worker, served = 0;
const place = (bytes, type = 'image/gif') => origin.serve(`images.example.com/${(served += 1)}`, answer.bytes(bytes, type));

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

/** Asserts that a reply has the frames that sharp has of the same file, each as far from it as `least` dB at most. */
async function assertFrames(reply, file, { width, height, format, least, fit = 'contain', background = 'white', from = 0, count }) {
  assert.equal(reply.status, 200, reply.text());
  assert.equal(reply.headers.get('content-type'), `image/${format}`);
  const theirs = await frames(file, { width, height, fit, background });
  const ours = await frames(reply.bytes);
  const end = count ? from + count : theirs.count;
  assert.deepEqual(
    [ours.count, ours.delay, ours.loop],
    [end - from, theirs.delay.slice(from, end), theirs.loop],
  );
  for (const [at, frame] of ours.frames.entries()) {
    for (const under of [[255, 255, 255], [0, 0, 0]]) {
      const distance = psnr(frame, theirs.frames[from + at], under);
      assert.ok(distance > least, `frame ${at}: ${distance.toFixed(1)} dB on ${under}`);
    }
  }
}

for (const from of ['gif', 'webp']) {
  for (const [to, least] of [['gif', 30], ['webp', 31]]) {
    for (const hole of [false, true]) {
      test(`a film${hole ? ' with a hole' : ''} goes in as ${from} and out as ${to}`, async () => {
        const file = await film({ format: from, hole, loop: 3, options: from === 'webp' ? { quality: 90 } : {} });
        const s = place(file, `image/${from}`);
        // Half-way transparent is opaque in GIF: at the edge of the hole the two differ.
        const least_ = hole && to === 'gif' ? 18 : least;
        const asked = { s, w: 100, h: 90, f: to, bg: hole ? 'transparent' : 'white' };
        const background = hole ? { r: 0, g: 0, b: 0, alpha: 0 } : 'white';
        await assertFrames(await worker.get(asked), file, { width: 100, height: 90, format: to, least: least_, background });
      });
    }
  }
}

test('how often a film plays, and how long each frame is shown, may be asked for', async () => {
  const file = await film({ format: 'gif', loop: 3 });
  const s = place(file);
  const own = await frames(file);
  for (const f of ['gif', 'webp']) {
    const timed = await frames((await worker.get({ s, w: 50, h: 45, f, loop: 5, delay: 250 })).bytes);
    assert.deepEqual([timed.loop, timed.delay], [5, own.delay.map(() => 250)], f);
    const endless = await frames((await worker.get({ s, w: 50, h: 45, f, loop: 0 })).bytes);
    assert.deepEqual([endless.loop, endless.delay], [0, own.delay], f);
  }
  // A file that is answered as it is would play as before.
  const asItIs = await frames((await worker.get({ s, w: 'auto', h: 'auto', loop: 1 })).bytes);
  assert.deepEqual([asItIs.loop, asItIs.count], [1, own.count]);
});

for (const repetitions of [undefined, 0, 1, 7]) {
  test(`disposal is that of sharp, and of ${repetitions} repetitions it keeps the number`, async () => {
    const file = disposals(repetitions);
    const asked = { s: place(file), w: 40, h: 30, bg: 'transparent' };
    const same = { width: 40, height: 30, background: { r: 0, g: 0, b: 0, alpha: 0 } };
    await assertFrames(await worker.get({ ...asked, f: 'gif' }), file, { ...same, format: 'gif', least: 40 });
    await assertFrames(await worker.get({ ...asked, f: 'webp', ll: '' }), file, { ...same, format: 'webp', least: 60 });
  });
}

test('n and page say which frames', async () => {
  const file = await film();
  const s = place(file);
  const same = { width: 160, height: 120, format: 'gif', least: 30 };
  const asked = { s, w: 160, h: 120 };
  await assertFrames(await worker.get({ ...asked, n: 2 }), file, { ...same, count: 2 });
  await assertFrames(await worker.get({ ...asked, n: 2, page: 3 }), file, { ...same, from: 3, count: 2 });
  await assertFrames(await worker.get({ ...asked, n: 'all', page: 3 }), file, { ...same, from: 3 });
  await assertFrames(await worker.get({ ...asked, n: 1000 }), file, same);
  const theirs = await frames(file);
  for (const [wanted, at] of [[{ n: 1 }, 0], [{ page: 2 }, 2], [{ page: 2, f: 'jpg', q: 95 }, 2], [{ f: 'jpg', q: 95 }, 0], [{ f: 'png', page: 5 }, 5]]) {
    const reply = await worker.get({ ...asked, ...wanted });
    const format = { jpg: 'jpeg', png: 'png' }[wanted.f] ?? 'gif';
    await assertImage(reply, format, 160, 120);
    const ours = await frames(reply.bytes);
    assert.equal(ours.count, 1);
    const distance = psnr(ours.frames[0], theirs.frames[at]);
    assert.ok(distance > 30, `${JSON.stringify(wanted)}: ${distance.toFixed(1)} dB`);
  }
});

test('a page that is not there is said to be so', async () => {
  const s = place(await film());
  assertError(await worker.get({ s, page: 6 }), 422, 'no-such-page', /page=6 is not there: the source has 6 frames/);
  const photo = origin.serve('images.example.com/photo', answer.bytes(await fixture.photo(), 'image/jpeg'));
  assertError(await worker.get({ s: photo, page: 1 }), 422, 'no-such-page', /the source has one frame/);
});

test('f=json counts frames', async () => {
  const s = place(await film());
  const described = (await worker.get({ s, f: 'json', n: 3 })).json();
  assert.deepEqual([described.source.frames, described.plan.frames], [6, 3]);
});

test('too many frames are refused, and a still of them is not', async () => {
  const count = 2000;
  const file = gif({ width: 2, height: 2, frames: Array.from({ length: count }, () => ({ pixel: (x) => x })) });
  const s = place(file);
  assertError(await worker.get({ s }), 422, 'image-too-large', /the source has 2000 frames, .* n=1 gives a still/);
  await assertImage(await worker.get({ s, n: 1, w: 20, h: 20 }), 'gif', 20, 20);
  const small = await worker.get({ s, w: 2, h: 2 });
  assert.equal((await sharp(small.bytes, { animated: true }).metadata()).pages, count);
});

test('of a file that breaks off in a frame, those before it are kept', async () => {
  for (const format of ['gif', 'webp']) {
    const file = await film({ format });
    const s = place(file.subarray(0, file.length - 200), `image/${format}`);
    const reply = await worker.get({ s, w: 160, h: 120 });
    assert.equal(reply.status, 200, reply.text());
    assert.equal((await frames(reply.bytes)).count, 5);
  }
});
