// Effects beside sharp's, or beside weserv's formulas where sharp has none: within two levels of 255 on pictures of every layout.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { answer, closeAll, pixels, psnr, startOrigin, startWorker } from './harness.mjs';

const photo = readFileSync(new URL('../../demo/samples/waterfall.jpg', import.meta.url));
const asItIs = { w: 'auto', h: 'auto', fit: 'inside', f: 'png' };

let origin, worker, files, served = 0;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  const rgb = await sharp(photo).autoOrient().resize(97, 61, { fit: 'fill' }).png().toBuffer();
  const mask = await sharp(rgb).flop().greyscale().raw().toBuffer();
  const rgba = await sharp(rgb).joinChannel(mask, { raw: { width: 97, height: 61, channels: 1 } }).png().toBuffer();
  const grey = await sharp(rgb).greyscale().png().toBuffer();
  files = { rgb, rgba, grey };
});
after(() => closeAll(worker, origin));

async function ours(body, query, type = 'png') {
  const s = origin.serve(`images.example.com/effects-${served++}`, answer.bytes(body, `image/${type}`));
  const reply = await worker.get({ s, ...asItIs, ...query });
  assert.equal(reply.status, 200, `${JSON.stringify(query)}: ${reply.bytes}`);
  return pixels(reply.bytes);
}

const shown = async (image) => pixels(await image.png().toBuffer());

/** The largest difference of two pictures in levels, that of a colour as far as it can be seen: sharp works with colours times alpha in 8 bits. */
function difference(one, other) {
  assert.deepEqual([one.width, one.height], [other.width, other.height]);
  let most = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    const seen = other.data[at + 3] / 255;
    for (let c = 0; c < 4; c += 1) most = Math.max(most, Math.abs(one.data[at + c] - other.data[at + c]) * (c < 3 ? seen : 1));
  }
  return most;
}

async function assertNear(name, query, reference, most) {
  const off = difference(await ours(files[name], query), await reference(files[name]));
  assert.ok(off <= most, `${name} ${JSON.stringify(query)}: ${off} levels`);
}

/** A table of weserv's formulas over the colours. */
const table = (result) => async (body) => {
  const picture = await shown(sharp(body));
  for (let at = 0; at < picture.data.length; at += 4) {
    for (let c = 0; c < 3; c += 1) picture.data[at + c] = Math.max(0, Math.min(255, Math.trunc(result(picture.data[at + c]))));
  }
  return picture;
};

function sigmoid(percent) {
  const beta = 0.3 * Math.abs(percent);
  const s = (u) => 1 / (1 + Math.exp(beta * (0.5 - u)));
  if (percent > 0) return (v) => (255 * (s(v / 255) - s(0))) / (s(1) - s(0));
  return (v) => {
    const x = (v / 255) * (s(1) - s(0)) + s(0);
    return 255 * (0.5 - Math.log((1 - x) / x) / beta);
  };
}

/** Blocks of one colour: libvips mirrors the picture, and each block is added up here, times alpha. */
async function blocks(body, most) {
  const picture = await shown(sharp(body));
  const { width, height } = picture;
  const side = Math.min(most, Math.max(width, height));
  const [right, bottom] = [width, height].map((length) => Math.ceil(length / side) * side - length);
  const whole = await shown(sharp(body).extend({ right, bottom, extendWith: 'mirror' }));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [left, top] = [x - (x % side), y - (y % side)];
      if (x > left || y > top) {
        picture.data.copyWithin(4 * (y * width + x), 4 * (top * width + left), 4 * (top * width + left) + 4);
        continue;
      }
      const sums = [0, 0, 0, 0];
      for (let row = top; row < top + side; row += 1) {
        for (let at = 4 * (row * whole.width + left); at < 4 * (row * whole.width + left + side); at += 4) {
          for (let c = 0; c < 3; c += 1) sums[c] += whole.data[at + c] * whole.data[at + 3];
          sums[3] += whole.data[at + 3];
        }
      }
      const mean = [...sums.slice(0, 3).map((sum) => sum / Math.max(1, sums[3])), sums[3] / side ** 2];
      picture.data.set(mean.map(Math.round), 4 * (y * width + x));
    }
  }
  return picture;
}

const every = ['rgb', 'rgba', 'grey'];

describe('effects', () => {
  test('bri is sharp’s linear', async () => {
    for (const name of every) {
      for (const bri of [-100, -30, 7, 55]) await assertNear(name, { bri }, table((v) => v + 2.55 * bri), 1);
    }
    await assertNear('rgb', { bri: 20 }, (body) => shown(sharp(body).linear(1, 51)), 1);
  });

  test('con is weserv’s sigmoid', async () => {
    for (const name of every) for (const con of [-90, -15, 10, 80]) await assertNear(name, { con }, table(sigmoid(con)), 1);
  });

  test('gam is libvips’ gamma', async () => {
    for (const name of every) for (const gam of [1, 1.5, 3]) await assertNear(name, { gam }, table((v) => 255 * (v / 255) ** (1 / gam)), 1);
    await assertNear('rgb', { gam: '' }, table((v) => 255 * (v / 255) ** (1 / 2.2)), 1);
  });

  test('filt is greyscale, negate and sepia', async () => {
    for (const name of every) await assertNear(name, { filt: 'greyscale' }, (body) => shown(sharp(body).greyscale()), 1);
    for (const name of every) await assertNear(name, { filt: 'negate' }, (body) => shown(sharp(body).negate({ alpha: false })), 0);
    const sepia = [[0.3588, 0.7044, 0.1368], [0.299, 0.587, 0.114], [0.2392, 0.4696, 0.0912]];
    for (const name of ['rgb', 'rgba']) await assertNear(name, { filt: 'sepia' }, (body) => shown(sharp(body).recomb(sepia)), 1);
    await assertNear('grey', { filt: 'sepia' }, async (body) => shown(sharp(await sharp(body).toColourspace('srgb').png().toBuffer()).recomb(sepia)), 1);
  });

  test('sat and hue are sharp’s modulate', async () => {
    for (const name of ['rgb', 'rgba']) {
      for (const saturation of [0, 0.4, 1.8]) await assertNear(name, { sat: saturation }, (body) => shown(sharp(body).modulate({ saturation })), 2);
      for (const hue of [-90, 30, 180]) await assertNear(name, { hue }, (body) => shown(sharp(body).modulate({ hue: (hue + 360) % 360 })), 2);
      await assertNear(name, { sat: 1.5, hue: 45 }, (body) => shown(sharp(body).modulate({ saturation: 1.5, hue: 45 })), 2);
    }
    assert.equal(difference(await ours(files.grey, { sat: 3, hue: 90 }), await shown(sharp(files.grey))), 0);
  });

  test('mod is sharp’s modulate, and joined with sat and hue', async () => {
    for (const [brightness, saturation, hue] of [[1.3, 1, 0], [0.7, 0.5, 90], [1.1, 1.6, -60]]) {
      const theirs = (body) => shown(sharp(body).modulate({ brightness, saturation, hue: (hue + 360) % 360 }));
      for (const name of ['rgb', 'rgba']) await assertNear(name, { mod: `${brightness},${saturation},${hue}` }, theirs, 2);
      await assertNear('grey', { mod: String(brightness) }, (body) => shown(sharp(body).modulate({ brightness })), 2);
    }
    const joined = await ours(files.rgb, { mod: '1,2,100', sat: 0.75, hue: -60 });
    assert.equal(difference(joined, await ours(files.rgb, { mod: '1,1.5,40' })), 0);
  });

  test('threshold is sharp’s of colours, and alpha stays', async () => {
    for (const threshold of [20, 128, 200]) {
      for (const name of ['rgb', 'grey']) await assertNear(name, { threshold }, (body) => shown(sharp(body).threshold(threshold)), 0);
    }
    const { data } = await ours(files.rgba, { threshold: '' });
    const clear = await shown(sharp(files.rgba));
    const opaque = await shown(sharp(files.rgba).removeAlpha().threshold(128));
    for (let at = 0; at < data.length; at += 4) {
      assert.equal(data[at + 3], clear.data[at + 3]);
      if (data[at + 3] > 0) assert.equal(data[at], opaque.data[at]);
    }
  });

  test('median is sharp’s', async () => {
    for (const name of every) for (const median of [3, 5, 9]) await assertNear(name, { median }, (body) => shown(sharp(body).median(median)), 0);
    await assertNear('rgb', { median: '' }, (body) => shown(sharp(body).median()), 0);
  });

  test('normalise is sharp’s', async () => {
    const dim = await sharp(files.rgb).linear(0.4, 60).png().toBuffer();
    for (const [lower, upper] of [[1, 99], [0, 100], [20, 70]]) {
      const theirs = (body) => shown(sharp(body).normalise({ lower, upper }));
      for (const name of every) await assertNear(name, { normalise: `${lower},${upper}` }, theirs, 2);
      assert.ok(difference(await ours(dim, { normalize: `${lower},${upper}` }), await theirs(dim)) <= 2);
    }
    // Nothing to stretch.
    const flat = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#204060' } }).png().toBuffer();
    assert.equal(difference(await ours(flat, { normalise: '' }), await shown(sharp(flat))), 0);
  });

  test('pixelate is imgproxy’s: mirrored to whole blocks, each of which becomes its mean', async () => {
    for (const name of every) {
      for (const side of [2, 7, 16, 61, 80, 200]) await assertNear(name, { pixelate: side }, (body) => blocks(body, side), name === 'rgba' ? 2 : 1);
    }
  });

  test('tint is sharp’s, and a duotone goes from one colour to the other', async () => {
    for (const tint of ['#8a5a2b', '#204060', '#70b080']) {
      for (const name of every) await assertNear(name, { tint: tint.slice(1) }, (body) => shown(sharp(body).tint(tint)), 3);
    }
    const ramp = await sharp(Buffer.from([0, 0, 0, 255, 255, 255]), { raw: { width: 2, height: 1, channels: 3 } }).png().toBuffer();
    const { data } = await ours(ramp, { filt: 'duotone' });
    const near = (at, colour) => colour.forEach((sample, c) => assert.ok(Math.abs(data[at + c] - sample) <= 1, `${[...data]}`));
    near(0, [0xc8, 0x36, 0x58]);
    near(4, [0xd8, 0xe7, 0x4f]);
    // From black to white, lightness is the sample's share of 255.
    await assertNear('grey', { filt: 'duotone', start: 'black', stop: 'white' }, table((v) => {
      const root = ((100 * v) / 255 + 16) / 116;
      const light = root ** 3 > 216 / 24389 ? root ** 3 : (root - 16 / 116) * (108 / 841);
      return 255 * (light > 0.0031308 ? 1.055 * light ** (1 / 2.4) - 0.055 : 12.92 * light) + 0.5;
    }), 2);
  });

  test('blur is libvips’ gaussblur', async () => {
    // One tap changes nothing here; in sharp, translucent pixels lose bits by being multiplied.
    for (const name of ['rgb', 'grey']) await assertNear(name, { blur: 0.3 }, (body) => shown(sharp(body).blur(0.3)), 0);
    for (const name of every) for (const blur of [1, 2.5, 10, 20]) await assertNear(name, { blur }, (body) => shown(sharp(body).blur(blur)), name === 'rgba' ? 3 : 2);
    for (const name of every) await assertNear(name, { blur: '' }, (body) => shown(sharp(body).blur()), 2);
  });

  test('sharp is sharp’s', async () => {
    for (const sharp_ of [1, 2, 5]) {
      for (const name of every) await assertNear(name, { sharp: sharp_ }, (body) => shown(sharp(body).sharpen({ sigma: sharp_ })), name === 'rgba' ? 3 : 2);
    }
    for (const name of ['rgb', 'grey']) await assertNear(name, { sharp: '' }, (body) => shown(sharp(body).sharpen()), 2);
  });

  test('a blur beyond a sigma of 20 is made on fewer pixels, and is sharp’s all the same', async () => {
    const large = await sharp(photo).autoOrient().resize(500, 333, { fit: 'fill' }).png().toBuffer();
    for (const blur of [20.5, 41, 100, 250]) {
      for (const body of [large, files.rgba, files.grey]) {
        const off = difference(await ours(body, { blur }), await shown(sharp(body).blur(blur)));
        assert.ok(off <= (body === files.rgba ? 3 : 2), `${blur}: ${off} levels`);
      }
    }
  });

  test('sharp takes sharp’s m1 and m2', async () => {
    for (const [sigma, m1, m2] of [[1, 0, 3], [2, 0.5, 1], [0.8, 3, 0]]) {
      for (const name of every) await assertNear(name, { sharp: `${sigma},${m1},${m2}` }, (body) => shown(sharp(body).sharpen({ sigma, m1, m2 })), name === 'rgba' ? 3 : 2);
    }
  });

  test('sharp=auto goes by the reduction', async () => {
    const large = await sharp(photo).autoOrient().resize(400, 300, { fit: 'fill' }).png().toBuffer();
    const at = async (width, query) => ours(large, { w: width, h: 'auto', ...query });
    for (const [width, same] of [[300, {}], [200, { sharp: '0.5,0.5,1' }], [101, { sharp: '0.5,0.5,1' }], [100, { sharp: 0.5 }], [40, { sharp: 0.5 }]]) {
      assert.equal(difference(await at(width, { sharp: 'auto' }), await at(width, same)), 0, `${width}`);
    }
  });

  test('a JPEG that stays one is blurred in its components', async () => {
    for (const blur of [1, 4, 12, 50]) {
      const s = origin.serve(`images.example.com/effects-${served++}`, answer.bytes(photo, 'image/jpeg'));
      const reply = await worker.get({ s, w: 400, h: 300, fit: 'inside', blur, q: 95 });
      const theirs = await shown(sharp(photo).autoOrient().resize(400, 300, { fit: 'inside' }).blur(blur));
      const off = psnr(await pixels(reply.bytes), theirs, [255, 255, 255]);
      assert.ok(off > 38, `${blur}: ${off.toFixed(1)} dB`);
    }
  });

  test('a JPEG that stays one is negated and pixelated in its components', async () => {
    const s = origin.serve(`images.example.com/effects-${served++}`, answer.bytes(photo, 'image/jpeg'));
    const theirs = await sharp(photo).autoOrient().resize(400, 300, { fit: 'inside' }).png().toBuffer();
    for (const [query, reference] of [
      [{ filt: 'negate' }, await shown(sharp(theirs).negate())],
      [{ pixelate: 8 }, await blocks(theirs, 8)],
      [{ pixelate: 9 }, await blocks(theirs, 9)],
    ]) {
      const reply = await worker.get({ s, w: 400, h: 300, fit: 'inside', q: 95, ...query });
      const off = psnr(await pixels(reply.bytes), reference, [255, 255, 255]);
      assert.ok(off > 34, `${JSON.stringify(query)}: ${off.toFixed(1)} dB`);
    }
  });

  test('come in one order whatever the URL’s, and before the padding', async () => {
    const one = await ours(files.rgb, { filt: 'negate', bri: 30, w: 120, h: 61, fit: 'contain' });
    const other = await ours(files.rgb, { bri: 30, filt: 'negate', w: 120, h: 61, fit: 'contain' });
    assert.equal(difference(one, other), 0);
    assert.deepEqual([...one.data.subarray(0, 3)], [255, 255, 255]);
  });

  test('are those of every frame of an animation', async () => {
    const frames = await sharp({ create: { width: 8, height: 16, channels: 3, background: '#204060' } }).raw().toBuffer();
    frames.fill(0x10, 8 * 8 * 3);
    const gif = await sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } }).gif({ delay: [100, 100] }).toBuffer();
    const s = origin.serve(`images.example.com/effects-${served++}`, answer.bytes(gif, 'image/gif'));
    const reply = await worker.get({ s, w: 'auto', h: 'auto', fit: 'inside', f: 'webp', ll: '', filt: 'negate' });
    const { data, info } = await sharp(reply.bytes, { animated: true }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    assert.equal(info.pages ?? 2, 2);
    assert.deepEqual([...data.subarray(0, 3)], [0xdf, 0xbf, 0x9f]);
    assert.deepEqual([...data.subarray(-3)], [0xef, 0xef, 0xef]);
  });
});
