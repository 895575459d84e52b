// Overlays beside sharp's `composite`: the same place, the same colours.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { answer, assertError, closeAll, pixels, production, startOrigin, startWorker } from './harness.mjs';
import { film, frames } from './support/animations.mjs';

const photo = readFileSync(new URL('../../demo/samples/waterfall.jpg', import.meta.url));
const [width, height] = [160, 90];
const asItIs = { w: 'auto', h: 'auto', fit: 'inside', f: 'png' };

let origin, worker, base, clear, mark, served = 0;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin, vars: { ...production, OVERLAYS: 'logo: https://images.example.com/overlay-logo' } });
  base = await sharp(photo).resize(width, height, { fit: 'fill' }).png().toBuffer();
  // A base and a mark with every alpha.
  const faded = (from, w, h, at) => sharp(from).resize(w, h, { fit: 'fill' }).ensureAlpha().raw().toBuffer().then((raw) => {
    for (let pixel = 0; pixel < w * h; pixel += 1) raw[4 * pixel + 3] = at(pixel % w, Math.floor(pixel / w));
    return sharp(raw, { raw: { width: w, height: h, channels: 4 } }).png().toBuffer();
  });
  clear = await faded(photo, width, height, (x) => Math.round(255 * x / width));
  mark = await faded(readFileSync(new URL('../../demo/samples/logo.png', import.meta.url)), 48, 30, (x, y) => (x * 7 + y * 11) % 256);
  origin.serve('images.example.com/overlay-logo', answer.bytes(mark, 'image/png'));
});
after(() => closeAll(worker, origin));

const serve = (body, type = 'image/png') => origin.serve(`images.example.com/overlay-${served++}`, answer.bytes(body, type));

async function ours(query, body = base) {
  const reply = await worker.get({ ...asItIs, s: serve(body), wm: serve(mark), ...query });
  assert.equal(reply.status, 200, `${JSON.stringify(query)}: ${reply.bytes}`);
  return pixels(reply.bytes);
}

const theirs = async (layers, body = base) => pixels(await sharp(body).composite(layers).png().toBuffer());

/** Colours as far as they are seen, and alpha: `levels` for all but one pixel in a hundred, which may be off by `most`. */
function assertNear(one, other, { levels = 2, most = levels } = {}, what) {
  assert.deepEqual([one.width, one.height], [other.width, other.height], what);
  let worst = 0, beyond = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    const [a, b] = [one.data[at + 3], other.data[at + 3]];
    let off = Math.abs(a - b);
    for (let c = 0; c < 3; c += 1) off = Math.max(off, Math.abs(one.data[at + c] * a - other.data[at + c] * b) / 255);
    worst = Math.max(worst, off);
    beyond += off > levels;
  }
  assert.ok(worst <= most && beyond <= one.data.length / 400, `${what}: off by ${worst}, ${beyond} pixels by more than ${levels}`);
}

/** The mark with so many percent of its opacity. */
async function weakened(percent) {
  const { data, info } = await sharp(mark).raw().toBuffer({ resolveWithObject: true });
  for (let at = 3; at < data.length; at += 4) data[at] = Math.round(data[at] * percent / 100);
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 4 } }).png().toBuffer();
}

describe('an overlay is where sharp puts it', () => {
  const gravities = { center: 'centre', top: 'north', bottom: 'south', left: 'west', right: 'east', 'top-left': 'northwest', 'top-right': 'northeast',
    'bottom-left': 'southwest', 'bottom-right': 'southeast' };
  for (const [wmpos, gravity] of Object.entries(gravities)) {
    test(`wmpos=${wmpos}`, async () => {
      assertNear(await ours({ wmpos }), await theirs([{ input: mark, gravity }]), {}, wmpos);
    });
  }
  for (const [wmx, wmy] of [[7, 11], [-20, 5], ['25p', '-10p']]) {
    test(`wmx=${wmx}, wmy=${wmy}`, async () => {
      const px = (shift, side) => typeof shift === 'string' ? Math.round(parseFloat(shift) / 100 * side) : shift;
      const [left, top] = [px(wmx, width), px(wmy, height)];
      assertNear(await ours({ wmpos: 'top-left', wmx, wmy }), await theirs([{ input: mark, left, top }]), {}, 'shift');
    });
  }
});

describe('an overlay looks as sharp mixes it', () => {
  for (const wmopacity of [100, 50, 7]) {
    test(`wmopacity=${wmopacity}, over a photo and over a picture with alpha`, async () => {
      const layers = [{ input: await weakened(wmopacity), left: 9, top: 13 }];
      const query = { wmopacity, wmpos: 'top-left', wmx: 9, wmy: 13 };
      assertNear(await ours(query), await theirs(layers), {}, 'opaque');
      assertNear(await ours(query, clear), await theirs(layers, clear), {}, 'with alpha');
    });
  }
  for (const wmscale of ['25p', '60p', '100p']) {
    test(`wmscale=${wmscale}`, async () => {
      const share = parseFloat(wmscale) / 100;
      const [w, h] = [Math.round(width * share), Math.round(height * share)];
      // How a picture is resized is the business of other specs.
      const { bytes: input } = await worker.get({ s: serve(mark), w, h, fit: 'inside', f: 'png' });
      assertNear(await ours({ wmscale }), await theirs([{ input, gravity: 'centre' }]), {}, wmscale);
    });
  }
  for (const wmpos of ['top-left', 'bottom-right', 'center']) {
    test(`wmtile, wmpos=${wmpos}`, async () => {
      const { info } = await sharp(mark).toBuffer({ resolveWithObject: true });
      const start = { 'top-left': [0, 0], 'bottom-right': [width - info.width, height - info.height],
        center: [Math.floor((width - info.width + 1) / 2), Math.floor((height - info.height + 1) / 2)] }[wmpos];
      const gap = wmpos === 'center' ? [5, 3] : [0, 0];
      const step = [info.width + gap[0], info.height + gap[1]];
      const layers = [];
      for (let top = start[1] % step[1] - step[1]; top < height; top += step[1]) {
        for (let left = start[0] % step[0] - step[0]; left < width; left += step[0]) layers.push({ input: mark, left, top });
      }
      const shown = layers.filter(({ left, top }) => left + info.width > 0 && top + info.height > 0);
      assertNear(await ours({ wmtile: 1, wmpos, wmx: gap[0], wmy: gap[1] }), await theirs(shown), {}, wmpos);
    });
  }
  test('a JPEG for an answer, and a JPEG for an overlay', async () => {
    const input = await sharp(photo).resize(70, 50, { fit: 'fill' }).jpeg({ quality: 95 }).toBuffer();
    assertNear(await ours({ wm: serve(input, 'image/jpeg') }), await theirs([{ input, gravity: 'centre' }]), {}, 'a JPEG laid over');
    const reply = await worker.get({ s: serve(photo, 'image/jpeg'), w: width, h: height, fit: 'fill', q: 95, wm: 'logo' });
    assert.equal(reply.headers.get('content-type'), 'image/jpeg');
    const marked = await sharp(photo).rotate().resize(width, height, { fit: 'fill' }).composite([{ input: mark, gravity: 'centre' }]).jpeg({ quality: 95 }).toBuffer();
    assertNear(await pixels(reply.bytes), await pixels(marked), { levels: 12, most: 48 }, 'a JPEG answered');
  });
});

test('three overlays lie one above the other, under both kinds of names', async () => {
  const inputs = await Promise.all(['red', 'lime', 'blue'].map((background) =>
    sharp({ create: { width: 40, height: 40, channels: 4, background } }).png().toBuffer()));
  const layers = inputs.map((input, at) => ({ input, left: 10 + 20 * at, top: 10 + 10 * at }));
  const [one, two, three] = inputs.map((input) => serve(input));
  const wanted = await theirs(layers);
  const at = (x, y, n) => ({ [`wmpos${n}`]: 'top-left', [`wmx${n}`]: x, [`wmy${n}`]: y });
  const numbered = { wm: one, wm2: two, wm3: three, ...at(10, 10, ''), ...at(30, 20, 2), ...at(50, 30, 3) };
  const lettered = { wm: one, wmb: two, wmc: three, ...at(10, 10, ''), ...at(30, 20, 'b'), ...at(50, 30, 'c') };
  for (const query of [numbered, lettered]) assertNear(await ours(query), wanted, { levels: 0 }, 'three');
});

test('every frame of an animation has the overlay, and an animated overlay is its first frame', async () => {
  const input = await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } }).png().toBuffer();
  const gif = await film({ width: 80, height: 60, count: 4 });
  const reply = await worker.get({ s: serve(gif, 'image/gif'), w: 'auto', h: 'auto', wm: serve(input), wmpos: 'top-left' });
  assert.equal(reply.status, 200, String(reply.bytes));
  const shown = await frames(reply.bytes);
  assert.equal(shown.count, 4);
  for (const { data } of shown.frames) {
    for (const [x, y] of [[0, 0], [19, 19], [10, 3]]) assert.deepEqual([...data.subarray(4 * (y * 80 + x), 4 * (y * 80 + x) + 3)], [255, 0, 0]);
    assert.notDeepEqual([...data.subarray(4 * (20 * 80 + 20), 4 * (20 * 80 + 20) + 3)], [255, 0, 0]);
  }
  const moving = await worker.get({ ...asItIs, s: serve(base), wm: serve(gif, 'image/gif'), wmpos: 'top-left' });
  const still = await sharp(gif, { pages: 1 }).png().toBuffer();
  assertNear(await pixels(moving.bytes), await theirs([{ input: still, left: 0, top: 0 }]), {}, 'the first frame');
});

test('an overlay from elsewhere is 403 and not contacted', async () => {
  const s = serve(base);
  const reply = await worker.get({ s, wm: 'https://elsewhere.example.org/logo.png' });
  assert.match(assertError(reply, 403, 'source-not-allowed').message, /^wm: /);
  assert.equal(origin.hitsOn('elsewhere.example.org').length + origin.hitsOn('images.example.com').filter(({ path }) => s.endsWith(path)).length, 0);
});
