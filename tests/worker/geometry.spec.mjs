// What is cut and turned before the resize, beside sharp doing the same: pixel for pixel where none is resampled, and near where some are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { answer, closeAll, pixels, psnr, startOrigin, startWorker } from './harness.mjs';

const photo = readFileSync(new URL('../../demo/samples/waterfall.jpg', import.meta.url));
const asItIs = { w: 'auto', h: 'auto', fit: 'inside' };

let origin, worker, small, served = 0;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  small = await sharp(photo).resize(91, 67, { fit: 'fill' }).png().toBuffer();
});
after(() => closeAll(worker, origin));

async function ours(body, type, query) {
  const s = origin.serve(`images.example.com/geometry-${served++}`, answer.bytes(body, `image/${type}`));
  const reply = await worker.get({ s, ...query });
  assert.equal(reply.status, 200, `${JSON.stringify(query)}: ${reply.bytes}`);
  return pixels(reply.bytes);
}

const shown = async (image) => pixels(await image.png().toBuffer());

function assertSame(one, other, what) {
  assert.deepEqual([one.width, one.height], [other.width, other.height], what);
  assert.ok(Buffer.compare(one.data, other.data) === 0, what);
}

/** The turns of a URL by sharp, one after the other: it has an order of its own for those of one call. */
async function turned(body, { or, ro = 0, flip, flop }) {
  let file = await (or === 0 ? sharp(body) : sharp(body).autoOrient()).png().toBuffer();
  file = await sharp(file).rotate(ro).png().toBuffer();
  if (flip) file = await sharp(file).flip().png().toBuffer();
  if (flop) file = await sharp(file).flop().png().toBuffer();
  return file;
}

describe('turns', () => {
  test('are those of sharp, behind every orientation of EXIF', async () => {
    const stored = await sharp(small).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
    for (let orientation = 1; orientation <= 8; orientation += 1) {
      const file = await sharp(stored).withMetadata({ orientation }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
      for (const turn of [{}, { ro: 90 }, { ro: 180, flip: 1 }, { ro: 270, flop: 1 }, { flip: 1, flop: 1 }, { or: 0 }, { or: 0, ro: 90, flip: 1 }]) {
        const what = `${orientation} ${JSON.stringify(turn)}`;
        const [mine, theirs] = [await ours(file, 'jpeg', { ...asItIs, f: 'png', ...turn }), await shown(sharp(await turned(file, turn)))];
        assert.deepEqual([mine.width, mine.height], [theirs.width, theirs.height], what);
        assert.ok(psnr(mine, theirs, [255, 255, 255]) > 45, what);
      }
    }
  });

  test('come before the size: width and height are those of the answer', async () => {
    const mine = await ours(small, 'png', { ro: 90, w: 40, h: 60, fit: 'cover', f: 'png' });
    assert.deepEqual([mine.width, mine.height], [40, 60]);
    const theirs = await shown(sharp(await turned(small, { ro: 90 })).resize(40, 60));
    assert.ok(psnr(mine, theirs, [255, 255, 255]) > 38);
  });

  test('of a JPEG that stays one', async () => {
    for (const turn of [{ ro: 90 }, { ro: 180 }, { ro: 270, flip: 1 }]) {
      const mine = await ours(photo, 'jpeg', { w: 301, h: 201, ...turn });
      const theirs = await shown(sharp(await turned(photo, turn)).resize(301, 201, { fit: 'contain', background: '#fff' }));
      assert.ok(psnr(mine, theirs, [255, 255, 255]) > 31, JSON.stringify(turn));
    }
  });
});

describe('what is around the box', () => {
  const white = { background: '#fff' };
  const behind = async (image, edit) => shown(edit(sharp(await image.png().toBuffer())));

  test('a canvas, padding and a border are what sharp extends by', async () => {
    for (const [query, theirs] of [
      [{ fit: 'inside', ext: 'size', w: 120, h: 120, we: 1 }, sharp(small).extend({ top: 26, bottom: 27, left: 14, right: 15, ...white })],
      [{ ...asItIs, pad: '1,2,3,4', bg: 'f00' }, sharp(small).extend({ top: 1, right: 2, bottom: 3, left: 4, background: '#f00' })],
      [{ ...asItIs, pad: 3, dpr: 2, bg: '0f08' }, sharp(small).ensureAlpha().extend({ top: 6, right: 6, bottom: 6, left: 6, background: '#00ff0088' })],
      [{ ...asItIs, border: '5,blue' }, sharp(small).extend({ top: 5, right: 5, bottom: 5, left: 5, background: '#00f' })],
    ]) assertSame(await ours(small, 'png', { f: 'png', ...query }), await shown(theirs), JSON.stringify(query));
    const both = await ours(small, 'png', { ...asItIs, pad: 4, border: '2,f0f' });
    const padded = sharp(small).extend({ top: 4, right: 4, bottom: 4, left: 4, ...white });
    assertSame(both, await behind(padded, (image) => image.extend({ top: 2, right: 2, bottom: 2, left: 2, background: '#f0f' })));
  });

  test('a border of colour makes a grey picture one of colour, also as JPEG', async () => {
    const grey = await sharp(small).greyscale().toColourspace('b-w').jpeg({ quality: 100 }).toBuffer();
    const mine = await ours(grey, 'jpeg', { ...asItIs, border: '8,00f' });
    assert.deepEqual([mine.width, mine.height], [107, 83]);
    const at = (x, y) => [...mine.data.subarray(4 * (y * mine.width + x), 4 * (y * mine.width + x) + 3)];
    for (const [x, y] of [[1, 1], [105, 40], [50, 81]]) at(x, y).forEach((sample, c) => assert.ok(Math.abs(sample - [0, 0, 255][c]) < 16, `${x} ${y}: ${at(x, y)}`));
  });

  test('a second crop is of the resized picture, before its canvas', async () => {
    const resized = sharp(small).resize(60, 44, { fit: 'fill' });
    const mine = await ours(small, 'png', { w: 60, h: 44, fit: 'fill', ox: 10, oy: '25p', ow: 20, oh: '50p' });
    const theirs = await behind(resized, (image) => image.extract({ left: 10, top: 11, width: 20, height: 22 }));
    assert.deepEqual([mine.width, mine.height], [20, 22]);
    assert.ok(psnr(mine, theirs, [255, 255, 255]) > 38);
    const contained = await ours(small, 'png', { w: 60, h: 60, ox: 10, ow: 20, f: 'png' });
    assert.deepEqual([contained.width, contained.height], [60, 60]);
  });

  test('sizes follow the ratio, the share, the least sides and the two fits that stop at the source', async () => {
    for (const [query, size] of [
      [{ ar: '1:1', w: 40, h: 'auto', fit: 'cover' }, [40, 40]],
      [{ ar: '1:1', w: 'auto', h: 'auto', fit: 'cover' }, [67, 67]],
      [{ w: '50p', h: 'auto' }, [46, 34]],
      [{ w: 40, h: 'auto', mh: 60 }, [40, 60]],
      [{ w: 400, h: 400, fit: 'aspect-crop' }, [67, 67]],
      [{ w: 40, h: 20, fit: 'scale-up' }, [91, 67]],
      [{ w: 182, h: 182, fit: 'scale-up' }, [182, 134]],
      [{ w: 100, h: 100, fit: 'cover', dpr: 0.333 }, [33, 33]],
      [{ w: 300, h: 100, fit: 'cover', we: 1, ext: 'ratio' }, [201, 67]],
    ]) {
      const mine = await ours(small, 'png', query);
      assert.deepEqual([mine.width, mine.height], size, JSON.stringify(query));
    }
  });

  test('gravity is shifted, in the picture and on the canvas', async () => {
    const cut = await ours(small, 'png', { ...asItIs, w: 30, h: 67, fit: 'cover', a: 'right', ax: 5 });
    assertSame(cut, await shown(sharp(small).extract({ left: 56, top: 0, width: 30, height: 67 })));
    const canvas = await ours(small, 'png', { w: 91, h: 100, ay: '-10p', f: 'png' });
    assertSame(canvas, await shown(sharp(small).extend({ top: 6, bottom: 27, ...white })));
  });
});

describe('a crop', () => {
  test('is what sharp extracts', async () => {
    for (const [left, top, width, height] of [[0, 0, 91, 67], [10, 7, 33, 21], [90, 66, 1, 1], [0, 60, 91, 7], [45, 0, 46, 67]]) {
      const mine = await ours(small, 'png', { ...asItIs, cx: left, cy: top, cw: width, ch: height });
      assertSame(mine, await shown(sharp(small).extract({ left, top, width, height })), `${left} ${top} ${width} ${height}`);
    }
  });

  test('takes shares of the side, and ends at the edge', async () => {
    const half = await ours(small, 'png', { ...asItIs, cx: '50p', cy: '25%', cw: '100p', ch: '50p' });
    assertSame(half, await shown(sharp(small).extract({ left: 46, top: 17, width: 45, height: 34 })));
    const corner = await ours(small, 'png', { ...asItIs, cx: 500, cy: 500, cw: 20, ch: 20 });
    assertSame(corner, await shown(sharp(small).extract({ left: 90, top: 66, width: 1, height: 1 })));
  });

  test('is of the upright picture, and its edge is an edge', async () => {
    const file = await sharp(small).withMetadata({ orientation: 6 }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
    const mine = await ours(file, 'jpeg', { cx: 20, cy: 5, cw: 30, ch: 40, w: 15, h: 20, fit: 'fill', f: 'png' });
    const upright = await turned(file, {});
    const theirs = await shown(sharp(await sharp(upright).extract({ left: 20, top: 5, width: 30, height: 40 }).png().toBuffer()).resize(15, 20, { fit: 'fill' }));
    assert.ok(psnr(mine, theirs, [255, 255, 255]) > 38);
  });

  test('of every format, of a JPEG in its components too, before a resize', async () => {
    const upright = await sharp(photo).autoOrient().png().toBuffer();
    const { width, height } = await sharp(upright).metadata();
    const [left, top] = [Math.floor(width / 4), Math.floor(height / 4)];
    const box = { left, top, width: Math.floor(width / 2), height: Math.floor(height / 2) };
    for (const type of ['jpeg', 'png', 'webp', 'avif']) {
      const file = type === 'jpeg' ? photo : await sharp(upright).toFormat(type, { quality: 90 }).toBuffer();
      const mine = await ours(file, type, { cx: box.left, cy: box.top, cw: box.width, ch: box.height, w: 200, h: 150, fit: 'fill', f: type === 'jpeg' ? 'jpg' : 'png' });
      const cut = await sharp(await turned(file, {})).extract(box).png().toBuffer();
      const theirs = await shown(sharp(cut).resize(200, 150, { fit: 'fill' }));
      assert.ok(psnr(mine, theirs, [255, 255, 255]) > 30, `${type}: ${psnr(mine, theirs, [255, 255, 255])}`);
    }
  });

  test('comes behind a trim', async () => {
    const framed = await sharp(small).extend({ top: 9, bottom: 3, left: 12, right: 30, background: '#000' }).png().toBuffer();
    const mine = await ours(framed, 'png', { ...asItIs, trim: 5, cx: 10, cy: 7, cw: 33, ch: 21 });
    const box = await sharp(framed).trim({ threshold: 5 }).png().toBuffer();
    assertSame(mine, await shown(sharp(box).extract({ left: 10, top: 7, width: 33, height: 21 })));
  });
});
