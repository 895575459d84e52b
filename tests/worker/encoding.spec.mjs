// How the file is made, beside sharp: the encoders' own qualities, and a JPEG's chrominance.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { answer, closeAll, pixels, psnr, startOrigin, startWorker } from './harness.mjs';

const photo = readFileSync(new URL('../../demo/samples/waterfall.jpg', import.meta.url));
const [width, height] = [450, 300];

let origin, worker, served = 0;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

const serve = (body, type) => origin.serve(`images.example.com/encoding-${served++}`, answer.bytes(body, `image/${type}`));

async function made(s, query) {
  const reply = await worker.get({ s, w: 'auto', h: 'auto', fit: 'inside', ...query });
  assert.equal(reply.status, 200, `${JSON.stringify(query)}: ${reply.bytes.subarray(0, 300)}`);
  return reply.bytes;
}

const small = () => sharp(photo).resize(width, height, { fit: 'fill' });
const asPng = async () => serve(await small().png().toBuffer(), 'png');

/** The segments of a JPEG before its first scan, as [marker, content]. */
function segments(jpeg) {
  const all = [];
  for (let at = 2; jpeg[at + 1] !== 0xda; at += 2 + jpeg.readUInt16BE(at + 2)) {
    all.push([jpeg[at + 1], jpeg.subarray(at + 4, at + 2 + jpeg.readUInt16BE(at + 2))]);
  }
  return all;
}

/** The quantisation tables by their numbers (ITU T.81, B.2.4.1), of 8 bits. */
function tables(jpeg) {
  const all = {};
  for (const [, content] of segments(jpeg).filter(([marker]) => marker === 0xdb)) {
    for (let at = 0; at < content.length; at += 65) all[content[at]] = content.subarray(at + 1, at + 65).toString('hex');
  }
  return all;
}

/** The start of the frame: whether it is progressive, and the sampling factors of its components (ITU T.81, B.2.2). */
function frame(jpeg) {
  const [marker, content] = segments(jpeg).find(([at]) => at >= 0xc0 && at <= 0xc2);
  const factors = Array.from({ length: content[5] }, (_, of) => content[7 + 3 * of].toString(16));
  return { progressive: marker === 0xc2, factors: factors.join(' ') };
}

for (const q of [40, 85, 97]) {
  test(`q=jpg:${q} has the tables of sharp's quality ${q}`, async () => {
    const s = await asPng();
    const reference = await small().jpeg({ quality: q }).toBuffer();
    const ours = await made(s, { f: 'jpg', q: `webp:9,jpg:${q}` });
    assert.deepEqual(tables(ours), tables(reference));
    assert.deepEqual(await made(s, { f: 'jpg', q }), ours);
  });

  test(`q=webp:${q} is about as large as sharp's quality ${q}`, async () => {
    const s = await asPng();
    const reference = await small().webp({ quality: q }).toBuffer();
    const ours = await made(s, { f: 'webp', q: `10,webp:${q}` });
    const ratio = ours.length / reference.length;
    assert.ok(ratio > 0.9 && ratio < 1.1, `${ours.length} and ${reference.length} bytes`);
  });
}

test('q=avif has every number of the encoder, 65 between those of 82 and 83 too', async () => {
  const s = await asPng();
  const length = async (q) => (await made(s, { f: 'avif', q })).length;
  const lengths = [];
  for (const q of ['avif:40', '82', 'avif:65', '83', 'avif:90']) lengths.push(await length(q));
  assert.equal(await length('avif:64,9'), lengths[1]);
  assert.deepEqual(lengths, [...lengths].sort((a, b) => a - b), `${lengths}`);
  assert.equal(new Set(lengths).size, 5, `${lengths}`);
});

test('a format that is not named has the quality without a format, and a source keeps its own', async () => {
  const jpeg = serve(await small().jpeg({ quality: 100 }).toBuffer(), 'jpeg');
  const webp = serve(await small().webp({ quality: 100 }).toBuffer(), 'webp');
  const q = '50,webp:30';
  const box = { w: 200, h: 'auto' };
  assert.deepEqual(await made(jpeg, { ...box, q }), await made(jpeg, { ...box, q: 50 }));
  assert.deepEqual(await made(webp, { ...box, q }), await made(webp, { ...box, f: 'webp', q: 'webp:30' }));
});

/** Red and blue lines of one pixel: all of it is chrominance. */
const lines = () => {
  const data = Buffer.alloc(width * height * 3, 255);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if ((x + y) % 4 === 0) data.set([255, 0, 0], 3 * (y * width + x));
      if ((x - y + height) % 6 === 0) data.set([0, 0, 255], 3 * (y * width + x));
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
};

const sources = {
  'a PNG': ['png', () => lines().png()],
  'a JPEG': ['jpeg', () => lines().jpeg({ quality: 100 })],
  'a JPEG of full chrominance': ['jpeg', () => lines().jpeg({ quality: 100, chromaSubsampling: '4:4:4' })],
  'a progressive JPEG of full chrominance': ['jpeg', () => lines().jpeg({ quality: 100, chromaSubsampling: '4:4:4', progressive: true })],
};
const wishes = {
  'subsampling=444': [{ subsampling: 444 }, { chromaSubsampling: '4:4:4' }],
  'subsampling=420': [{ subsampling: 420 }, { chromaSubsampling: '4:2:0' }],
  'subsampling=444&il': [{ subsampling: 444, il: 1 }, { chromaSubsampling: '4:4:4', progressive: true }],
};
for (const [source, [type, make]] of Object.entries(sources)) {
  for (const [wish, [query, options]] of Object.entries(wishes)) {
    test(`${source} with ${wish} has the samples of sharp's`, async () => {
      const body = await make().toBuffer();
      const s = serve(body, type);
      for (const size of [[width, height], [225, 150]]) {
        const reference = await sharp(body).resize(...size, { fit: 'fill', fastShrinkOnLoad: false }).jpeg({ quality: 80, ...options }).toBuffer();
        const bg = size[0] === width ? { bg: 'white', ro: 180 } : {}; // its own size without its own file
        const ours = await made(s, { w: size[0], h: size[1], fit: 'fill', f: 'jpg', ...bg, ...query });
        assert.deepEqual(frame(ours), frame(reference));
      }
    });
  }
}

test('full chrominance is nearer to the picture than half of it', async () => {
  const s = serve(await lines().png().toBuffer(), 'png');
  const wanted = await pixels(await lines().png().toBuffer());
  const off = async (bytes) => psnr(await pixels(bytes), wanted);
  const [whole, half] = [await off(await made(s, { f: 'jpg', subsampling: 444 })), await off(await made(s, { f: 'jpg' }))];
  const theirs = await off(await lines().jpeg({ quality: 80, chromaSubsampling: '4:4:4' }).toBuffer());
  assert.ok(whole > half + 6, `${whole} and ${half} dB`);
  assert.ok(Math.abs(whole - theirs) < 0.1, `${whole} and ${theirs} dB`);
});

test('a file of its own with half the chrominance is no answer to subsampling=444', async () => {
  const body = await small().jpeg({ quality: 30 }).toBuffer();
  const s = serve(body, 'jpeg');
  assert.equal(frame(await made(s, { subsampling: 444 })).factors, '11 11 11');
  assert.deepEqual(tables(await made(s, {})), tables(body));
});

const types = { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp' };
for (const [f, type] of Object.entries(types)) {
  test(`enc=dataurl of f=${f} is the same file, as text that a page takes`, async () => {
    const s = await asPng();
    const file = await made(s, { f, w: 64, h: 48, fit: 'fill' });
    const reply = await worker.get({ s, w: 64, h: 48, fit: 'fill', f, enc: 'dataurl' });
    assert.match(reply.headers.get('content-type'), /^text\/plain\b/);
    const [, named, text] = /^data:([^;]+);base64,(.+)$/.exec(reply.text());
    assert.equal(named, type);
    assert.deepEqual(Buffer.from(text, 'base64'), file);
    assert.equal(text, file.toString('base64'));
    const again = await worker.get({ s, w: 64, h: 48, fit: 'fill', f, enc: 'base64' });
    assert.equal(again.headers.get('x-cache'), 'HIT');
    assert.equal(again.text(), reply.text());
    assert.equal(again.headers.get('etag'), reply.headers.get('etag'));
  });
}

test('a description is a data URL where that is asked for, and a failure is an error as ever', async () => {
  const s = await asPng();
  const reply = await worker.get({ s, f: 'json', enc: 'dataurl', dl: 'facts.json' });
  const [, text] = /^data:application\/json;base64,(.+)$/.exec(reply.text());
  assert.equal(JSON.parse(Buffer.from(text, 'base64')).source.width, width);
  assert.match(reply.headers.get('content-disposition'), /facts\.txt/);
  const broken = await worker.get({ s: serve(Buffer.from('no image'), 'png'), enc: 'dataurl' });
  assert.deepEqual([broken.status, broken.json().error], [415, 'unsupported-format']);
});
