// f=thumbhash, f=blurhash and what f=json says of them, beside sharp's view of the same source.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { answer, assertError, assertSecured, closeAll, fixture, startOrigin, startWorker } from './harness.mjs';

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

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';
/** The mean colour that a BlurHash begins with. */
function meanOfBlurhash(hash) {
  const value = [...hash.slice(2, 6)].reduce((sum, digit) => sum * 83 + digits.indexOf(digit), 0);
  return [value >> 16, value >> 8 & 255, value & 255];
}

/** The mean colour that a ThumbHash begins with. */
function meanOfThumbhash(hash) {
  const [a, b, c] = Buffer.from(hash, 'base64');
  const bits = a | b << 8 | c << 16;
  const l = (bits & 63) / 63, p = (bits >> 6 & 63) / 31.5 - 1, q = (bits >> 12 & 63) / 31.5 - 1;
  const blue = l - 2 / 3 * p, red = (3 * l - blue + q) / 2;
  return [red, red - q, blue].map((sample) => Math.round(255 * sample));
}

/** The mean of what sharp decodes: of levels, or of light as a level. */
async function meanOf(format, { light }) {
  const { data } = await sharp(await fixture.photo(format)).toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const sums = [0, 0, 0];
  for (let at = 0; at < data.length; at++) sums[at % 3] += light ? (data[at] / 255) ** 2.2 : data[at];
  return sums.map((sum) => sum / (data.length / 3)).map((mean) => light ? 255 * mean ** (1 / 2.2) : mean);
}

const near = (one, other, most) => one.every((sample, at) => Math.abs(sample - other[at]) <= most);

for (const format of ['jpeg', 'png', 'webp', 'gif']) {
  test(`placeholders of a ${format} have its mean colour`, async () => {
    const blurhash = await worker.get({ s: sources[format], f: 'blurhash' });
    const thumbhash = await worker.get({ s: sources[format], f: 'thumbhash' });
    for (const reply of [blurhash, thumbhash]) {
      assert.equal(reply.status, 200);
      assert.match(reply.headers.get('content-type'), /^text\/plain\b/);
      assertSecured(reply);
    }
    const [blur, thumb] = [blurhash, thumbhash].map((reply) => reply.bytes.toString());
    assert.match(blur, /^L.{27}$/);
    const [light, levels] = [await meanOf(format, { light: true }), await meanOf(format, { light: false })];
    assert.ok(near(meanOfBlurhash(blur), light, 6), `${meanOfBlurhash(blur)} of ${light}`);
    assert.ok(near(meanOfThumbhash(thumb), levels, 14), `${meanOfThumbhash(thumb)} of ${levels}`);
    const { placeholder } = (await worker.get({ s: sources[format], f: 'json' })).json();
    assert.equal(placeholder.blurhash, blur);
    assert.equal(placeholder.thumbhash, thumb);
    assert.match(placeholder.dominant_colour, /^#[0-9a-f]{6}$/);
  });
}

test('a placeholder is of the upright picture', async () => {
  const { files } = await fixture.orientations({ width: 90, height: 60 });
  const hashes = new Set();
  for (const { orientation, bytes } of files) {
    const s = origin.serve(`images.example.com/${orientation}.jpg`, answer.bytes(bytes, 'image/jpeg'));
    const hash = Buffer.from((await worker.get({ s, f: 'thumbhash' })).bytes.toString(), 'base64');
    assert.equal(hash[4] >> 7, 1, 'landscape');
    hashes.add((hash[0] | hash[1] << 8 | hash[2] << 16) & 0x3ffff);
  }
  assert.ok(hashes.size <= 3, 'the mean colour is the same, but for what JPEG does to it');
});

test('a hit is what was made, and a file that breaks off is an error but for json', async () => {
  const first = await worker.get({ s: sources.png, f: 'blurhash', v: 'hit' });
  const second = await worker.get({ s: sources.png, f: 'blurhash', v: 'hit' });
  assert.equal(first.bytes.toString(), second.bytes.toString());
  assert.match(second.headers.get('content-type'), /^text\/plain\b/);
  const whole = await fixture.photo('png');
  const s = origin.serve('images.example.com/half.png', answer.bytes(whole.subarray(0, whole.length / 2), 'image/png'));
  assertError(await worker.get({ s, f: 'thumbhash' }), 422, 'corrupt-image');
  const { source, placeholder } = (await worker.get({ s, f: 'json' })).json();
  assert.equal(source.format, 'png');
  assert.deepEqual([placeholder.thumbhash, placeholder.blurhash, placeholder.dominant_colour], [null, null, null]);
  assert.equal(typeof placeholder.error, 'string');
});
