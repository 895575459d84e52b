// What the reply is made of: f, q, il and bg.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, assertImage, assertSecured, closeAll, fixture, meanColour, pixels, startOrigin, startWorker } from './harness.mjs';

let origin, worker;
const sources = {};

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  for (const format of ['jpeg', 'png', 'webp', 'gif']) {
    sources[format] = origin.serve(`images.example.com/a.${format}`, answer.bytes(await fixture.photo(format), `image/${format}`));
  }
});
after(() => closeAll(worker, origin));

const spelled = { jpeg: 'jpg', png: 'png', webp: 'webp', gif: 'gif' };
for (const from of Object.keys(spelled)) {
  for (const [to, f] of Object.entries(spelled)) {
    test(`${from} with f=${f} is ${to}`, async () => {
      await assertImage(await worker.get({ s: sources[from], w: 90, h: 60, f }), to, 90, 60);
    });
  }
}

test('a lower q is a smaller JPEG, and 80 is the default', async () => {
  const size = async (q) => (await worker.get({ s: sources.jpeg, w: 300, h: 200, ...q })).bytes.length;
  const [low, high, given, unsaid] = [await size({ q: 10 }), await size({ q: 95 }), await size({ q: 80 }), await size({})];
  assert.ok(low * 2 < given && given < high, `${low}, ${given}, ${high} bytes`);
  assert.equal(given, unsaid);
});

test('il makes a progressive JPEG, and without it a JPEG is not progressive', async () => {
  const plain = await worker.get({ s: sources.jpeg, w: 90, h: 60 });
  assert.equal(frameMarker(plain.bytes), 'c0', 'baseline');
  for (const il of ['il', 'il=1', 'interlace=1']) {
    const reply = await worker.get(`/?s=${sources.jpeg}&w=91&h=60&${il}`);
    await assertImage(reply, 'jpeg', 91, 60);
    assert.equal(frameMarker(reply.bytes), 'c2', il);
  }
});

// The second byte of the start-of-frame marker (ITU T.81, B.1.1.3), found by walking the segments before it.
function frameMarker(jpeg) {
  let at = 2;
  while (at < jpeg.length && !(jpeg[at + 1] >= 0xc0 && jpeg[at + 1] <= 0xcf && jpeg[at + 1] !== 0xc4)) {
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  return jpeg[at + 1]?.toString(16);
}

const backgrounds = {
  red: [255, 0, 0, 255],
  REBECCAPURPLE: [102, 51, 153, 255],
  '1e9': [17, 238, 153, 255],
  '1e98': [17, 238, 153, 136],
  '4080c0': [64, 128, 192, 255],
  '4080C0': [64, 128, 192, 255],
  '4080c080': [64, 128, 192, 128],
};
for (const [bg, colour] of Object.entries(backgrounds)) {
  test(`bg=${bg} pads with ${colour}`, async () => {
    const image = await pixels((await worker.get({ s: sources.png, w: 300, h: 300, bg })).bytes);
    assert.deepEqual(meanColour(image, { left: 0, top: 0, width: 300, height: 49 }), colour);
  });
}

test('f=json tells what the source is and what would be made of it', async () => {
  const body = await fixture.photo('jpeg');
  const reply = await worker.get({ s: sources.jpeg, w: 150, h: 150, fit: 'inside', f: 'json' });
  assert.equal(reply.status, 200);
  assert.match(reply.headers.get('content-type'), /^application\/json\b/);
  assertSecured(reply);
  const { source, plan } = reply.json();
  assert.match(source.format, /^jpe?g$/);
  assert.deepEqual(
    { ...source, format: undefined },
    { width: 300, height: 200, format: undefined, bytes: body.length, orientation: 1, alpha: false, frames: 1, colour: 'srgb' },
  );
  assert.equal(`${plan.width}x${plan.height}`, '150x100');
  assert.match(plan.format, /^jpe?g$/);
});

test('f=json gives the upright size and the stored orientation', async () => {
  const { files } = await fixture.orientations({ width: 90, height: 60 });
  for (const { orientation, bytes } of files) {
    const s = origin.serve(`images.example.com/${orientation}.jpg`, answer.bytes(bytes, 'image/jpeg'));
    const { source } = (await worker.get({ s, f: 'json' })).json();
    assert.deepEqual([source.width, source.height, source.orientation], [90, 60, orientation]);
  }
});

test('f=json sees transparency', async () => {
  const s = origin.serve('images.example.com/porthole.png', answer.bytes(await fixture.porthole(), 'image/png'));
  const { source, plan } = (await worker.get({ s, f: 'json' })).json();
  assert.equal(source.alpha, true);
  assert.equal(`${source.format} ${plan.format}`, 'png png');
});
