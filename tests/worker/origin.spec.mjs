// Origin first: with ORIGIN configured, what the origin has wins over the transform.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { answer, assertError, assertImage, closeAll, fixture, production, startOrigin, startWorker, until } from './harness.mjs';

const own = 'origin.example.com';
let origin, worker, photo;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin, vars: { ...production, ORIGIN: `https://${own}` } });
  const body = await fixture.photo();
  photo = origin.serve('images.example.com/photo.jpg', answer.bytes(body, 'image/jpeg'));
  origin.serve(`${own}/photos/a.jpg`, answer.bytes(body, 'image/jpeg'));
  origin.serve(`${own}/style.css`, answer.bytes(Buffer.from('p{}'), 'text/css', { 'cache-control': 'max-age=7', 'x-own': 'yes' }));
  origin.serve(`${own}/`, answer.bytes(Buffer.from('<p>home'), 'text/html'));
});
beforeEach(() => (origin.hits.length = 0));
after(() => closeAll(worker, origin));

test('a path the origin has is served as it is, with the origin\'s own headers', async () => {
  const reply = await worker.get('/style.css');
  assert.equal(reply.status, 200);
  assert.equal(reply.text(), 'p{}');
  assert.equal(reply.headers.get('content-type'), 'text/css');
  assert.equal(reply.headers.get('cache-control'), 'max-age=7');
  assert.equal(reply.headers.get('x-own'), 'yes');
  assert.equal(reply.headers.get('content-security-policy'), null);
});

test('HEAD of a path the origin has is its headers without the body', async () => {
  const reply = await worker.get('/style.css', { method: 'HEAD' });
  assert.equal(`${reply.status} ${reply.headers.get('content-type')} ${reply.bytes.length}`, '200 text/css 0');
});

test('a path the origin has wins even over a source', async () => {
  const reply = await worker.get({ s: photo, w: 90, h: 60 }, { pathname: '/style.css' });
  assert.equal(reply.text(), 'p{}');
  assert.equal(reply.headers.get('content-type'), 'text/css');
  assert.equal(origin.hitsOn('images.example.com').length, 0);
});

test('a path the origin has wins over a transform of the same source in the cache', async () => {
  const query = { s: photo, w: 91, h: 60 };
  await until('the transform is in the cache', async () => (await worker.get(query)).headers.get('x-cache') === 'HIT');
  assert.equal((await worker.get(query, { pathname: '/style.css' })).text(), 'p{}');
});

for (const status of [404, 403, 410, 500, 503]) {
  test(`with a source, a ${status} of the origin is the transform`, async () => {
    origin.serve(`${own}/gone-${status}`, answer.status(status, 'not here'));
    const reply = await worker.get({ s: photo, w: 90, h: 60 }, { pathname: `/gone-${status}` });
    await assertImage(reply, 'jpeg', 90, 60);
    assert.deepEqual(origin.hitsOn(own).map((hit) => hit.path.split('?')[0]), [`/gone-${status}`]);
  });

  test(`without a source, a ${status} of the origin passes through, body and all`, async () => {
    origin.serve(`${own}/gone-${status}`, answer.status(status, 'not here', { 'x-own': 'yes' }));
    const reply = await worker.get(`/gone-${status}`);
    assert.equal(reply.status, status);
    assert.equal(reply.text(), 'not here');
    assert.equal(reply.headers.get('x-own'), 'yes');
    assert.equal(reply.headers.get('content-type'), 'text/plain');
  });
}

test('without a source, a redirect of the origin passes through unfollowed', async () => {
  origin.serve(`${own}/old`, answer.redirect('https://elsewhere.example.net/new', 301));
  const reply = await worker.get('/old');
  assert.equal(reply.status, 301);
  assert.equal(reply.headers.get('location'), 'https://elsewhere.example.net/new');
  assert.equal(origin.hits.length, 1);
});

test('the query of a request without a source reaches the origin', async () => {
  await worker.get('/search?q=cats&page=2');
  assert.deepEqual(origin.hits.map((hit) => hit.host + hit.path), [`${own}/search?q=cats&page=2`]);
});

test('a page of the origin with a query field that is called like a source is the page', async () => {
  const query = 'url=https%3A%2F%2Fblog.example%2Fpost&text=a+b%20c';
  origin.serve(`${own}/share?${query}`, answer.bytes(Buffer.from('<p>share'), 'text/html'));
  assert.equal((await worker.get(`/share?${query}`)).text(), '<p>share');
  assert.deepEqual(origin.hits.map((hit) => hit.host + hit.path), [`${own}/share?${query}`]);
});

test('a source has one entry on all paths that the origin has not', async () => {
  const query = { s: photo, w: 94, h: 60 };
  await until('the transform is in the cache', async () => (await worker.get(query)).headers.get('x-cache') === 'HIT');
  origin.hits.length = 0;
  for (const pathname of ['/x', '/y/z.jpg']) {
    assert.equal((await worker.get(query, { pathname })).headers.get('x-cache'), 'HIT');
  }
  assert.equal(origin.hitsOn('images.example.com').length, 0);
});

test('header fields in UTF-8 pass through', async () => {
  origin.serve(`${own}/name.pdf`, answer.bytes(Buffer.from('%PDF'), 'application/pdf', { 'x-name': Buffer.from('café').toString('latin1') }));
  const name = (await worker.get('/name.pdf')).headers.get('x-name');
  assert.equal(Buffer.from(name, 'latin1').toString(), 'café');
});

test('the root with a source is the transform, and the origin is not asked for its root', async () => {
  await assertImage(await worker.get({ s: photo, w: 92, h: 60 }), 'jpeg', 92, 60);
  assert.equal(origin.hitsOn(own).length, 0);
});

test('the root without a source is the origin\'s', async () => {
  const reply = await worker.get('/');
  assert.equal(reply.text(), '<p>home');
  assert.equal(reply.headers.get('content-type'), 'text/html');
});

test('a source that is a path is taken from the origin', async () => {
  await assertImage(await worker.get({ s: '/photos/a.jpg', w: 93, h: 60 }), 'jpeg', 93, 60);
  assert.deepEqual(origin.hits.map((hit) => hit.host + hit.path), [`${own}/photos/a.jpg`]);
});

test('a source path that the origin has not is 404 source-not-found', async () => {
  assertError(await worker.get({ s: '/photos/none.jpg' }), 404, 'source-not-found');
});

for (const s of ['//evil.example.net/a.jpg', '/\\evil.example.net/a.jpg', '/\t/evil.example.net/a.jpg']) {
  test(`${JSON.stringify(s)} as a source never leaves for another host`, async () => {
    const reply = await worker.get({ s, w: 30, h: 20 });
    assert.ok(reply.status >= 400 && reply.status < 500, `status ${reply.status}`);
    assert.equal(origin.hitsOn('evil.example.net').length, 0);
  });
}

test('a request path that looks like a host stays on the origin', async () => {
  await worker.get('//evil.example.net/a.jpg');
  assert.deepEqual(origin.hits.map((hit) => hit.host), [own]);
});
