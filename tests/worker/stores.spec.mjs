// The other two kinds of origin: an R2 bucket and the static assets of the deployment.
import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { answer, assertError, assertImage, closeAll, fixture, startOrigin, startWorker } from './harness.mjs';

let origin, photo, body;

before(async () => {
  origin = await startOrigin();
  body = await fixture.photo();
  photo = origin.serve('images.example.com/photo.jpg', answer.bytes(body, 'image/jpeg'));
});
after(() => closeAll(origin));

describe('an R2 bucket as origin', () => {
  let worker;
  before(async () => {
    worker = await startWorker({
      origin,
      bucket: {
        'photos/a.jpg': { body, type: 'image/jpeg' },
        'notes.txt': { body: 'in the bucket', type: 'text/plain; charset=utf-8' },
        'with space.txt': { body: 'spaced', type: 'text/plain' },
        'packed.jpg': { body: gzipSync(body), type: 'image/jpeg', contentEncoding: 'gzip' },
        'deflated.jpg': { body: deflateSync(body), type: 'image/jpeg', contentEncoding: 'deflate' },
        'bomb.bmp': { body: gzipSync(fixture.bmp(4096, 3500, [9, 9, 9])), type: 'image/bmp', contentEncoding: 'gzip' },
      },
    });
  });
  after(() => worker.close());

  test('an object is served as it is, with its own type', async () => {
    const reply = await worker.get('/notes.txt');
    assert.equal(reply.status, 200);
    assert.equal(reply.text(), 'in the bucket');
    assert.equal(reply.headers.get('content-type'), 'text/plain; charset=utf-8');
  });

  test('a part of an object is 206, and none beyond its end', async () => {
    const get = (range, init = {}) => worker.get('/notes.txt', { headers: { range, ...init } });
    for (const [range, text, said] of [['bytes=3-5', 'the', '3-5'], ['bytes=-6', 'bucket', '7-12'], ['bytes=7-99', 'bucket', '7-12']]) {
      const reply = await get(range);
      assert.equal(reply.status, 206);
      assert.equal(reply.text(), text);
      assert.equal(reply.headers.get('content-range'), `bytes ${said}/13`);
    }
    const beyond = await get('bytes=13-');
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers.get('content-range'), 'bytes */13');
    assert.equal((await worker.get('/none.txt', { headers: { range: 'bytes=0-1' } })).status, 404);
    assert.equal((await get('bytes=3-5', { 'if-range': '"x"' })).text(), 'in the bucket');
  });

  test('an object that has not changed since is 304', async () => {
    const { headers } = await worker.get('/notes.txt');
    assert.equal(headers.get('accept-ranges'), 'bytes');
    const known = await worker.get('/notes.txt', { headers: { 'if-modified-since': headers.get('last-modified') } });
    assert.equal(known.status, 304);
    const older = await worker.get('/notes.txt', { headers: { 'if-modified-since': 'Sun, 06 Nov 1994 08:49:37 GMT' } });
    assert.equal(older.text(), 'in the bucket');
  });

  test('a packed object is a source like any other, and passes as it is', async () => {
    const plain = await worker.get({ s: '/photos/a.jpg', w: 90, h: 60, f: 'png' });
    for (const name of ['packed', 'deflated']) {
      const reply = await worker.get({ s: `/${name}.jpg`, w: 90, h: 60, f: 'png' });
      await assertImage(reply, 'png', 90, 60);
      assert.deepEqual(reply.bytes, plain.bytes);
    }
    const passed = await worker.get('/packed.jpg');
    assert.deepEqual(passed.headers.get('content-encoding') === 'gzip' ? gunzipSync(passed.bytes) : passed.bytes, body);
    assertError(await worker.get({ s: '/bomb.bmp' }), 413, 'source-too-large');
  });

  test('an object whose key has a space is found by its encoded path', async () => {
    assert.equal((await worker.get('/with%20space.txt')).text(), 'spaced');
  });

  test('an object wins over a source', async () => {
    const reply = await worker.get({ s: photo, w: 30 }, { pathname: '/notes.txt' });
    assert.equal(reply.text(), 'in the bucket');
    assert.equal(origin.hits.length, 0);
  });

  test('a path without an object is the transform when a source is given', async () => {
    await assertImage(await worker.get({ s: photo, w: 90, h: 60 }, { pathname: '/none' }), 'jpeg', 90, 60);
  });

  test('a path without an object is 404 when no source is given', async () => {
    assert.equal((await worker.get('/none')).status, 404);
  });

  test('a source that is a path is read from the bucket', async () => {
    await assertImage(await worker.get({ s: '/photos/a.jpg', w: 93, h: 60 }), 'jpeg', 93, 60);
  });

  test('a source path without an object is 404 source-not-found', async () => {
    assertError(await worker.get({ s: '/photos/none.jpg' }), 404, 'source-not-found');
  });
});

describe('static assets as origin', () => {
  let worker, directory;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'letterbox-assets-'));
    await mkdir(join(directory, 'samples'));
    await writeFile(join(directory, 'samples', 'a.jpg'), body);
    await writeFile(join(directory, 'notes.txt'), 'in the assets');
    await writeFile(join(directory, 'index.html'), '<p>home');
    worker = await startWorker({ origin, assets: directory });
  });
  after(async () => {
    await worker.close();
    await rm(directory, { recursive: true });
  });

  test('a file is served as it is, with its own type', async () => {
    const reply = await worker.get('/notes.txt');
    assert.equal(reply.text(), 'in the assets');
    assert.match(reply.headers.get('content-type'), /^text\/plain/);
  });

  test('the root without a source is the index page, usable as a page', async () => {
    const reply = await worker.get('/');
    assert.equal(reply.text(), '<p>home');
    assert.match(reply.headers.get('content-type'), /^text\/html/);
    assert.equal(reply.headers.get('content-security-policy'), null);
  });

  test('the root with a source is the transform', async () => {
    await assertImage(await worker.get({ s: '/samples/a.jpg', w: 93, h: 60 }), 'jpeg', 93, 60);
  });

  test('a file wins over a source', async () => {
    assert.equal((await worker.get({ s: photo, w: 30 }, { pathname: '/notes.txt' })).text(), 'in the assets');
  });

  test('a path without a file is the transform when a source is given, else 404', async () => {
    await assertImage(await worker.get({ s: photo, w: 94, h: 60 }, { pathname: '/none' }), 'jpeg', 94, 60);
    assert.equal((await worker.get('/none')).status, 404);
  });

  test('a source path without a file is 404 source-not-found', async () => {
    assertError(await worker.get({ s: '/samples/none.jpg' }), 404, 'source-not-found');
  });
});
