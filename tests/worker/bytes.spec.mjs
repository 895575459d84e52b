// `bytes`: the largest file that fits, beside the best that sharp finds by trying every quality.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { answer, assertError, assertImage, closeAll, startOrigin, startWorker } from './harness.mjs';

const names = ['waterfall', 'onlooker'];
const photos = names.map((name) => readFileSync(new URL(`../../demo/samples/${name}.jpg`, import.meta.url)));
const [width, height] = [450, 300];

let origin, worker;
const sources = {};
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  for (const [at, name] of names.entries()) {
    const body = await sharp(photos[at]).autoOrient().resize(width, height, { fit: 'fill' }).png().toBuffer();
    sources[name] = { body, s: origin.serve(`images.example.com/bytes-${name}`, answer.bytes(body, 'image/png')) };
  }
});
after(() => closeAll(worker, origin));

const get = (s, query) => worker.get({ s, w: 'auto', h: 'auto', fit: 'inside', ...query });

/** The bytes of the best file of sharp's that fits. */
async function best(body, format, most, first) {
  for (let quality = first; quality > 0; quality -= 1) {
    const { length } = await sharp(body)[format]({ quality, effort: format === 'webp' ? 4 : undefined }).toBuffer();
    if (length <= most) return length;
  }
  return 0;
}

for (const name of names) {
  for (const most of [8000, 15000, 25000]) {
    for (const [f, format, first] of [['jpg', 'jpeg', 80], ['webp', 'webp', 79]]) {
      test(`${name} as ${f} has at most ${most} bytes, and not much less than could be`, async () => {
        const { body, s } = sources[name];
        const reply = await get(s, { f, bytes: most });
        await assertImage(reply, format, width, height);
        assert.ok(reply.bytes.length <= most, `${reply.bytes.length} bytes`);
        const wanted = await best(body, format, most, first);
        assert.ok(reply.bytes.length >= wanted * 0.8, `${reply.bytes.length} of ${wanted} bytes`);
      });
    }
  }
}

test('an AVIF is made to fit', async () => {
  const reply = await get(sources.onlooker.s, { f: 'avif', bytes: 6000 });
  assert.equal(reply.status, 200);
  assert.equal(reply.headers.get('content-type'), 'image/avif');
  assert.ok(reply.bytes.length <= 6000 && reply.bytes.length > 4000, `${reply.bytes.length} bytes`);
});

test('what fits at once is what it would be without', async () => {
  const { s } = sources.waterfall;
  for (const f of ['jpg', 'webp', 'png']) {
    const plain = await get(s, { f });
    assert.deepEqual((await get(s, { f, bytes: plain.bytes.length })).bytes, plain.bytes);
  }
});

test('nothing fits: 422, and what may be done', async () => {
  const { s } = sources.waterfall;
  const { message } = assertError(await get(s, { f: 'jpg', bytes: 300 }), 422, 'answer-too-large');
  assert.match(message, /^as jpg with less quality the answer still has \d+ bytes, and bytes=300: ask for a smaller w\/h, another f, or more bytes$/);
  for (const f of ['png', 'gif']) {
    const said = assertError(await get(s, { f, bytes: 300 }), 422, 'answer-too-large').message;
    assert.match(said, new RegExp(`^as ${f}, which has no quality to lower here, the answer has \\d+ bytes`));
  }
  assertError(await get(s, { f: 'webp', ll: 1, bytes: 3000 }), 422, 'answer-too-large');
});

test("a source's own file is no answer where it has more bytes", async () => {
  const body = await sharp(photos[0]).resize(width, height, { fit: 'fill' }).jpeg({ quality: 70 }).toBuffer();
  const s = origin.serve('images.example.com/bytes-own.jpg', answer.bytes(body, 'image/jpeg'));
  assert.deepEqual((await get(s, { bytes: body.length })).bytes.length <= body.length, true);
  const less = await get(s, { bytes: Math.round(body.length / 2) });
  assert.ok(less.status === 200 && less.bytes.length <= body.length / 2, `${less.bytes.length} of ${body.length} bytes`);
});
