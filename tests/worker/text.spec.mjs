// Words on pictures in the runtime: the font of the package, fonts from a bucket, and the cards of docs/recipes.md beside those that have been looked at.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { card, cards, presetsOfCards } from '../../scripts/pictures.mjs';
import { answer, assertError, closeAll, pixels, production, startOrigin, startWorker } from './harness.mjs';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url));
const photo = read('demo/samples/waterfall.jpg');

let origin, worker, bound, s;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin, vars: { ...production, PRESETS: presetsOfCards() } });
  const fonts = { 'fonts/cubic.otf': { body: read('crates/text/tests/files/cubic.otf'), type: 'font/otf' }, 'fonts/page.ttf': { body: '<html>', type: 'text/html' } };
  bound = await startWorker({ origin, vars: production, bucket: fonts });
  s = origin.serve('images.example.com/text.jpg', answer.bytes(photo, 'image/jpeg'));
});
after(() => closeAll(worker, bound, origin));

const small = { w: '300', h: '120', fit: 'cover', f: 'png' };

/** How many pixels are of this colour. */
async function count(reply, [r, g, b]) {
  assert.equal(reply.status, 200, reply.status === 200 ? '' : reply.text());
  const { data } = await pixels(reply.bytes);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) found += data[at] === r && data[at + 1] === g && data[at + 2] === b;
  return found;
}

describe('the font of the package', () => {
  test('draws Latin, Greek and Cyrillic in the colour that is asked for', async () => {
    for (const txt of ['Été à Łódź', 'Ωραία', 'Заголовок']) {
      const reply = await worker.get({ ...small, s, txt, txtsize: '48', txtcolor: '00ff01' });
      assert.ok((await count(reply, [0, 255, 1])) > 300, txt);
    }
  });

  test('is not there for a request without words, which stays as it is', async () => {
    const [plain, blank] = [await worker.get({ ...small, s, v: '1' }), await worker.get({ ...small, s, v: '1', txt: '' })];
    assert.deepEqual(plain.bytes, blank.bytes);
  });

  test('says which character it has not', async () => {
    const said = assertError(await worker.get({ ...small, s, txt: 'a漢' }), 422, 'no-glyph');
    assert.match(said.message, /U\+6F22/);
  });
});

describe('a font from the bucket', () => {
  test('is read by its path', async () => {
    const reply = await bound.get({ ...small, s, txt: 'Cg8', txtsize: '60', txtfont: '/fonts/cubic.otf', txtcolor: '00ff01' });
    assert.ok((await count(reply, [0, 255, 1])) > 300);
  });

  test('is told by its parameter where it is missing or no font', async () => {
    const missing = assertError(await bound.get({ ...small, s, txt: 'C', txtfont: '/fonts/none.otf' }), 404, 'source-not-found');
    assert.match(missing.message, /^txtfont: /);
    assertError(await bound.get({ ...small, s, txt: 'C', txtfont: '/fonts/page.ttf' }), 422, 'bad-font');
  });
});

describe('cards of the recipes', () => {
  for (const one of cards) {
    test(one[0], async () => {
      const made = await card({ origin, worker }, one);
      const wanted = read(`docs/pictures/text-${one[0]}.jpg`);
      const [a, b] = await Promise.all([made, wanted].map((file) => sharp(file).raw().toBuffer({ resolveWithObject: true })));
      assert.deepEqual([a.info.width, a.info.height], [600, 314]);
      assert.deepEqual([b.info.width, b.info.height], [600, 314]);
      const off = a.data.reduce((sum, level, at) => sum + Math.abs(level - b.data[at]), 0) / a.data.length;
      assert.ok(off < 1, `${off} levels off`);
    });
  }

  test('are 1200 x 627 with dpr 1', async () => {
    const reply = await worker.get({ s, p: 'title', txt: 'A title' });
    const { width, height } = await sharp(reply.bytes).metadata();
    assert.deepEqual([reply.status, width, height], [200, 1200, 627]);
  });
});
