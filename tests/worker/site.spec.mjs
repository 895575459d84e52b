// The playground without a browser: the state and its address, snippets whose addresses the worker answers, hints, placeholders, and every parameter.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { addressOf, describing, explained, pieces, reference } from '../../site/address.mjs';
import { dialects } from '../../site/dialects.mjs';
import { groups } from '../../site/groups.mjs';
import { blurhash, thumbhash } from '../../site/hashes.mjs';
import { hints } from '../../site/hints.mjs';
import { parameters } from '../../site/parameters.mjs';
import { bytesInWords, cacheWord, saved, timings, told } from '../../site/reply.mjs';
import { signed } from '../../site/code.mjs';
import { snippets } from '../../site/snippets.mjs';
import { changed, pasted, read, write } from '../../site/state.mjs';
import { presetsIn } from '../../site/presets.mjs';
import { answer, closeAll, fixture, production, startOrigin, startWorker } from './harness.mjs';

let origin, worker, photo, halves;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  photo = origin.serve('images.example.com/a%20(1),%20b.jpg', answer.bytes(await fixture.photo('jpeg', 900, 600), 'image/jpeg'));
  const right = await sharp({ create: { width: 60, height: 80, channels: 3, background: '#2040e0' } }).png().toBuffer();
  const both = await sharp({ create: { width: 120, height: 80, channels: 3, background: '#e02020' } }).composite([{ input: right, left: 60, top: 0 }]).png().toBuffer();
  halves = origin.serve('images.example.com/halves.png', answer.bytes(both, 'image/png'));
});
after(() => closeAll(worker, origin));

const described = async (state) => (await worker.get(describing(state))).json();

test('every parameter of the service has its control, once, or a place of its own', () => {
  const shown = groups.flatMap(({ rows }) => rows.map(({ name }) => name));
  assert.deepEqual([...shown, 's', 'sig', 'exp', 'widths', 'p'].sort(), parameters.map(({ name }) => name).sort());
  for (const { name, control, words } of parameters) {
    assert.ok(['switch', 'choice', 'number', 'colour', 'text'].includes(control), name);
    if (control === 'choice') assert.ok(words.length > 1, name);
  }
});

test('a state is what its fragment says, and aliases and strangers in it do no harm', () => {
  const state = { source: 'https://a.example/x.jpg?y=1&z=2', asked: { w: '300', a: '0.5x0.25', bg: 'fff', blur: '' } };
  assert.deepEqual(read(`#${write(state)}`), state);
  assert.deepEqual(read('?url=/a.jpg&width=300&w=9&utm=1&sig=x&exp=1'), { source: '/a.jpg', asked: { w: '300' } });
  assert.deepEqual(changed(state, { w: undefined, h: 9 }).asked, { a: '0.5x0.25', bg: 'fff', blur: '', h: '9' });
  assert.deepEqual(pasted('https://img.example.com/?s=/b.png&w=1', state), { source: '/b.png', asked: { w: '1' } });
  assert.deepEqual(pasted(' https://a.example/b.png?s=3 ', state), { ...state, source: 'https://a.example/b.png?s=3' });
});

test('the pieces are the address, each with its group, and each parameter is explained', () => {
  const state = read('s=/a.jpg&w=300&h=auto&fit=cover&a=0.2x0.8&f=auto&blur=2');
  const address = addressOf('', state);
  assert.equal(pieces(address).map(({ text }) => text).join(''), address);
  assert.deepEqual(Object.fromEntries(pieces(address).filter(({ name }) => name).map(({ name, group }) => [name, group])), { s: 'source', a: 'position', blur: 'effects', f: 'format', fit: 'size', h: 'size', w: 'size' });
  const text = Object.fromEntries(explained(state).map((each) => [each.name, each.text]));
  assert.match(text.w, /^300 pixels wide\. Without it: 1200\.$/);
  assert.match(text.a, /20 % across, 80 % down/);
  assert.ok(Object.values(text).every((words) => words.length > 10 && !words.includes('undefined')));
});

test('the picture before has the size of the result, without loss and without effects', async () => {
  const state = { source: photo, asked: read('s=/&w=200&h=90&pad=4&blur=3&q=30&f=webp').asked };
  const sizes = [];
  for (const each of [state, reference(state, false)]) {
    const reply = await worker.get(addressOf('', each));
      const { width, height, format } = await sharp(reply.bytes).metadata();
    sizes.push([width, height, format]);
  }
  assert.deepEqual(sizes, [[208, 98, 'webp'], [208, 98, 'png']]);
  assert.equal(reference(state, true).asked.f, undefined);
});

/** Every address in a text that is one of the deployment. */
const addresses = (text) => [...text.replaceAll('&amp;', '&').matchAll(/https:\/\/img\.example\.com\/\?[^\s"'`<>]+/g)].map(([found]) => found.replace(/[,)]+$/, ''));

for (const query of ['w=300&h=auto&f=webp', 'w=300&h=200&fit=cover&a=0.2x0.8&q=60', 'w=auto&h=100', 'dpr=2&w=100&h=100', '', 'p=', 'blur=&w=64&h=auto']) {
  test(`every address in the snippets of "${query}" is answered`, async () => {
    const { asked } = read(`s=/x&${query.replace('p=', 'w=320')}`);
    const all = snippets({ base: 'https://img.example.com', state: { source: photo, asked }, alt: 'A [photo] "of" <it>' });
    assert.deepEqual(all.map(({ id }) => id), ['url', 'img', 'css', 'next', 'nuxt', 'astro', 'markdown']);
    const found = Object.fromEntries(all.map(({ id, text }) => [id, [...new Set(addresses(text.replaceAll(/\$\{encodeURIComponent\(src\)\}/g, encodeURIComponent(photo)).replaceAll(/\$\{[^}]*\}/g, '80')))]]));
    for (const id of ['url', 'img', 'css', 'next', 'nuxt', 'markdown']) assert.ok(found[id].length > 0, id);
    for (const [id, list] of Object.entries(found)) {
      for (const address of list) {
        const reply = await worker.get(address);
        assert.equal(reply.status, 200, `${id}: ${address}: ${reply.text().slice(0, 300)}`);
      }
    }
    const srcset = all.find(({ id }) => id === 'img').text;
    assert.match(srcset, /srcset="/);
    assert.match(srcset, /alt="A \[photo\] &quot;of&quot; &lt;it>"/);
  });
}

test('a script of a snippet is a script', () => {
  const all = snippets({ base: 'https://img.example.com', state: read('s=/a.jpg&w=300&h=200&fit=cover'), alt: 'x' });
  const loader = all.find(({ id }) => id === 'next').text;
  const body = /return (`[^`]+`)/.exec(loader)[1];
  const made = new Function('src', 'width', 'quality', `return ${body}`)('/ä.jpg', 600);
  assert.equal(made, 'https://img.example.com/?s=%2F%C3%A4.jpg&w=600&h=400&fit=cover&q=80');
});

test('bars, enlarging and a focal point that does nothing are explained, and the change mends them', async () => {
  for (const [query, said, changes] of [
    ['w=300', /bars above and below.*h is not given, and is 627/, { h: 'auto' }],
    ['w=300&h=300', /bars above and below.*another shape/, { h: 'auto' }],
    ['w=1800&h=auto', /enlarged: 900 × 600/, { fit: 'scale-down' }],
    ['w=300&h=auto&a=0.2x0.2', /focal point/, { fit: 'cover', w: '200', h: '200' }],
  ]) {
    const state = { source: photo, asked: read(`s=/&${query}`).asked };
    const found = hints(state, await described(state));
    assert.equal(found.length, 1, `${query}: ${JSON.stringify(found)}`);
    assert.match(found[0].text, said);
    assert.deepEqual(found[0].changes, changes);
    const mended = changed(state, changes);
    assert.deepEqual(hints(mended, await described(mended)), [], query);
  }
});

test('placeholders are the picture: red on the left, blue on the right', async () => {
  const { placeholder } = await described({ source: halves, asked: {} });
  for (const { width, height, pixels } of [thumbhash(placeholder.thumbhash), blurhash(placeholder.blurhash, 1.5)]) {
    assert.ok(Math.abs(width / height - 1.5) < 0.2, `${width} × ${height}`);
    const at = (x) => [...pixels.slice(((height >> 1) * width + x) * 4, ((height >> 1) * width + x) * 4 + 4)];
    const [left, right] = [at(3), at(width - 4)];
    assert.ok(left[0] > 180 && left[2] < 90, `left ${left}`);
    assert.ok(right[0] < 80 && right[2] > 180, `right ${right}`);
    assert.deepEqual([left[3], right[3]], [255, 255]);
  }
});

test('a reply is told in words', async () => {
  const good = await worker.get({ s: photo, w: 30, h: 20 });
  const picture = told({ status: 200, headers: good.headers, blob: { size: 9 }, ms: 1 });
  assert.deepEqual([picture.cache.word, picture.type], ['MISS', 'image/jpeg']);
  const again = await worker.get({ s: photo, w: 30, h: 20 });
  assert.equal(cacheWord(again.headers.get('cache-status'), null).word, 'HIT');
  const bad = await worker.get({ s: photo, w: '1e3' });
  const { failure } = told({ status: bad.status, headers: bad.headers, text: bad.text() });
  assert.equal(failure.title, '400 bad-parameter');
  assert.match(failure.message, /^w=1e3 is not/);
  assert.equal(told({ status: 502, headers: new Headers(), text: '<html>' }).failure.title, '502');
  assert.deepEqual(timings('fetch;dur=11.0, decode;dur=17.5'), [['fetch', 11], ['decode', 17.5]]);
  assert.deepEqual([bytesInWords(940), bytesInWords(48_230), bytesInWords(1_312_000)], ['940 B', '48.2 kB', '1.31 MB']);
  assert.deepEqual([saved(25, 100), saved(150, 100), saved(100, 100)], ['75 % less than the original', '50 % more than the original', 'as large as the original']);
});

test('the presets are those that the message names', async () => {
  const named = await startWorker({ origin, vars: { ALLOWED_SOURCES: '*.example.com', PRESETS: 'card: w=60&h=30; thumb: w=16&h=16&fit=cover' } });
  const { message } = await (await named.get({ s: '/', p: 'which.are.there' })).json();
  assert.deepEqual(presetsIn(message), ['card', 'thumb']);
  const none = await (await worker.get({ s: '/', p: 'which.are.there' })).json();
  assert.deepEqual(presetsIn(none.message), []);
  await closeAll(named);
});

test('a signed address is that of the vectors, and a bad key is said in words', async () => {
  const { cases } = JSON.parse(readFileSync(new URL('../vectors/signature.json', import.meta.url), 'utf8'));
  const { key, query, sig } = cases.find(({ what }) => what === 'the usual request');
  assert.equal((await signed(`https://img.example.com/?${query}`, key, '')).text, `https://img.example.com/?${query}&sig=${sig}`);
  assert.match((await signed(`https://img.example.com/?${query}`, key, '30', 1e12)).text, /&exp=1002592000&sig=/);
  assert.match((await signed(`https://img.example.com/?${query}`, 'abc', '')).note, /^the key is not 64 or more hexadecimal digits\.$/);
  assert.match((await signed('https://img.example.com/?s=/', '', '')).note, /^Enter a key/);
});

describe('the address of another service', () => {
  let mounted;
  before(async () => {
    mounted = await startWorker({ origin, vars: { ...production, DIALECTS: '/img/=cloudflare, /wsrv=wsrv, /ip/=imgproxy, /_ipx/=ipx, /t/=thumbor, /media/=imgix, /demo/image/fetch/=cloudinary' } });
  });
  after(() => mounted?.close());

  for (const [query, wanted] of [
    ['', 'cloudflare'],
    ['f=jpg', 'cloudflare wsrv imgproxy ipx thumbor imgix cloudinary'],
    ['w=300&h=auto&f=jpg', 'cloudflare wsrv imgproxy ipx thumbor imgix cloudinary'],
    ['w=auto&h=120&f=jpg&q=60', 'cloudflare wsrv imgproxy ipx thumbor imgix cloudinary'],
    ['w=300&h=200&fit=cover&f=jpg&q=60', 'cloudflare wsrv imgproxy ipx thumbor imgix cloudinary'],
    ['w=300&h=200&fit=cover&a=0.2x0.8&f=jpg&q=60', 'cloudflare'],
    ['w=300&h=200&f=webp', ''],
    ['w=300&h=200&fit=cover&a=left&f=jpg', 'cloudflare wsrv ipx thumbor imgix cloudinary'],
    ['w=300&h=200&fit=inside&f=png', 'cloudflare wsrv imgproxy ipx thumbor imgix cloudinary'],
    ['w=1500&h=auto&fit=scale-down&f=jpg', 'cloudflare wsrv imgproxy thumbor imgix cloudinary'],
    ['w=1500&h=1200&fit=inside&we=1&f=jpg', 'cloudflare wsrv imgproxy thumbor imgix cloudinary'],
    ['w=200&h=200&fit=fill&f=jpg', 'cloudflare wsrv imgproxy ipx imgix cloudinary'],
    ['w=200&h=200&fit=outside&f=jpg', 'wsrv ipx'],
    ['w=100&h=100&dpr=2&f=jpg', 'cloudflare wsrv imgix cloudinary'],
    ['w=auto&h=auto&f=jpg', 'cloudflare wsrv imgproxy ipx thumbor imgix cloudinary'],
    ['w=300&h=auto&f=jpg&blur=2&filt=sepia&ro=90', 'wsrv'],
    ['w=300&h=auto&radius=20', ''],
    ['w=50p', ''],
    ['w=300&h=200&f=png&q=50', ''],
    ['f=json', ''],
  ]) {
    test(`is the same picture: ${query || 'nothing asked'}`, async () => {
      const { asked } = read(`s=/x&${query}`);
      const all = dialects({ base: 'https://img.example.com', state: { source: photo, asked } });
      assert.equal(all.map(({ id }) => id).join(' '), wanted);
      const native = await mounted.get(addressOf('https://img.example.com', { source: photo, asked }));
      for (const { id, text } of all) {
        const reply = await mounted.get(text);
        assert.equal(reply.status, 200, `${id}: ${text}: ${reply.text().slice(0, 300)}`);
        assert.equal(reply.headers.get('content-type'), native.headers.get('content-type'), `${id}: ${text}`);
        assert.ok(reply.bytes.equals(native.bytes), `${id}: ${text}`);
      }
    });
  }
});
