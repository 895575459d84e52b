// `meta` and `cs`: what answers keep of a source's metadata and of its colours, beside what sharp keeps.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { answer, closeAll, fixture, pixels, psnr, startOrigin, startWorker } from './harness.mjs';

const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="Ada"/></rdf:RDF></x:xmpmeta>';
const exif = {
  IFD0: { Make: 'Acme', Model: 'Acme One', Artist: 'Ada', Copyright: '2026 Ada', Software: 'private tool' },
  IFD2: { BodySerialNumber: 'SN-4711', ExposureTime: '1/200' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
};
const formats = { jpeg: 'jpg', png: 'png', webp: 'webp' };

let origin, worker, served = 0;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

const serve = (body, type) => origin.serve(`images.example.com/meta-${served++}`, answer.bytes(body, `image/${type}`));
const photo = async () => sharp(await fixture.photo('png', 120, 80));

async function made(s, query) {
  const reply = await worker.get({ s, w: 60, h: 'auto', fit: 'inside', ...query });
  assert.equal(reply.status, 200, `${JSON.stringify(query)}: ${reply.bytes.subarray(0, 300)}`);
  return reply.bytes;
}

/** A dataset of IPTC-IIM. */
const dataset = (record, number, value) => Buffer.concat([Buffer.of(0x1c, record, number, 0, value.length), Buffer.from(value)]);

/** A JPEG with IPTC in the resources of Photoshop. */
function withIptc(jpeg) {
  const values = Buffer.concat([dataset(2, 80, 'Ada'), dataset(2, 90, 'Secretville'), dataset(2, 116, '2026 Ada')]);
  const padding = Buffer.alloc(values.length % 2);
  const head = Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\0', 'latin1');
  head.writeUInt32BE(values.length, head.length - 4);
  const content = Buffer.concat([head, values, padding]);
  const marker = Buffer.of(0xff, 0xed, 0, 0);
  marker.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), marker, content, jpeg.subarray(2)]);
}

async function source(type) {
  const body = await (await photo()).withMetadata({ orientation: 1 }).withExif(exif).withXmp(xmp)[type]({ quality: 90 }).toBuffer();
  return type === 'jpeg' ? withIptc(body) : body;
}

/** The tags of the directories of an EXIF block: those of the first, and those that it points to. */
function tags(block) {
  const tiff = block.subarray(0, 4).toString('latin1') === 'Exif' ? block.subarray(6) : block;
  const little = tiff.toString('latin1', 0, 2) === 'II';
  const short = (at) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const long = (at) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = (at) => Array.from({ length: short(at) }, (_, index) => [short(at + 2 + 12 * index), long(at + 10 + 12 * index)]);
  const first = directory(long(4));
  const more = first.filter(([tag]) => tag === 0x8769 || tag === 0x8825).flatMap(([, at]) => directory(at));
  return [...first, ...more].map(([tag]) => tag).sort((a, b) => a - b);
}

const gps = 0x8825;
for (const [type, f] of Object.entries(formats)) {
  describe(`a ${type} with EXIF, XMP${type === 'jpeg' ? ' and IPTC' : ''}`, () => {
    test('has no metadata without meta, or with none', async () => {
      const s = serve(await source(type), type);
      for (const meta of [{}, { meta: 'none' }]) {
        const { exif: block, xmp: own, iptc, icc } = await sharp(await made(s, meta)).metadata();
        assert.deepEqual([block, own, iptc, icc], [undefined, undefined, undefined, undefined]);
      }
    });

    for (const [answered, to] of Object.entries(formats)) {
      test(`keeps artist and copyright alone as ${to} with copyright`, async () => {
        const s = serve(await source(type), type);
        const bytes = await made(s, { meta: 'copyright', f: to });
        const metadata = await sharp(bytes).metadata();
        assert.deepEqual([metadata.format, metadata.width, metadata.xmp], [answered, 60, undefined]);
        assert.deepEqual(tags(metadata.exif), [0x013b, 0x8298]);
        const text = bytes.toString('latin1');
        assert.ok(text.includes('2026 Ada'));
        assert.doesNotMatch(text, /SN-4711|private tool|Acme|Secretville/);
        assert.equal(Boolean(metadata.iptc), type === 'jpeg' && to === 'jpg');
      });

      test(`keeps all as ${to} with keep, as sharp does`, async () => {
        const body = await source(type);
        const metadata = await sharp(await made(serve(body, type), { meta: 'keep', f: to })).metadata();
        const theirs = await sharp(await sharp(body).resize(60).keepMetadata().toFormat(answered).toBuffer()).metadata();
        const own = tags((await sharp(body).metadata()).exif);
        assert.deepEqual(tags(metadata.exif), own);
        assert.ok(own.includes(gps) && tags(theirs.exif).includes(gps));
        // sharp writes the XMP of a PNG compressed, against its standard, and that of a WebP behind its picture, where it is not read with the header.
        if (type === 'jpeg') assert.equal(metadata.xmpAsString?.includes('dc:creator="Ada"'), true);
      });
    }
  });
}

test('a picture that was turned is upright, and its EXIF says so', async () => {
  const body = await (await photo()).withMetadata({ orientation: 6 }).withExif(exif).jpeg().toBuffer();
  const turned = await sharp(body).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const metadata = await sharp(await made(serve(turned, 'jpeg'), { meta: 'keep' })).metadata();
  assert.deepEqual([metadata.width, metadata.height, metadata.orientation ?? 1], [60, 90, 1]);
});

test('the file of the source itself is the answer with what is wanted, and bytes counts it', async () => {
  const s = serve(withIptc(await (await photo()).withExif(exif).jpeg({ quality: 30 }).toBuffer()), 'jpeg');
  const asItIs = { w: 'auto', meta: 'copyright' };
  const bytes = await made(s, asItIs);
  assert.deepEqual(tags((await sharp(bytes).metadata()).exif), [0x013b, 0x8298]);
  const small = await made(s, { w: 120, f: 'jpg', q: 90, meta: 'keep', bytes: 3000 });
  assert.ok(small.length <= 3000, `${small.length} bytes`);
  assert.ok((await sharp(small).metadata()).exif);
});

test('a GIF and an AVIF have no metadata, whatever is wanted', async () => {
  const s = serve(await source('jpeg'), 'jpeg');
  for (const f of ['gif', 'avif']) {
    const text = (await made(s, { f, meta: 'keep', cs: 'keep' })).toString('latin1');
    assert.doesNotMatch(text, /Acme|Ada/);
  }
});

/** The numbers of a file's samples, whatever colours they are. */
const numbers = async (body) => pixels(await sharp(body, { ignoreIcc: true }).png().toBuffer());

for (const [type, options] of [['jpeg', { quality: 95 }], ['png', {}], ['webp', { quality: 95 }]]) {
  for (const [answered, f] of Object.entries(formats)) {
    test(`a ${type} of Display P3 stays P3 as ${f} with cs=keep, and is sRGB without`, async () => {
      const vivid = await sharp({ create: { width: 120, height: 80, channels: 3, background: '#ff2000' } })
        .composite([{ input: await (await photo()).resize(60, 80).toBuffer(), left: 0, top: 0 }]).png().toBuffer();
      const body = await sharp(vivid).withIccProfile('p3')[type](options).toBuffer();
      const { icc } = await sharp(body).metadata();
      const s = serve(body, type);
      const kept = await made(s, { cs: 'keep', f, w: 120, q: 95 });
      const own = await sharp(kept).metadata();
      assert.equal(own.format, answered);
      assert.deepEqual(own.icc, icc);
      assert.ok(psnr(await numbers(kept), await numbers(body)) > 34, 'the numbers are those of the source');
      const theirs = await sharp(body).keepIccProfile().toFormat(answered, { quality: 95 }).toBuffer();
      assert.ok(psnr(await numbers(kept), await numbers(theirs)) > 34);
      for (const cs of [{}, { cs: 'srgb' }]) {
        const plain = await made(s, { f, w: 120, q: 95, ...cs });
        assert.equal((await sharp(plain).metadata()).icc, undefined);
        assert.ok(psnr(await numbers(plain), await numbers(body)) < 34, 'the numbers are others');
        assert.ok(psnr(await pixels(plain), await pixels(kept)) > 30, 'the colours are the same');
      }
    });
  }
}
