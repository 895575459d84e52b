// Nothing of a source survives but its picture: no EXIF, GPS, XMP, profile, text or comment, and no byte behind the end of the file.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { answer, closeAll, fixture, startOrigin, startWorker } from './harness.mjs';
import { curve, d50, pngChunk, profile, withChunks } from './support/colours.mjs';
import { assertBare, parts } from './support/parts.mjs';

const secret = 'secret-of-the-photographer';
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="${secret}"/></rdf:RDF></x:xmpmeta>`;
const exif = { IFD0: { Artist: secret, Copyright: secret }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100', GPSAreaInformation: secret } };
const names = { jpeg: 'jpg', png: 'png', webp: 'webp', gif: 'gif' };

let origin, worker;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

const loaded = async (format, options) => {
  const image = sharp(await fixture.photo('png', 120, 80)).withIccProfile('p3').withExif(exif).withXmp(xmp);
  return image.toFormat(format, options).toBuffer();
};
const trailing = Buffer.from(`behind the end: ${secret}`);
const segment = (marker, content) => {
  const head = Buffer.of(0xff, marker, 0, 0);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
};
const text = (kind, compressed) => pngChunk(kind, Buffer.concat([Buffer.from('Comment\0', 'latin1'), compressed ? Buffer.concat([Buffer.of(0), deflateSync(secret)]) : Buffer.from(secret)]));

/** A file of each format that has everything that it can have. */
const sources = {
  async jpeg() {
    const file = await loaded('jpeg');
    const comment = segment(0xfe, Buffer.from(secret));
    const iptc = segment(0xed, Buffer.from(`Photoshop 3.0\0${secret}`, 'latin1'));
    return Buffer.concat([file.subarray(0, 2), comment, iptc, file.subarray(2), trailing]);
  },
  async png() {
    const file = await loaded('png');
    const itxt = pngChunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${xmp}`, 'latin1'));
    const time = pngChunk('tIME', Buffer.of(7, 230, 1, 2, 3, 4, 5));
    return Buffer.concat([withChunks(file, text('tEXt'), text('zTXt', true), itxt, time), trailing]);
  },
  async webp() {
    return Buffer.concat([await loaded('webp'), trailing]);
  },
  async gif() {
    const file = await sharp(await fixture.photo('png', 120, 80)).gif().toBuffer();
    const comment = Buffer.concat([Buffer.of(0x21, 0xfe, secret.length), Buffer.from(secret), Buffer.of(0)]);
    return Buffer.concat([file.subarray(0, -1), comment, Buffer.of(0x3b), trailing]);
  },
  async tiff() {
    return loaded('tiff', { compression: 'lzw' });
  },
  async bmp() {
    return Buffer.concat([fixture.bmp(30, 20, [200, 100, 50]), trailing]);
  },
  async ico() {
    return Buffer.concat([await fixture.ico(40, 30, { r: 200, g: 100, b: 50 }), trailing]);
  },
};

for (const [from, make] of Object.entries(sources)) {
  describe(`of a source in ${from}`, () => {
    let body;
    before(async () => (body = await make()));

    for (const [to, f] of Object.entries(names)) {
      test(`nothing is left in ${to}`, async () => {
        const s = origin.serve(`images.example.com/${from}-${to}`, answer.bytes(body, `image/${from}`));
        const reply = await worker.get({ s, w: 60, h: 40, f });
        assert.equal(reply.status, 200, reply.status === 200 ? '' : reply.text());
        await assertBare(reply.bytes, to, secret);
      });
    }
  });
}

test('a large profile that says nothing is not kept either', async () => {
  const large = Buffer.concat([profile('RGB ', d50.srgb, curve(2.2)), Buffer.alloc(200_000, secret)]);
  large.writeUInt32BE(large.length);
  const icc = pngChunk('iCCP', Buffer.concat([Buffer.from('x\0\0', 'latin1'), deflateSync(large)]));
  const s = origin.serve('images.example.com/large', answer.bytes(withChunks(await fixture.photo('png'), icc), 'image/png'));
  const reply = await worker.get({ s, w: 60, h: 40 });
  assert.equal(parts.png(reply.bytes), reply.bytes.length);
});
