// Crops that look for their place, beside sharp's: `a=attention` and `a=entropy`.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { answer, closeAll, fixture, pixels, psnr, startOrigin, startWorker } from './harness.mjs';

const boxes = [[300, 300], [400, 150], [150, 400]];
const corpus = new URL('../../../shared/corpus/', import.meta.url);

let origin, worker, served = 0;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

const serve = (body, type = 'jpeg') => origin.serve(`images.example.com/smart-${served++}`, answer.bytes(body, `image/${type}`));

async function described(s, query) {
  const reply = await worker.get({ s, ...query, f: 'json' });
  assert.equal(reply.status, 200, String(reply.bytes));
  return JSON.parse(String(reply.bytes));
}

/** The larger distance of the two corners, as a share of the side that is cut; `null` where sharp cuts nothing. */
async function distance(body, s, [w, h], a) {
  const { info } = await sharp(body).autoOrient().resize(w, h, { fit: 'cover', position: a }).raw().toBuffer({ resolveWithObject: true });
  const { source, plan } = await described(s, { w, h, fit: 'cover', a });
  if (!plan.focus) return null;
  const scale = Math.max(w / source.width, h / source.height);
  const along = (focus, side, length, theirs = 0) => {
    const scaled = Math.round(side * scale);
    const ours = Math.min(Math.max(Math.round(focus * scaled - length / 2), 0), scaled - length);
    return Math.abs(ours + theirs) / scaled;
  };
  return Math.max(along(plan.focus.x, source.width, w, info.cropOffsetLeft), along(plan.focus.y, source.height, h, info.cropOffsetTop));
}

/** Photos of the corpus that sharp reads without a warning. */
async function photos(most) {
  const rows = readFileSync(new URL('MANIFEST.tsv', corpus), 'utf8').trim().split('\n').map((row) => row.split('\t'));
  const found = [];
  for (const [file, kind] of rows) {
    if (found.length === most) break;
    if (kind !== 'good' || !file.startsWith('jpeg/')) continue;
    const body = readFileSync(new URL(file, corpus));
    try {
      const { width, height, space } = await sharp(body, { failOn: 'warning' }).metadata();
      await sharp(body, { failOn: 'warning' }).stats();
      if (Math.min(width, height) >= 200 && Math.max(width, height) <= 2000 && space === 'srgb') found.push(body);
    } catch { /* sharp has something to say about it */ }
  }
  return found;
}

describe('a smart crop', () => {
  test('is the crop of sharp, of the samples', async () => {
    for (const { bytes } of fixture.photos()) {
      const s = serve(bytes);
      for (const [w, h] of boxes) for (const a of ['attention', 'entropy']) {
        const { bytes: made } = await worker.get({ s, w, h, fit: 'cover', a, f: 'png' });
        const theirs = await sharp(bytes).autoOrient().resize(w, h, { fit: 'cover', position: a }).png().toBuffer();
        assert.ok(psnr(await pixels(made), await pixels(theirs), [255, 255, 255]) > 30, `${w}x${h} ${a}`);
      }
    }
  });

  test('is within 2 % of the side of sharp\'s, of 32 photos', { skip: existsSync(corpus) ? false : 'no corpus beside the checkout' }, async (t) => {
    const near = { attention: [0, 0], entropy: [0, 0] };
    for (const [at, body] of (await photos(32)).entries()) {
      const s = serve(body);
      for (const a of ['attention', 'entropy']) {
        const off = await distance(body, s, boxes[at % 3], a);
        if (off === null) continue;
        near[a][1] += 1;
        near[a][0] += off <= 0.02;
      }
    }
    for (const [a, [same, all]] of Object.entries(near)) {
      t.diagnostic(`${a}: ${same} of ${all} crops within 2 % of the side`);
      assert.ok(all >= 30 && same / all >= 0.9, `${a}: ${same} of ${all}`);
    }
  });

  test('finds what stands out, in every format, behind a trim and a turn', async () => {
    // A red disc on grey, at the right of a wide picture, with a white margin around it.
    const disc = Buffer.from('<svg width="400" height="200"><rect width="400" height="200" fill="#777"/><circle cx="330" cy="100" r="30" fill="#d33"/></svg>');
    const wide = sharp(await sharp(disc).extend({ top: 20, bottom: 20, left: 20, right: 20, background: '#fff' }).removeAlpha().png().toBuffer());
    for (const type of ['jpeg', 'png', 'webp', 'tiff']) {
      const s = serve(await wide.clone().toFormat(type, { quality: 95 }).toBuffer(), type);
      for (const [query, x, y] of [[{ trim: 20, w: 100, h: 100 }, 0.825, 0.5], [{ trim: 20, ro: 90, w: 100, h: 100 }, 0.5, 0.825]]) {
        const { plan } = await described(s, { fit: 'cover', a: 'attention', ...query });
        assert.ok(Math.hypot(plan.focus.x - x, plan.focus.y - y) < 0.12, `${type} ${JSON.stringify(query)}: ${JSON.stringify(plan.focus)}`);
      }
    }
  });

  test('is the middle where nothing is cropped', async () => {
    const { bytes } = fixture.photos()[0];
    const s = serve(bytes);
    const [smart, middle] = await Promise.all(['attention', 'center'].map((a) => worker.get({ s, w: 200, h: 200, a })));
    assert.deepEqual(smart.bytes, middle.bytes);
    assert.equal((await described(s, { w: 200, h: 200, a: 'entropy' })).plan.focus, null);
  });
});
