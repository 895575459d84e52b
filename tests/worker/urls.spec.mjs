// The URL builder (url/index.mjs): what it writes, and that the worker reads it as it was meant.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { BadUrl, createUrls, signedSrcset, signedWidth, url } from '../../url/index.mjs';
import { parameters } from '../../url/parameters.mjs';
import { answer, closeAll, fixture, production, startOrigin, startWorker } from './harness.mjs';

const base = 'https://img.example.com';
const key = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
const table = JSON.parse(readFileSync(new URL('../../scripts/parameters.json', import.meta.url), 'utf8'));
let origin, worker, signing, s;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin, vars: { ...production, ORIGIN: 'https://a.example.com' } });
  for (const query of ['', '?v=2']) origin.serve(`a.example.com/logo.png${query}`, answer.bytes(await fixture.photo('png', 8, 6), 'image/png'));
  signing = await startWorker({ origin, vars: { ...production, SIGNING_KEYS: key, WIDTH_LADDER: '16,32,64' } });
  origin.serve('images.example.com/a%20b+c.jpg?x=1&w=9', answer.bytes(await fixture.photo('jpeg', 30, 20), 'image/jpeg'));
  s = 'https://images.example.com/a%20b+c.jpg?x=1&w=9';
});
after(() => closeAll(worker, signing, origin));

/** What the worker makes of a URL: its description. */
const described = async (address) => {
  const reply = await worker.get(address);
  assert.equal(reply.status, 200, `${address}: ${reply.text()}`);
  return reply.text();
};

test('every example of every parameter is read as if it stood in the query by hand', async () => {
  let count = 0;
  for (const { name, aliases, examples } of table) {
    for (const text of examples.filter(() => !['f', 'p'].includes(name))) {
      const { on } = parameters[name];
      const size = ['w', 'h'].includes(name) ? {} : { w: 24, h: 12 };
      const value = text === on ? true : /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
      const made = url(base, s, { [aliases[0] ?? name]: value, f: 'json', ...size });
      assert.equal(await described(made), await described(`${base}/?f=json&s=${encodeURIComponent(s)}&${name}=${encodeURIComponent(text)}${'w' in size ? '&w=24&h=12' : ''}`), made);
      count += 1;
    }
  }
  assert.ok(count > 100, `${count}`);
});

const written = [
  ['a path', ['', '/photo.jpg', { w: 600 }], '/?s=/photo.jpg&w=600'],
  ['what would end a value', [base, 'https://a.example/x y&w=1#z+%41?q', { w: 1 }], `${base}/?s=https://a.example/x%20y%26w%3D1%23z%2B%2541%3Fq&w=1`],
  ['the order of the table, canonical names', [base, '/p', { width: 3, format: 'auto', height: 'auto' }], `${base}/?s=/p&f=auto&h=auto&w=3`],
  ['a base with a path', ['/images', '/p', {}], '/images?s=/p'],
  ['a base with a slash', [`${base}/`, '/p'], `${base}/?s=/p`],
  ['switches', [base, '/p', { flip: true, we: false, trim: true, blur: true }], `${base}/?s=/p&blur=&flip=1&trim=&we=0`],
  ['nothing for what is undefined', [base, '/p', { w: undefined, h: null, trim: false }], `${base}/?s=/p`],
  ['a list', [base, '/p', { widths: [320, 640] }], `${base}/?s=/p&widths=320,640`],
];
for (const [what, args, wanted] of written) test(`written: ${what}`, () => assert.equal(url(...args), wanted));

const refused = [
  ['a parameter that nobody knows', ['', '/p', { widht: 3 }], /widht is no parameter/],
  ['one value under two names', ['', '/p', { w: 3, width: 4 }], /w is given twice/],
  ['the source among the parameters', ['', '/p', { s: '/q' }], /the source is an argument/],
  ['a signature by hand', ['', '/p', { sig: 'x' }], /signedUrl makes it/],
  ['no source', ['', undefined, {}], /the source is/],
  ['what is no number', ['', '/p', { w: NaN }], /w is NaN/],
  ['a switch that is none', ['', '/p', { w: true }], /it is no switch/],
  ['an object', ['', '/p', { w: {} }], /expected a text or a number/],
  ['what every object has', ['', '/p', { constructor: 'x' }], /constructor is no parameter/],
];
for (const [what, args, wanted] of refused) {
  test(`refused: ${what}`, () => assert.throws(() => url(...args), (error) => error instanceof BadUrl && wanted.test(error.message)));
}

test('a srcset has the ladder, and each of its widths the height that belongs to it', () => {
  const urls = createUrls({ base: '', ladder: [640, 320] });
  assert.equal(urls.srcset('/p', { w: 800, h: 400, fit: 'cover' }), '/?s=/p&fit=cover&h=160&w=320 320w, /?s=/p&fit=cover&h=320&w=640 640w');
  assert.equal(urls.srcset('/p', {}, { widths: [100, 300, 5000] }), '/?s=/p&h=auto&w=320 320w, /?s=/p&h=auto&w=640 640w', 'no width that is not on the ladder');
});

test('the attributes of an image go up to twice its width', () => {
  const urls = createUrls({ base: '', ladder: [200, 400, 800, 1600] });
  assert.deepEqual(urls.attributes('/p', { w: 300, h: 150 }), {
    src: '/?s=/p&h=200&w=400',
    srcset: '/?s=/p&h=100&w=200 200w, /?s=/p&h=200&w=400 400w, /?s=/p&h=400&w=800 800w',
    sizes: '(min-width: 300px) 300px, 100vw',
    width: 300,
    height: 150,
  });
  assert.equal(urls.attributes('/p', {}, { sizes: '50vw' }).sizes, '50vw');
  assert.throws(() => urls.attributes('/p'), /how wide/);
  assert.throws(() => urls.srcset('/p', { width: '50p' }), /w is 50p/);
});

test('presets are those of the deployment', () => {
  const urls = createUrls({ base: '', presets: ['card'] });
  assert.equal(urls.url('/p', { p: 'card' }), '/?s=/p&p=card');
  assert.throws(() => urls.url('/p', { preset: 'crad' }), /the presets are card/);
  assert.throws(() => createUrls({}), /base is missing/);
});

test('signed URLs are answered by a deployment that wants signatures, each width of a list by one signature', async () => {
  const urls = createUrls({ base, key, ladder: [16, 32, 64] });
  const statuses = async (addresses) => Promise.all(addresses.map(async (address) => (await signing.get(address)).status));
  assert.deepEqual(await statuses([await urls.signedUrl(s, { w: 32, format: 'auto' }), urls.url(s, { w: 32 })]), [200, 403]);
  const one = await urls.signedForWidths(s, { w: 60, h: 30, fit: 'cover' });
  assert.match(one, /&h=32&widths=16,32,64&sig=/);
  const set = signedSrcset(one).split(', ').map((candidate) => candidate.split(' '));
  assert.deepEqual(set.map(([, width]) => width), ['16w', '32w', '64w']);
  assert.deepEqual(await statuses(set.map(([address]) => address)), [200, 200, 200]);
  assert.deepEqual(await statuses([signedWidth(one, 20), signedWidth(one, 2000), `${one}&w=48`]), [200, 200, 400]);
  assert.throws(() => signedSrcset(urls.url(s)), /not signed/);
  await assert.rejects(createUrls({ base }).signedUrl(s), /key is missing/);
});
