// What f=json tells of a picture's colours and of its EXIF, which sharp has drawn and written.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { answer, closeAll, startOrigin, startWorker } from './harness.mjs';

let origin, worker, served = 0;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

async function facts(body, type) {
  const s = origin.serve(`images.example.com/facts-${served++}`, answer.bytes(body, `image/${type}`));
  const reply = await worker.get({ s, f: 'json' });
  assert.equal(reply.status, 200, reply.text());
  return reply.json();
}

const drawn = [['#c81e28', 120], ['#14147a', 90], ['#faf0e6', 60], ['#1ea03c', 20], ['#000000', 10]];

/** Stripes of these colours, each with so many columns. */
function stripes() {
  const pixels = Buffer.alloc(300 * 100 * 3);
  const row = drawn.flatMap(([colour, columns]) => Array(columns).fill(Buffer.from(colour.slice(1), 'hex')));
  for (let y = 0; y < 100; y += 1) row.forEach((colour, x) => pixels.set(colour, 3 * (300 * y + x)));
  return sharp(pixels, { raw: { width: 300, height: 100, channels: 3 } });
}

const apart = (one, other) => {
  const samples = (hex) => [...Buffer.from(hex.slice(1), 'hex')];
  return Math.max(...samples(one).map((sample, at) => Math.abs(sample - samples(other)[at])));
};

for (const [type, most] of [['png', 6], ['jpeg', 10], ['webp', 12]]) {
  test(`the palette of a ${type} has the five colours that were drawn, in the order of their shares`, async () => {
    const { palette } = await facts(await stripes()[type]({ quality: 95 }).toBuffer(), type);
    assert.equal(palette.length, 5);
    for (const [at, [colour, columns]] of drawn.entries()) {
      assert.ok(apart(palette[at].colour, colour) <= most, `${JSON.stringify(palette)}`);
      assert.ok(Math.abs(palette[at].share - columns / 300) < 0.02, `${JSON.stringify(palette)}`);
    }
  });
}

const exif = {
  IFD0: { Make: 'Acme', Model: 'Acme One', Artist: 'Ada', Copyright: '2026 Ada', Software: 'private tool' },
  IFD2: { ExposureTime: '1/200', FNumber: '28/10', ISOSpeedRatings: '400', FocalLength: '35/1', DateTimeOriginal: '2026:11:29 15:04:00', LensModel: 'Acme 35mm', BodySerialNumber: 'SN-4711' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100', GPSLongitudeRef: 'W', GPSLongitude: '0/1 7/1 4366/100' },
};

for (const type of ['jpeg', 'webp', 'png']) {
  test(`the EXIF of a ${type} is told, and not where the photo was taken`, async () => {
    const body = await stripes().withExif(exif)[type]().toBuffer();
    const metadata = await sharp(body).metadata();
    assert.ok(metadata.exif?.includes('SN-4711'), 'sharp has written the block');
    const told = await facts(body, type);
    assert.deepEqual(told.exif, {
      camera: 'Acme One',
      lens: 'Acme 35mm',
      date: '2026-11-29T15:04:00',
      exposure: { seconds: 0.005, f_number: 2.8, iso: 400, focal_length_mm: 35 },
      orientation: 1,
      artist: 'Ada',
      copyright: '2026 Ada',
    });
    assert.doesNotMatch(JSON.stringify(told), /SN-4711|GPS|private tool/i);
  });
}

test('a file without EXIF has none, and one that breaks off has no palette', async () => {
  const body = await stripes().png().toBuffer();
  assert.equal((await facts(body, 'png')).exif, null);
  const half = await facts(body.subarray(0, body.length / 2), 'png');
  assert.deepEqual([half.palette, half.source.width], [null, 300]);
});
