// Never worse: a picture that is asked for as it is, is never larger than its source, and where its own file is the answer it is bare.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { answer, closeAll, fixture, pixels, psnr, startOrigin, startWorker, until } from './harness.mjs';
import { film, frames } from './support/animations.mjs';
import { pngChunk, withChunks } from './support/colours.mjs';
import { assertBare } from './support/parts.mjs';

const secret = 'secret-of-the-photographer';
const exif = { IFD0: { Artist: secret, Copyright: secret }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' } };
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="${secret}"/></rdf:RDF></x:xmpmeta>`;
const trailing = Buffer.from(`behind the end: ${secret}`);

let origin, worker, served = 0;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

const photo = () => fixture.photo('png', 480, 320);
/** An image of sharp's with everything beside the picture that it can have. */
const loaded = (image, format, options) => image.withIccProfile('srgb').withExif(exif).withXmp(xmp).toFormat(format, options).toBuffer();

const segment = (marker, content) => {
  const head = Buffer.of(0xff, marker, 0, 0);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
};
async function jpeg(options, image) {
  const file = await loaded(image ?? sharp(await photo()), 'jpeg', options);
  const thumbnail = segment(0xe0, Buffer.concat([Buffer.from('JFIF\0\x01\x02\x01\0\x48\0\x48\x02\x01', 'latin1'), Buffer.from('RGBRGB')]));
  const extra = [thumbnail, segment(0xfe, Buffer.from(secret)), segment(0xed, Buffer.from(`Photoshop 3.0\0${secret}`, 'latin1')), segment(0xe2, Buffer.from('MPF\0II*\0', 'latin1'))];
  const rest = file.subarray(file.readUInt16BE(2) === 0xffe0 ? 4 + file.readUInt16BE(4) : 2);
  return Buffer.concat([file.subarray(0, 2), ...extra, rest, await fixture.photo('jpeg', 30, 20), trailing]);
}
async function png(options, image) {
  const file = await loaded(image ?? sharp(await photo()), 'png', { compressionLevel: 9, ...options });
  const text = pngChunk('tEXt', Buffer.from(`Comment\0${secret}`, 'latin1'));
  const compressed = pngChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), deflateSync(secret)]));
  return Buffer.concat([withChunks(file, text, compressed), trailing]);
}
const webp = async (options, image) => Buffer.concat([await loaded(image ?? sharp(await photo()), 'webp', options), trailing]);
async function gif(image) {
  const file = await (image ?? sharp(await photo())).gif().toBuffer();
  const comment = Buffer.concat([Buffer.of(0x21, 0xfe, secret.length), Buffer.from(secret), Buffer.of(0)]);
  return Buffer.concat([file.subarray(0, -1), comment, Buffer.of(0x3b), trailing]);
}
/** With metadata, and no profile: a file of AVIF stays as long as it is. */
const avif = async (options, image) => {
  const file = await (image ?? sharp(await photo())).withExif(exif).withXmp(xmp).avif({ effort: 2, ...options }).toBuffer();
  return Buffer.concat([file, trailing]);
};
const porthole = async () => sharp(await fixture.porthole());
const drawing = async () => sharp(await fixture.stripes({ width: 400, height: 300 }));

/** Files whose makers took trouble. */
const small = {
  'a JPEG of low quality': ['jpeg', () => jpeg({ quality: 40 })],
  'a JPEG in several scans': ['jpeg', () => jpeg({ quality: 50, progressive: true })],
  'a JPEG with colours at full size': ['jpeg', () => jpeg({ quality: 30, chromaSubsampling: '4:4:4' })],
  'a JPEG by mozjpeg': ['jpeg', () => jpeg({ quality: 45, mozjpeg: true })],
  'a grey JPEG': ['jpeg', async () => jpeg({ quality: 40 }, sharp(await photo()).greyscale())],
  'a PNG with a palette': ['png', () => png({ palette: true })],
  'a PNG with a palette that can be seen through': ['png', async () => png({ palette: true }, await porthole())],
  'a PNG of a drawing': ['png', async () => png({}, await drawing())],
  'an interlaced PNG': ['png', () => png({ palette: true, progressive: true })],
  'a WebP of low quality': ['webp', () => webp({ quality: 30 })],
  'a WebP with alpha': ['webp', async () => webp({ quality: 30 }, await porthole())],
  'a WebP without loss': ['webp', async () => webp({ lossless: true }, await drawing())],
  'an AVIF of low quality': ['avif', () => avif({ quality: 30 })],
  'an AVIF with alpha': ['avif', async () => avif({ quality: 30 }, await porthole())],
  'a GIF': ['gif', async () => gif(await drawing())],
};

/** Those of which letterbox makes smaller ones yet, in some of the ways below. */
const beaten = ['a PNG with a palette', 'a PNG with a palette that can be seen through', 'a PNG of a drawing', 'an interlaced PNG', 'a GIF'];

/** Files that take more than they need. */
const large = {
  'a JPEG of high quality': ['jpeg', () => jpeg({ quality: 97 })],
  'a PNG that is hardly compressed': ['png', () => png({ compressionLevel: 0 })],
  'a WebP of high quality': ['webp', () => webp({ quality: 98 })],
  'a photo in WebP without loss': ['webp', () => webp({ lossless: true })],
};

async function asItIs(file, format, more = {}, init = {}) {
  const s = origin.serve(`images.example.com/original-${(served += 1)}`, answer.bytes(file, `image/${format}`));
  worker.logs.length = 0;
  const reply = await worker.get({ s, w: 'auto', h: 'auto', ...more }, init);
  assert.equal(reply.status, 200, reply.status === 200 ? '' : reply.text());
  assert.equal(reply.headers.get('content-type'), `image/${format}`);
  await until('a line is in the log', () => worker.logs.length > 0);
  return { bytes: reply.bytes, original: JSON.parse(worker.logs[0].message).original ?? false };
}

for (const [name, [format, make]] of Object.entries(small)) {
  test(`${name} is itself, pixel by pixel, and bare`, async () => {
    const file = await make();
    for (const [more, init] of [[{}], [{ f: format === 'jpeg' ? 'jpg' : format }], [{ f: 'auto' }, { headers: { accept: ['webp', 'avif'].includes(format) ? `image/${format}` : '*/*' } }]]) {
      const { bytes, original } = await asItIs(file, format, more, init);
      assert.ok(original || beaten.includes(name), JSON.stringify(more));
      assert.ok(bytes.length < file.length, `${bytes.length} of ${file.length} bytes`);
      await assertBare(bytes, format, secret);
      const [ours, theirs] = [await pixels(bytes), await pixels(file.subarray(0, -trailing.length))]; // sharp reads no GIF with bytes behind its end
      assert.ok(ours.data.equals(theirs.data), `${psnr(ours, theirs)} dB`);
    }
  });
}

/** An animation with what sharp and others put into it beside its frames. */
async function moving(format, options) {
  const file = await film({ format, loop: 3, delay: 50, options });
  if (format === 'webp') {
    const chunk = (kind, text) => {
      const bytes = Buffer.from(`${kind}\0\0\0\0${text}${text.length % 2 ? '\0' : ''}`, 'latin1');
      bytes.writeUInt32LE(text.length, 4);
      return bytes;
    };
    const flags = Buffer.from(file);
    flags[20] |= 0x0c; // EXIF and XMP
    const loaded = Buffer.concat([flags, chunk('EXIF', secret), chunk('XMP ', xmp), chunk('JUNK', secret)]);
    loaded.writeUInt32LE(loaded.length - 8, 4);
    return Buffer.concat([loaded, trailing]);
  }
  const extension = (...parts) => Buffer.concat([Buffer.of(0x21), ...parts.map((part) => Buffer.from(part, 'latin1')), Buffer.of(0)]);
  const comment = extension(`\xfe${String.fromCharCode(secret.length)}${secret}`);
  const application = extension(`\xff\x0bXMP DataXMP${String.fromCharCode(secret.length)}${secret}`);
  return Buffer.concat([file.subarray(0, -1), comment, application, Buffer.of(0x3b), trailing]);
}

for (const [format, options, asked] of [['gif', { colours: 16, dither: 0 }, {}], ['webp', { quality: 30, effort: 6 }, {}], ['webp', { lossless: true }, { ll: '' }]]) {
  test(`a small animation in ${format} ${JSON.stringify(options)} is itself, frame by frame, and bare`, async () => {
    const file = await moving(format, options);
    const theirs = await frames(file.subarray(0, -trailing.length));
    for (const [more, init] of [[{}], [{ f: format }], [{ n: 6 }], [{ f: 'auto' }, { headers: { accept: ['webp', 'avif'].includes(format) ? `image/${format}` : '*/*' } }]]) {
      const { bytes, original } = await asItIs(file, format, { ...asked, ...more }, init);
      assert.ok(bytes.length < file.length, `${bytes.length} of ${file.length} bytes`);
      assert.ok(original, JSON.stringify(more));
      await assertBare(bytes, format, secret);
      const ours = await frames(bytes);
      assert.deepEqual([ours.count, ours.delay, ours.loop], [theirs.count, theirs.delay, theirs.loop]);
      for (const [at, frame] of ours.frames.entries()) assert.ok(frame.data.equals(theirs.frames[at].data), `frame ${at}`);
    }
    for (const more of [{ n: 1 }, { n: 5 }, { page: 1, n: 'all' }]) assert.ok(!(await asItIs(file, format, { ...asked, ...more })).original, JSON.stringify(more));
  });
}

test('no quality makes an animation larger than its source', async () => {
  for (const format of ['gif', 'webp']) {
    const file = await moving(format, format === 'webp' ? { quality: 60 } : {});
    for (const q of [1, 60, 80, 100]) {
      const { bytes } = await asItIs(file, format, { q });
      assert.ok(bytes.length < file.length, `${format}, ${q}: ${bytes.length} of ${file.length} bytes`);
      await assertBare(bytes, format, secret);
      assert.equal((await frames(bytes)).count, 6);
    }
  }
});

for (const [name, [format, make]] of Object.entries(large)) {
  test(`${name} is made again, smaller and bare`, async () => {
    const file = await make();
    const { bytes, original } = await asItIs(file, format);
    assert.ok(!original);
    assert.ok(bytes.length < 0.8 * file.length, `${bytes.length} of ${file.length} bytes`);
    await assertBare(bytes, format, secret);
    const distance = psnr(await pixels(bytes), await pixels(file));
    assert.ok(distance > 30, `${distance.toFixed(1)} dB`);
  });
}

test('no quality makes an answer larger than its source', async () => {
  for (const [format, make] of [['jpeg', () => jpeg({ quality: 60 })], ['webp', () => webp({ quality: 60 })]]) {
    const file = await make();
    for (const q of [1, 60, 80, 100]) {
      const { bytes } = await asItIs(file, format, { q });
      assert.ok(bytes.length < file.length, `${format}, ${q}: ${bytes.length} of ${file.length} bytes`);
      await assertBare(bytes, format, secret);
    }
  }
});

test('what is wished for and not there is made: several scans, no loss', async () => {
  assert.ok(!(await asItIs(await jpeg({ quality: 40 }), 'jpeg', { il: '' })).original);
  assert.ok((await asItIs(await jpeg({ quality: 40, progressive: true }), 'jpeg', { il: '' })).original);
  assert.ok(!(await asItIs(await webp({ quality: 40 }), 'webp', { ll: '' })).original);
  assert.ok((await asItIs(await webp({ lossless: true }, await drawing()), 'webp', { ll: '' })).original);
});

test('other colours than sRGB, and a picture that is to be turned, are made again', async () => {
  const image = sharp(await photo());
  const p3 = await image.clone().withIccProfile('p3').jpeg({ quality: 40 }).toBuffer();
  assert.ok(!(await asItIs(p3, 'jpeg')).original);
  const turned = await image.clone().withMetadata({ orientation: 6 }).jpeg({ quality: 40 }).toBuffer();
  assert.ok(!(await asItIs(turned, 'jpeg')).original);
  const avif = await image.clone().withIccProfile('p3').avif({ effort: 0, quality: 20 }).toBuffer();
  assert.ok(!(await asItIs(avif, 'avif')).original);
});
