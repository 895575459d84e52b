// What a source's samples mean: every profile becomes sRGB, as sharp does it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { answer, assertImage, closeAll, fixture, pixels, psnr, startOrigin, startWorker } from './harness.mjs';
import { cases, curve, d50, inProfile, pngChunk, profile, withChunks } from './support/colours.mjs';

let origin, worker, served = 0;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

const photo = (at = 0) => sharp(fixture.photos()[at].bytes).autoOrient().resize(900);

function resized(body, from, query) {
  const s = origin.serve(`images.example.com/${served++}`, answer.bytes(body, `image/${from}`));
  return worker.get({ s, ...query });
}

async function described(body, from) {
  return (await resized(body, from, { f: 'json' })).json().source.colour;
}

/** How far our result is from sharp's, in dB. */
async function distance(body, from, to = 'png') {
  const box = { w: 400, h: 300, fit: 'inside' };
  const image = sharp(body).autoOrient().resize(400, 300, { fit: 'inside', fastShrinkOnLoad: from !== 'webp' });
  const theirs = await pixels(await (to === 'jpeg' ? image.jpeg({ quality: 80 }) : image.png()).toBuffer());
  const reply = await resized(body, from, { ...box, f: to === 'jpeg' ? 'jpg' : to });
  const { icc } = await assertImage(reply, to, theirs.width, theirs.height);
  assert.equal(icc, undefined);
  return psnr(await pixels(reply.bytes), theirs);
}

describe('profiles, beside sharp', () => {
  for (const [name, [format, colour, bound, make]] of Object.entries(cases)) {
    test(name, async (context) => {
      const body = await make();
      assert.equal(await described(body, format), colour);
      const decibels = await distance(body, format);
      context.diagnostic(`${decibels.toFixed(1)} dB`);
      assert.ok(decibels >= bound, `${decibels.toFixed(1)} dB, wanted ${bound}`);
    });
  }

  test('a JPEG in Display P3 as JPEG', async (context) => {
    const decibels = await distance(await cases['a JPEG in Display P3'][3](), 'jpeg', 'jpeg');
    context.diagnostic(`${decibels.toFixed(1)} dB`);
    assert.ok(decibels >= 33, `${decibels.toFixed(1)} dB`);
  });
});

describe('what is sRGB stays as it is', () => {
  const same = async (body, plain, from) => {
    assert.equal(await described(body, from), 'srgb');
    const [tagged, untagged] = await Promise.all([body, plain].map((file) => resized(file, from, { w: 200, h: 150 })));
    assert.deepEqual(tagged.bytes, untagged.bytes);
  };

  test('a JPEG with a profile of sRGB', async () => {
    const plain = await photo().jpeg().toBuffer();
    await same(await sharp(plain).withIccProfile('srgb').jpeg().toBuffer(), await sharp(plain).jpeg().toBuffer(), 'jpeg');
  });

  test('a PNG with a damaged profile: it is ignored, as in browsers', async () => {
    const plain = await photo().png().toBuffer();
    const broken = profile('RGB ', d50.adobe, curve(1)).fill(0xff, 200);
    await same(await inProfile(photo(), broken), plain, 'png');
  });

  test('a PNG that says so in numbers', async () => {
    const plain = await photo().png().toBuffer();
    const gamma = Buffer.from([0, 0, 0xb1, 0x8f]);
    await same(withChunks(plain, pngChunk('gAMA', gamma)), plain, 'png');
    await same(withChunks(plain, pngChunk('gAMA', Buffer.from([0, 1, 0x86, 0xa0])), pngChunk('sRGB', Buffer.of(0))), plain, 'png');
  });
});

describe('numbers in a PNG', () => {
  const grey = (level) => fixture.solid(20, 20, { r: level, g: level, b: level });
  const level = async (body) => (await pixels((await resized(body, 'png', { w: 10, h: 10 })).bytes)).data[0];
  const linear = pngChunk('gAMA', Buffer.from([0, 1, 0x86, 0xa0]));

  test('a gamma of 1 is linear light', async () => {
    assert.equal(await level(withChunks(await grey(55), linear)), 128);
  });

  test('cICP comes first, then the profile, then sRGB, then gamma', async () => {
    const linearPoints = pngChunk('cICP', Buffer.of(1, 8, 0, 1));
    const srgbPoints = pngChunk('cICP', Buffer.of(1, 13, 0, 1));
    const srgb = pngChunk('sRGB', Buffer.of(0));
    const body = await grey(55);
    assert.equal(await level(withChunks(body, srgb, linear)), 55);
    assert.equal(await level(withChunks(body, linear, srgbPoints)), 55);
    assert.equal(await level(withChunks(body, srgb, linearPoints)), 128);
    const light = profile('RGB ', d50.srgb, curve(1));
    const tagged = await inProfile(sharp(body), light);
    assert.equal(await level(withChunks(tagged, srgb)), 128);
    assert.equal(await level(withChunks(tagged, srgbPoints)), 55);
  });
});
