// What a source's samples mean: every profile becomes sRGB, as sharp does it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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

describe('four inks, patch by patch, beside sharp', () => {
  const file = (name) => readFileSync(new URL(`../faults/${name}.jpg`, import.meta.url));

  /** The file with an ICC profile in front of its first segment. */
  function tagged(jpeg, icc) {
    const most = 65519;
    const count = Math.ceil(icc.length / most);
    const parts = Array.from({ length: count }, (_, at) => {
      const part = icc.subarray(at * most, (at + 1) * most);
      const head = Buffer.from([0xff, 0xe2, 0, 0, ...Buffer.from('ICC_PROFILE\0', 'latin1'), at + 1, count]);
      head.writeUInt16BE(part.length + head.length - 2, 2);
      return Buffer.concat([head, part]);
    });
    return Buffer.concat([jpeg.subarray(0, 2), ...parts, jpeg.subarray(2)]);
  }

  async function ofPress() {
    const press = await photo().withIccProfile('cmyk').toColourspace('cmyk').jpeg().toBuffer();
    return (await sharp(press).metadata()).icc;
  }

  /** The level by which a patch differs most. */
  async function farthest(body) {
    const [ours, theirs] = [await resized(body, 'jpeg', { w: 'auto', h: 'auto', f: 'png' }), await sharp(body).toColourspace('srgb').png().toBuffer()];
    const [a, b] = await Promise.all([pixels(ours.bytes), pixels(theirs)]);
    assert.deepEqual([a.width, a.height], [144, 16]);
    const differences = Array.from({ length: 9 }, (_, patch) => {
      const at = (8 * 144 + 16 * patch + 8) * (a.data.length / (144 * 16));
      return Math.max(...[0, 1, 2].map((sample) => Math.abs(a.data[at + sample] - b.data[at + sample])));
    });
    return Math.max(...differences);
  }

  for (const [name, plain, profiled] of [['cmyk-k-ramp', 8, 3], ['cmyk-solids', 4, 3]]) {
    test(`${name}: without a profile`, async (context) => {
      const most = await farthest(file(name));
      context.diagnostic(`${most} levels`);
      assert.ok(most <= plain, `${most} levels, wanted ${plain}`);
    });

    test(`${name}: with the profile of a press`, async (context) => {
      const most = await farthest(tagged(file(name), await ofPress()));
      context.diagnostic(`${most} levels`);
      assert.ok(most <= profiled, `${most} levels, wanted ${profiled}`);
    });
  }
});
