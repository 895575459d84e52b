// Every address in README and docs/ is answered by the release module: what is written there can be copied.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { isUpToDate as costsAreUpToDate } from '../../scripts/costs.mjs';
import { answer, closeAll, startOrigin, startWorker } from './harness.mjs';
import { presetsOfCards } from '../../scripts/pictures.mjs';
import { film } from './support/animations.mjs';

const root = new URL('../../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root));
const pages = ['README.md', ...readdirSync(new URL('docs/', root)).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];

/** Addresses as they stand in text and code: `/?s=…` or with our host. An ellipsis, a blank or a placeholder stands for something else. */
const address = /(?<![\w.])(?:https:\/\/img\.example\.com)?\/\?s=[^\s`'"<>|…{]+(?![^\s`'"<>|…{]|[…{<])/g;

/** The addresses of a page, each once, without those of a signature. */
function addresses(page) {
  const found = read(page).toString().match(address) ?? [];
  return [...new Set(found.map((one) => one.replace('https://img.example.com', '').replace(/[.,:;)]+$/, '')))].filter((one) => !/sig=|widths=/.test(one));
}

let origin, worker;
before(async () => {
  origin = await startOrigin();
  const sample = (name, type) => answer.bytes(read(`site/samples/${name}`), type);
  const moving = answer.bytes(await film({ format: 'gif' }), 'image/gif');
  for (const [path, body] of Object.entries({
    'photo.jpg': sample('launch.jpg', 'image/jpeg'),
    'a.jpg': sample('launch.jpg', 'image/jpeg'),
    'x': sample('launch.jpg', 'image/jpeg'),
    'portrait.jpg': sample('portrait.jpg', 'image/jpeg'),
    'product.jpg': sample('product.jpg', 'image/jpeg'),
    'logo.png': answer.bytes(read('demo/samples/logo.png'), 'image/png'),
    'film.gif': moving,
  })) origin.serve(`images.example.com/${path}`, body);
  const presets = 'card: w=1200&h=627; face: w=160&h=160&fit=cover&a=attention; thumb: w=160&h=160&fit=cover; ' + presetsOfCards();
  worker = await startWorker({ origin, vars: { ORIGIN: 'https://images.example.com', ALLOWED_SOURCES: 'images.example.com', PRESETS: presets } });
});
after(() => closeAll(worker, origin));

describe('addresses', () => {
  for (const page of pages) {
    for (const one of addresses(page)) {
      test(`${page}: ${one}`, async () => {
        const reply = await worker.get(one);
        assert.equal(reply.status, 200, reply.status === 200 ? '' : reply.text());
      });
    }
  }

  test('are many', () => {
    const count = (page) => addresses(page).length;
    assert.ok(count('README.md') >= 7, `${count('README.md')} in README`);
    assert.ok(count('docs/recipes.md') > 20, `${count('docs/recipes.md')} in the recipes`);
  });

  test('are as large as the recipes say', async () => {
    for (const [query, width, height] of [
      ['/?s=/photo.jpg', 1200, 627],
      ['/?s=/photo.jpg&w=160&h=160&fit=cover&a=attention', 160, 160],
      ['/?s=/photo.jpg&w=800&h=auto&dpr=2&f=auto', 1600, 1068],
      ['/?s=/logo.png&w=1200&h=auto&fit=scale-down', ...Object.values(await sizeOf('logo.png'))],
    ]) {
      const { width: w, height: h } = await sharp((await worker.get(query)).bytes).metadata();
      assert.deepEqual([w, h], [width, height], query);
    }
    const named = await worker.get('/?s=/photo.jpg&w=2000&h=auto&we=1&dl=holiday');
    assert.equal(named.headers.get('content-disposition'), 'attachment; filename="holiday.jpg"');
  });
});

test('the tables of costs are those of the prices', () => assert.ok(costsAreUpToDate(), 'npm run costs -- --write'));

async function sizeOf(name) {
  const { width, height } = await sharp(read(`demo/samples/${name}`)).metadata();
  return { width, height };
}
