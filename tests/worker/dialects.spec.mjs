// URLs of other services in the runtime: what each dialect answers, and how it tells an error.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { psnr } from '../../cli/compare.mjs';
import { cloudflareUrl } from '../../sign/cloudflare.mjs';
import { answer, assertImage, closeAll, pixels, startOrigin, startWorker } from './harness.mjs';

const photo = readFileSync(new URL('../../demo/samples/waterfall.jpg', import.meta.url));
const vars = {
  ALLOWED_SOURCES: 'images.example.com',
  DIALECTS: '/_next/image=next, /_vercel/image=vercel, /.netlify/images=netlify, /_ipx/=ipx, /img/=cloudflare, /wsrv=wsrv, /fa/=fastly, /bu/=bunny, /gl/=glide',
};

let origin, worker, source;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin, vars });
  source = origin.serve('images.example.com/photo.jpg', answer.bytes(photo, 'image/jpeg'));
});
after(() => closeAll(worker, origin));

const bare = () => source.replace('https://', '');
const encoded = () => encodeURIComponent(source);
const browser = { headers: { accept: 'image/avif,image/webp,*/*' } };

// The sample is 1800 x 1200, and turned by its EXIF, which ipx leaves alone.
const pictures = {
  'next, with WebP': [() => `/_next/image?url=${encoded()}&w=128&q=75`, browser, 'webp', 128, 85],
  'next, without': [() => `/_next/image?url=${encoded()}&w=128&q=75`, {}, 'jpeg', 128, 85],
  vercel: [() => `/_vercel/image?url=${encoded()}&w=256&q=100`, {}, 'jpeg', 256, 171],
  netlify: [() => `/.netlify/images?url=${encoded()}&w=100&h=100&fit=cover&fm=png`, {}, 'png', 100, 100],
  ipx: [() => `/_ipx/s_120x80,f_webp,enlarge/${source}`, {}, 'webp', 120, 80],
  'ipx, encoded': [() => `/_ipx/w_120/${encoded()}`, {}, 'jpeg', 120, 180],
  cloudflare: [() => `/img/width=100,height=100,fit=pad,format=png/${source}`, {}, 'png', 100, 100],
  wsrv: [() => `/wsrv?url=${bare()}&w=90&h=90&fit=cover&output=gif`, {}, 'gif', 90, 90],
  fastly: [() => `/fa/${encoded()}?width=90&height=60&fit=crop&format=png`, {}, 'png', 90, 60],
  'bunny, a crop in the middle': [() => `/bu/${encoded()}?crop=300,200&width=150&format=webp`, {}, 'webp', 150, 100],
  glide: [() => `/gl/${encoded()}?w=90&h=90&fit=fill&bg=f00&fm=gif`, {}, 'gif', 90, 90],
};
for (const [name, [path, init, format, width, height]] of Object.entries(pictures)) {
  test(`${name} is a picture of ${width} x ${height}`, async () => {
    await assertImage(await worker.get(path(), init), format, width, height);
  });
}

test('a picture of a dialect comes from the cache entry of the native URL', async () => {
  const native = await worker.get({ s: source, w: 70, h: 'auto', fit: 'inside', we: 1, n: 1, or: 0, bg: 'black' });
  const same = await worker.get(`/_ipx/w_70/${source}`);
  assert.equal(same.headers.get('x-cache'), 'HIT');
  assert.deepEqual(same.bytes, native.bytes);
  assert.equal(psnr(await pixels(same.bytes), await pixels(native.bytes)), Infinity);
});

test('the objects of cf.image become URLs', async () => {
  const url = cloudflareUrl('https://img.example.com/img/', source, { width: 60, height: 60, fit: 'cover', gravity: { x: 0.2, y: 0.8 }, format: 'webp' });
  await assertImage(await worker.get(url), 'webp', 60, 60);
  const padded = cloudflareUrl('/img', source, { width: 60, height: 60, fit: 'pad', background: 'rgb(240, 40, 145)', format: 'png' });
  const { data } = await pixels((await worker.get(padded)).bytes);
  assert.deepEqual([...data.subarray(0, 4)], [240, 40, 145, 255]);
  await assertImage(await worker.get(cloudflareUrl('/img', source)), 'jpeg', 1800, 1200);
  assert.throws(() => cloudflareUrl('/img', source, { draw: [] }), /no equal/);
});

describe('an error has the shape of its dialect', () => {
  const errors = {
    next: [() => `/_next/image?url=${encoded()}&w=129&q=75`, 400, 'text/plain', /^"w" parameter \(width\) of 129 is not allowed$/],
    netlify: [() => '/.netlify/images?url=https://evil.example.com/x&w=9', 403, 'text/plain', /ALLOWED_SOURCES/],
    ipx: [() => '/_ipx/nope_1/x.jpg', 400, 'application/json', /"code":"IPX_INVALID_MODIFIER"/],
    cloudflare: [() => `/img/width=x/${source}`, 400, 'text/plain', /^ERROR 9401/],
    wsrv: [() => '/wsrv?w=5', 400, 'application/json', /"status":"error"/],
  };
  for (const [name, [path, status, type, body]] of Object.entries(errors)) {
    test(name, async () => {
      const reply = await worker.get(path());
      assert.equal(reply.status, status);
      assert.ok(reply.headers.get('content-type').startsWith(type));
      assert.match(reply.text(), body);
      assert.match(reply.headers.get('cache-status'), /detail=(bad-parameter|source-not-allowed)/);
    });
  }
});

describe('a query on an image of the origin', () => {
  let images;
  before(async () => {
    images = await startWorker({ origin, vars: { ALLOWED_SOURCES: 'www.example.com', ORIGIN: 'https://www.example.com', ORIGIN_QUERY: 'imgix' } });
    origin.serve('www.example.com/photo.jpg', answer.bytes(photo, 'image/jpeg'));
    origin.serve('www.example.com/page.jpg', answer.bytes('<p>page', 'text/html'));
  });
  after(() => closeAll(images));

  test('transforms it, and shares the cache entry of the native URL', async () => {
    const got = await images.get('/photo.jpg?w=90&h=60&fit=crop&fm=webp');
    await assertImage(got, 'webp', 90, 60);
    const native = await images.get({ s: '/photo.jpg', w: 90, h: 60, fit: 'cover', f: 'webp', q: 76 });
    assert.equal(native.headers.get('x-cache'), 'HIT');
    assert.deepEqual(native.bytes, got.bytes);
  });

  test('leaves everything else to the origin', async () => {
    assert.deepEqual((await images.get('/photo.jpg?v=3')).bytes, photo);
    assert.equal((await images.get('/page.jpg?w=90')).text(), '<p>page');
    assert.equal((await images.get('/photo.jpg?w=x')).status, 400);
  });
});
