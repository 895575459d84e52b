// Rounded corners and shapes, beside librsvg drawing the same path and sharp cutting it out.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { answer, closeAll, pixels, startOrigin, startWorker } from './harness.mjs';

const photo = readFileSync(new URL('../../demo/samples/waterfall.jpg', import.meta.url));
const asItIs = { w: 'auto', h: 'auto', fit: 'inside', f: 'png' };
const [width, height] = [91, 67];

let origin, worker, small, served = 0;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  small = await sharp(photo).resize(width, height, { fit: 'fill' }).png().toBuffer();
});
after(() => closeAll(worker, origin));

async function ours(body, type, query) {
  const s = origin.serve(`images.example.com/shape-${served++}`, answer.bytes(body, `image/${type}`));
  const reply = await worker.get({ s, ...query });
  assert.equal(reply.status, 200, `${JSON.stringify(query)}: ${reply.bytes}`);
  return { ...await pixels(reply.bytes), type: reply.headers.get('content-type'), hasAlpha: (await sharp(reply.bytes).metadata()).hasAlpha };
}

/** A regular polygon or star as weserv defines it, scaled until it meets the canvas, in the middle. */
function polygon(count, degrees, inner = 1) {
  const points = Array.from({ length: count }, (_, index) => {
    const [radius, angle] = [index % 2 ? inner : 1, (degrees / 180 + 2 * index / count) * Math.PI];
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  return fitted(points);
}

function heart() {
  const points = [];
  for (let t = -Math.PI; t <= Math.PI; t += 0.02) {
    points.push([16 * Math.sin(t) ** 3, -(13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t))]);
  }
  return fitted(points);
}

function fitted(points, [w, h] = [width, height]) {
  const [left, right] = [Math.min, Math.max].map((of) => of(...points.map(([x]) => x)));
  const [top, bottom] = [Math.min, Math.max].map((of) => of(...points.map(([, y]) => y)));
  const scale = Math.min(w / (right - left), h / (bottom - top));
  const place = ([x, y]) => [(x - (left + right) / 2) * scale + w / 2, (y - (top + bottom) / 2) * scale + h / 2];
  return `<polygon points="${points.map((point) => place(point).join()).join(' ')}"/>`;
}

const circle = `<circle cx="${width / 2}" cy="${height / 2}" r="${height / 2}"/>`;
const ellipse = `<ellipse cx="${width / 2}" cy="${height / 2}" rx="${width / 2}" ry="${height / 2}"/>`;
const rounded = (r, inset = 0) =>
  `<rect x="${inset}" y="${inset}" width="${width - 2 * inset}" height="${height - 2 * inset}" rx="${r}" ry="${r}"/>`;

/** The share of each pixel that lies inside, of 255: the mean of 16 x 16 pixels of librsvg, whose own edges are coarse. */
async function coverage(shape) {
  const drawn = `<svg xmlns="http://www.w3.org/2000/svg" width="${16 * width}" height="${16 * height}" viewBox="0 0 ${width} ${height}">${shape}</svg>`;
  const { data } = await sharp(Buffer.from(drawn)).extractChannel('alpha').raw().toBuffer({ resolveWithObject: true });
  return Float64Array.from({ length: width * height }, (_, at) => {
    let sum = 0;
    for (let part = 0; part < 256; part += 1) sum += data[(16 * Math.floor(at / width) + (part >> 4)) * 16 * width + 16 * (at % width) + (part & 15)];
    return sum / 256;
  });
}

async function cutOut(shape) {
  const [picture, covered] = [await pixels(small), await coverage(shape)];
  covered.forEach((share, at) => { picture.data[4 * at + 3] = Math.round(share); });
  return picture;
}

async function over(shape, [r, g, b]) {
  const [picture, covered] = [await pixels(small), await coverage(shape)];
  covered.forEach((share, at) => [r, g, b].forEach((outside, c) => {
    picture.data[4 * at + c] = Math.round((picture.data[4 * at + c] * share + outside * (255 - share)) / 255);
  }));
  return picture;
}

/** Alpha, and colours as far as they are seen, within so many levels. */
function assertNear(one, other, levels, what) {
  assert.deepEqual([one.width, one.height], [other.width, other.height], what);
  let worst = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    const [a, b] = [one.data[at + 3], other.data[at + 3]];
    worst = Math.max(worst, Math.abs(a - b));
    for (let c = 0; c < 3; c += 1) worst = Math.max(worst, Math.abs(one.data[at + c] * a - other.data[at + c] * b) / 255);
  }
  assert.ok(worst <= levels, `${what}: ${worst} levels`);
}

// librsvg makes a quarter of a circle a Bézier curve, which is off by 0.03 % of the radius: 2 levels here.
const NEAR = 4;

describe('shapes', () => {
  for (const [query, shape] of [
    [{ mask: 'circle' }, circle],
    [{ mask: 'ellipse' }, ellipse],
    [{ mask: 'triangle' }, polygon(3, -90)],
    [{ mask: 'triangle-180' }, polygon(3, 90)],
    [{ mask: 'square' }, polygon(4, -90)],
    [{ mask: 'pentagon' }, polygon(5, -90)],
    [{ mask: 'pentagon-180' }, polygon(5, 90)],
    [{ mask: 'hexagon' }, polygon(6, -90)],
    [{ mask: 'star' }, polygon(10, -90, 0.382)],
    [{ mask: 'heart' }, heart()],
    [{ radius: 12 }, rounded(12)],
    [{ radius: '10p' }, rounded(7)],
    [{ radius: 'max' }, rounded(height / 2)],
    [{ radius: 500 }, rounded(height / 2)],
    [{ radius: '5,0,20p,0' }, `<path d="M5 0H${width}V${height - 13}A13 13 0 0 1 ${width - 13} ${height}H0V5A5 5 0 0 1 5 0"/>`],
  ]) {
    test(new URLSearchParams(query).toString(), async () => {
      assertNear(await ours(small, 'png', { ...asItIs, ...query }), await cutOut(shape), NEAR, JSON.stringify(query));
      const blue = await ours(small, 'png', { ...asItIs, ...query, mbg: '00f' });
      assert.equal(blue.hasAlpha, false);
      assertNear(blue, await over(shape, [0, 0, 255]), NEAR, `${JSON.stringify(query)} on blue`);
    });
  }
});

describe('a shape', () => {
  const samples = (picture, x, y) => [...picture.data.subarray(4 * (y * picture.width + x), 4 * (y * picture.width + x) + 4)];
  const isNear = (is, wanted, levels = 8) => is.every((sample, at) => Math.abs(sample - wanted[at]) <= levels);

  test('lies on the background where the format has no alpha, and makes alpha where it has', async () => {
    for (const bg of ['fff', '0f0', '2040ff']) {
      const jpeg = await ours(photo, 'jpeg', { w: 300, h: 200, fit: 'cover', mask: 'circle', bg });
      assert.equal(jpeg.type, 'image/jpeg');
      const [r, g, b] = await pixels(await sharp({ create: { width: 1, height: 1, channels: 3, background: `#${bg}` } }).png().toBuffer()).then(({ data }) => data);
      for (const [x, y] of [[1, 1], [298, 198], [20, 100]]) assert.ok(isNear(samples(jpeg, x, y), [r, g, b, 255]), `${bg}: ${samples(jpeg, x, y)}`);
    }
    for (const f of ['png', 'webp', 'avif', 'gif']) {
      const clear = await ours(photo, 'jpeg', { w: 60, h: 40, fit: 'cover', radius: 'max', f });
      assert.equal(samples(clear, 0, 0)[3], 0, f);
      assert.equal(samples(clear, 30, 20)[3], 255, f);
    }
  });

  test('of grey stays grey until its outside has a colour', async () => {
    const grey = await sharp(small).greyscale().toColourspace('b-w').png().toBuffer();
    const of = async (query) => sharp((await worker.get({ s: origin.serve(`images.example.com/shape-${served++}`, answer.bytes(grey, 'image/png')), ...asItIs, ...query })).bytes).metadata();
    assert.equal((await of({ mask: 'star', bg: 'f00' })).space, 'b-w');
    assert.equal((await of({ mask: 'star', mbg: 'f00' })).space, 'srgb');
  });

  test('covers what is around the picture too, and a border follows the corners', async () => {
    const padded = await ours(small, 'png', { ...asItIs, pad: 10, bg: 'f00', mask: 'ellipse' });
    assert.deepEqual([padded.width, padded.height], [width + 20, height + 20]);
    assert.equal(samples(padded, 0, 0)[3], 0);
    assert.deepEqual(samples(padded, padded.width / 2 | 0, 2), [255, 0, 0, 255]);
    // A ring: outside of it nothing, inside the picture.
    const ring = await ours(small, 'png', { ...asItIs, fit: 'cover', w: 60, h: 60, border: '6,00f', radius: 'max' });
    assert.deepEqual([ring.width, ring.height], [72, 72]);
    assert.equal(samples(ring, 4, 4)[3], 0);
    for (let degrees = 0; degrees < 360; degrees += 15) {
      const [sin, cos] = [Math.sin(degrees * Math.PI / 180), Math.cos(degrees * Math.PI / 180)];
      const at = (radius) => samples(ring, Math.floor(36 + radius * cos), Math.floor(36 + radius * sin));
      assert.deepEqual(at(33), [0, 0, 255, 255], `${degrees}`);
      assert.notDeepEqual(at(28), [0, 0, 255, 255], `${degrees}`);
    }
  });

  test('may be where the canvas ends', async () => {
    for (const [query, size] of [
      [{ mask: 'circle' }, [height, height]],
      [{ mask: 'ellipse' }, [width, height]],
      [{ mask: 'triangle' }, [Math.round(2 * height / Math.sqrt(3)), height]],
      [{ mask: 'circle', w: 40, h: 60, fit: 'contain' }, [40, 40]],
      [{ mask: 'circle', pad: 5, border: '1,f00' }, [height + 12, height + 12]],
    ]) {
      const cut = await ours(small, 'png', { ...asItIs, ...query, mtrim: 1 });
      assert.deepEqual([cut.width, cut.height], size, JSON.stringify(query));
    }
    const whole = await ours(small, 'png', { ...asItIs, mask: 'circle' });
    const cut = await ours(small, 'png', { ...asItIs, mask: 'circle', mtrim: 1 });
    const middle = await pixels(await sharp(whole.data, { raw: { width, height, channels: 4 } }).extract({ left: 12, top: 0, width: height, height }).png().toBuffer());
    assertNear(cut, middle, 1, 'the middle');
  });

  test('of a moving picture is one of every frame', async () => {
    const frames = await Promise.all(['#f00', '#0f0', '#00f'].map((background) => sharp({ create: { width: 40, height: 40, channels: 3, background } }).raw().toBuffer()));
    const file = await sharp(Buffer.concat(frames), { raw: { width: 40, height: 120, channels: 3, pageHeight: 40 } }).gif({ delay: [100, 100, 100], loop: 0 }).toBuffer();
    for (const f of ['gif', 'webp']) {
      const s = origin.serve(`images.example.com/shape-${served++}`, answer.bytes(file, 'image/gif'));
      const reply = await worker.get({ s, w: 30, h: 30, mask: 'circle', f });
      assert.equal(reply.status, 200, String(reply.bytes));
      const { data, info } = await sharp(reply.bytes, { animated: true }).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual([info.width, info.height, info.pages], [30, 90, 3], f);
      for (const page of [0, 1, 2]) {
        const at = (x, y) => data[4 * ((page * 30 + y) * 30 + x) + 3];
        assert.deepEqual([at(0, 0), at(15, 15), at(29, 29)], [0, 255, 0], `${f} ${page}`);
      }
    }
  });
});
