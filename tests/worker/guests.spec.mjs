// The codecs beside the module: WebP and AVIF in and out, what they refuse, and what is left when one of them goes down.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { client } from '../../bench/http.mjs';
import { startWorkerd } from '../../bench/workerd.mjs';
import { root } from '../../scripts/tools.mjs';
import { photos } from './support/fixtures.mjs';
import { answer, assertError, assertImage, closeAll, fixture, pixels, production, psnr, startOrigin, startWorker } from './harness.mjs';

let origin, worker, served = 0;
const place = (bytes, type) => origin.serve(`images.example.com/${(served += 1)}`, answer.bytes(bytes, type));

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

const photo = () => fixture.photo('png', 300, 200);
const far = async (reply, file, background) => psnr(await pixels(reply.bytes), await pixels(file), background);

test('WebP is lossy, of sharp\'s size and likeness, and q is its quality', async () => {
  const file = await photo();
  const s = place(file, 'image/png');
  const reply = await worker.get({ s, w: 300, h: 200, f: 'webp' });
  await assertImage(reply, 'webp', 300, 200);
  const theirs = await sharp(file).webp().toBuffer();
  const [ours, sharps] = [await far(reply, file), await far({ bytes: theirs }, file)];
  // A little quicker and a little smaller than sharp's default.
  assert.ok(ours > sharps - 1, `${ours.toFixed(1)} dB, sharp ${sharps.toFixed(1)}`);
  assert.ok(reply.bytes.length < 1.1 * theirs.length, `${reply.bytes.length} bytes, sharp ${theirs.length}`);
  const low = await worker.get({ s, w: 300, h: 200, f: 'webp', q: 20 });
  assert.ok(2 * low.bytes.length < reply.bytes.length, `${low.bytes.length} and ${reply.bytes.length} bytes`);
});

test('ll makes a WebP without loss', async () => {
  const file = await photo();
  const s = place(file, 'image/png');
  for (const ll of [{ ll: '' }, { lossless: 1 }]) {
    const reply = await worker.get({ s, w: 300, h: 200, f: 'webp', ...ll });
    await assertImage(reply, 'webp', 300, 200);
    assert.equal(await far(reply, file), Infinity);
  }
});

for (const [f, least] of [['webp', 33], ['avif', 30]]) {
  test(`alpha goes out as ${f}, and comes in again`, async () => {
    const file = await fixture.porthole();
    const out = await worker.get({ s: place(file, 'image/png'), w: 300, h: 200, f, bg: 'transparent' });
    assert.equal(out.status, 200, out.text());
    const format = await sharp(out.bytes).metadata();
    assert.deepEqual([format.width, format.height, format.hasAlpha], [300, 200, true]);
    for (const background of [[255, 255, 255], [0, 0, 0]]) {
      const distance = await far(out, file, background);
      assert.ok(distance > least, `${distance.toFixed(1)} dB`);
    }
    const back = await worker.get({ s: place(out.bytes, `image/${f}`), w: 300, h: 200, f: 'png', bg: 'transparent' });
    await assertImage(back, 'png', 300, 200);
    // As sharp reads it, but for how colours are rounded.
    for (const background of [[255, 255, 255], [0, 0, 0]]) assert.ok((await far(back, out.bytes, background)) > 38);
  });
}

/** Alpha of every kind, by the place in a picture of that size; noise is the same each time. */
const alphas = {
  noise(x, y) {
    const mixed = Math.imul(x * 7919 + y * 104_729 + 1, 0x9e3779b1);
    return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 24;
  },
  grain: (x, y, width) => (200 * x) / width + (alphas.noise(x, y) & 15),
  'a little grain': (x, y, width) => (230 * x) / width + (alphas.noise(x, y) & 3),
  clouds: (x, y) => 128 + 60 * Math.sin(x / 40) + 60 * Math.sin(y / 31 + x / 90),
  slope: (x, y, width) => (255 * x) / width,
};

for (const [name, alpha] of Object.entries(alphas)) {
  test(`alpha that is ${name} fits into the memory that is planned, whatever its size`, async () => {
    for (const [width, height] of [[671, 447], [1061, 707], [1449, 966]]) {
      const rgba = await sharp(photos()[0].bytes).resize(width, height, { fit: 'fill' }).ensureAlpha().raw().toBuffer();
      for (let y = 0, at = 3; y < height; y++) for (let x = 0; x < width; x++, at += 4) rgba[at] = alpha(x, y, width);
      const file = await sharp(rgba, { raw: { width, height, channels: 4 } }).png({ compressionLevel: 1 }).toBuffer();
      const reply = await worker.get({ s: place(file, 'image/png'), w: width, h: height, f: 'webp' });
      assert.equal(reply.status, 200, reply.status === 200 ? '' : reply.text());
      const { data } = await pixels(reply.bytes);
      let same = true;
      for (let at = 3; at < rgba.length; at += 4) same &&= data[at] === rgba[at];
      assert.ok(same, `${width} x ${height}: alpha is without loss`);
    }
  });
}

test('WebP comes in as sharp reads it', async () => {
  for (const options of [{}, { lossless: true }, { quality: 30 }]) {
    const file = await sharp(await photo()).webp(options).toBuffer();
    const reply = await worker.get({ s: place(file, 'image/webp'), w: 300, h: 200, f: 'png' });
    await assertImage(reply, 'png', 300, 200);
    assert.ok((await far(reply, file)) > 45);
  }
});

test('AVIF goes out and comes in, and stays itself with f=keep', async () => {
  const file = await photo();
  const out = await worker.get({ s: place(file, 'image/png'), w: 300, h: 200, f: 'avif' });
  assert.equal(out.headers.get('content-type'), 'image/avif');
  assert.ok((await far(out, file)) > 30);
  const theirs = await sharp(file).avif({ effort: 2 }).toBuffer();
  const s = place(theirs, 'image/avif');
  const png = await worker.get({ s, w: 300, h: 200, f: 'png' });
  await assertImage(png, 'png', 300, 200);
  assert.ok((await far(png, theirs)) > 38);
  const kept = await worker.get({ s, w: 150, h: 100 });
  assert.equal((await sharp(kept.bytes).metadata()).compression, 'av1');
});

test('an AVIF or WebP in Display P3 becomes sRGB', async () => {
  const p3 = sharp(await photo()).withIccProfile('p3');
  for (const [f, file] of [['avif', await p3.clone().avif({ effort: 0, quality: 90 }).toBuffer()], ['webp', await p3.clone().webp({ quality: 95 }).toBuffer()]]) {
    const reply = await worker.get({ s: place(file, `image/${f}`), w: 300, h: 200, f: 'png' });
    await assertImage(reply, 'png', 300, 200);
    const distance = await far(reply, await photo());
    assert.ok(distance > 38, `${f}: ${distance.toFixed(1)} dB`);
  }
});

test('an AVIF is turned and mirrored as it says', async () => {
  const file = await sharp(await fixture.stripes({ width: 96, height: 64 })).avif({ effort: 0 }).toBuffer();
  for (const [boxes, turn] of Object.entries(turns)) {
    const turned = withProperties(file, boxes.split(' ').map(property));
    const expected = await sharp(await turn(sharp(file)).png().toBuffer()).metadata();
    const reply = await worker.get({ s: place(turned, 'image/avif'), w: 96, h: 96, fit: 'inside', f: 'png', we: '' });
    await assertImage(reply, 'png', expected.width, expected.height);
    const distance = await far(reply, await turn(sharp(file)).png().toBuffer());
    assert.ok(distance > 35, `${boxes}: ${distance.toFixed(1)} dB`);
  }
});

// Quarter turns against the clock; a mirror of 0 exchanges top and bottom, one of 1 left and right.
const turns = {
  'irot:1': (image) => image.rotate(270),
  'irot:2': (image) => image.rotate(180),
  'irot:3': (image) => image.rotate(90),
  'imir:0': (image) => image.flip(),
  'imir:1': (image) => image.flop(),
};

test('an AVIF is cut as its clean aperture says, in the order of its properties, as sharp cuts it', async () => {
  const picture = await sharp(await photo()).resize(64, 48, { fit: 'fill' }).png().toBuffer();
  const file = await sharp(picture).avif({ effort: 0, quality: 90 }).toBuffer();
  for (const boxes of [
    [clap(32, 1, 24, 1, 0, 1, 0, 1)],
    [clap(32, 1, 24, 1, 10, 1, -6, 1)],
    [clap(63, 1, 47, 1, 0, 1, 0, 1)],
    [clap(63, 1, 47, 1, 1, 2, 1, 2)],
    [clap(65, 2, 97, 4, 0, 1, 0, 1)],
    [clap(32, 1, 24, 1, 10, 1, -6, 1), property('irot:1')],
    [property('irot:1'), clap(24, 1, 32, 1, 6, 1, 10, 1)],
    [clap(32, 1, 24, 1, 10, 1, -6, 1), property('imir:1')],
    [property('imir:1'), clap(32, 1, 24, 1, 10, 1, -6, 1), property('irot:3')],
  ]) {
    const cut = withProperties(file, boxes);
    const theirs = await sharp(cut).png().toBuffer({ resolveWithObject: true });
    const s = place(cut, 'image/avif');
    const reply = await worker.get({ s, f: 'png', w: 'auto', h: 'auto' });
    await assertImage(reply, 'png', theirs.info.width, theirs.info.height);
    assert.ok((await far(reply, theirs.data)) > 38);
    const { width, height } = (await worker.get({ s, f: 'json' })).json().source;
    assert.deepEqual([width, height], [theirs.info.width, theirs.info.height]);
  }
  // One that is not on the picture counts for nothing, as in browsers.
  for (const none of [clap(32, 1, 24, 1, 30, 1, 0, 1), clap(32, 0, 24, 1, 0, 1, 0, 1), clap(0, 1, 24, 1, 0, 1, 0, 1)]) {
    const reply = await worker.get({ s: place(withProperties(file, [none]), 'image/avif'), f: 'png', w: 'auto', h: 'auto' });
    await assertImage(reply, 'png', 64, 48);
    assert.ok((await far(reply, file)) > 38);
  }
});

/** A box of one byte, by its type and that. */
const property = (text) => Buffer.from([0, 0, 0, 9, ...Buffer.from(text.slice(0, 4)), Number(text.slice(5))]);

/** Width, height, and how far the centre is off, across and down: fractions. */
function clap(...numbers) {
  const box = Buffer.alloc(40);
  box.writeUInt32BE(40, 0);
  box.write('clap', 4, 'latin1');
  numbers.forEach((number, at) => box.writeInt32BE(number, 8 + 4 * at));
  return box;
}

/** The file with more properties of its one item: boxes in `ipco`, numbers in `ipma`, and `iloc` moved by as much. */
function withProperties(file, boxes) {
  let out = Buffer.from(file);
  const at = (kind) => out.indexOf(kind, 0, 'latin1') - 4;
  const grow = (kind, by) => out.writeUInt32BE(out.readUInt32BE(at(kind)) + by, at(kind));
  const insert = (where, bytes) => (out = Buffer.concat([out.subarray(0, where), bytes, out.subarray(where)]));
  let count = 0;
  for (let box = at('ipco') + 8; box < at('ipco') + out.readUInt32BE(at('ipco')); box += out.readUInt32BE(box)) count += 1;
  const more = boxes.reduce((sum, box) => sum + box.length, 0) + boxes.length;
  const end = at('ipco') + out.readUInt32BE(at('ipco'));
  insert(end, Buffer.concat(boxes));
  grow('ipco', more - boxes.length);
  const entry = at('ipma') + 16; // one entry, of an item's number in two bytes
  const associations = out[entry + 2];
  out[entry + 2] += boxes.length;
  insert(entry + 3 + associations, Buffer.from(boxes.map((_, n) => 0x80 | (count + n + 1))));
  grow('ipma', boxes.length);
  for (const kind of ['iprp', 'meta']) grow(kind, more);
  // Where the picture's bytes stand: the only number in `iloc` that is a place in the file.
  const mdat = at('mdat') + 8;
  for (let place = at('iloc'); place < at('iloc') + out.readUInt32BE(at('iloc')) - 3; place += 1) {
    if (out.readUInt32BE(place) === mdat - more) out.writeUInt32BE(mdat, place);
  }
  return out;
}

test('what a guest has no room for is refused by its size, with figures', async () => {
  const file = await fixture.photo('jpeg', 300, 200);
  const reply = await worker.get({ s: place(file, 'image/jpeg'), w: 3000, h: 2000, f: 'avif' });
  assertError(reply, 422, 'image-too-large');
  assert.match(reply.json().message, /needs \d+ bytes of memory, of 75497472/);
  const large = await sharp({ create: { width: 4000, height: 3000, channels: 3, background: 'red' } }).avif({ effort: 0 }).toBuffer();
  assertError(await worker.get({ s: place(large, 'image/avif'), w: 100, h: 100, f: 'jpg' }), 422, 'image-too-large');
});

for (const format of ['webp', 'avif']) {
  test(`a damaged ${format} is 422, and the next one 200`, async () => {
    const file = await sharp(await photo()).toFormat(format, format === 'avif' ? { effort: 0 } : {}).toBuffer();
    const sound = place(file, `image/${format}`);
    for (const damage of [(bytes) => bytes.subarray(0, bytes.length >> 1), (bytes) => bytes.fill(0xff, bytes.length >> 1), larger[format]]) {
      const bytes = damage(Buffer.from(file));
      const reply = await worker.get({ s: place(bytes, `image/${format}`), w: 60, h: 40, f: 'png' });
      if (reply.status !== 200) assertError(reply, 422, 'corrupt-image'); // bits that are all ones are a picture, too
      await assertImage(await worker.get({ s: sound, w: 60, h: 40, f: 'png', v: served }), 'png', 60, 40);
    }
  });
}

/** The size in the header is another than the picture's. */
const larger = {
  avif(bytes) {
    bytes.writeUInt32BE(304, bytes.indexOf('ispe', 0, 'latin1') + 8);
    return bytes;
  },
  webp(bytes) {
    bytes.writeUInt16LE(304, 26);
    return bytes;
  },
};

test('a guest that goes down takes nobody along', async () => {
  const trapped = await startWorker({ origin, wrapper: new URL('./support/trap.mjs', import.meta.url) });
  try {
    const file = await fixture.photo('jpeg', 300, 200);
    const s = place(file, 'image/jpeg');
    const slow = trapped.get({ s: origin.serve('images.example.com/slow', answer.slowHead(300, answer.bytes(file, 'image/jpeg'))), w: 60, h: 40 });
    for (const f of ['webp', 'avif']) {
      await trapped.get('/.trap');
      assertError(await trapped.get({ s, w: 60, h: 40, f }), 500, 'internal');
      assert.equal((await trapped.get({ s, w: 60, h: 40, f })).status, 200);
    }
    await assertImage(await slow, 'jpeg', 60, 40);
  } finally {
    await trapped.close();
  }
});

test('guests take no more memory than the plan says, and give it back', async () => {
  const [host, port] = origin.address.split(':');
  const server = await startWorkerd({ folder: join(root, 'build'), bindings: production, origin: { host, port: Number(port) } });
  const clients = [];
  const get = async (query) => {
    clients.push(client(server));
    return clients.at(-1).get(typeof query === 'string' ? query : `/?${new URLSearchParams(query)}`);
  };
  try {
    const own = Number((await get('/.bench/memory')).bytes);
    const s = place(await fixture.photo('jpeg', 1200, 800), 'image/jpeg');
    const ask = { s, w: 1000, h: 600, f: 'avif' };
    // Two do not fit at once: they wait for each other.
    const replies = await Promise.all([1, 2, 3].map((v) => get({ ...ask, v })));
    assert.ok(replies.every(({ status }) => status === 200 || status === 503));
    for (const v of [4, 5, 6]) assert.equal((await get({ ...ask, v })).status, 200);
    // Row by row, in a guest and in ours.
    const planned = 12 * 2 ** 20 + 29 * 600_000 + 4 * 600_000 + 6 * 2 ** 20;
    const taken = Number((await get('/.bench/memory')).bytes) - own;
    assert.ok(taken < planned, `${taken} bytes, planned ${planned}`);
    assert.equal(Number((await get('/.bench/instances')).bytes), 2);
  } finally {
    for (const { close } of clients) close();
    await server.stop();
  }
});
