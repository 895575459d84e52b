// A source may redirect, three times at most, and every hop passes the same rules as the first address.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { answer, assertError, assertImage, closeAll, faultsOf, fixture, startOrigin, startWorker } from './harness.mjs';

let origin, worker;

before(async () => {
  origin = await startOrigin({ photo: await fixture.photo('jpeg', 30, 20) });
  worker = await startWorker({ origin });
});
beforeEach(() => (origin.hits.length = 0));
after(() => closeAll(worker, origin));

const redirecting = (name, location, code) => origin.serve(`images.example.com/${name}`, answer.redirect(location, code));
const trail = () => origin.hits.map((hit) => hit.host + hit.path);

const fault = (path) => `https://images.example.com${path}`;

for (const code of [301, 302, 303, 307, 308]) {
  test(`a ${code} is followed`, async () => {
    await assertImage(await worker.get({ s: fault(`/redirect/code/${code}`), w: 30, h: 20 }), 'jpeg', 30, 20);
  });
}

test('a redirect to another allowed host is followed', async () => {
  const s = redirecting('to-cdn', 'https://one.cdn.example.com/photo');
  await assertImage(await worker.get({ s, w: 30, h: 20 }), 'jpeg', 30, 20);
  assert.deepEqual(trail(), ['images.example.com/to-cdn', 'one.cdn.example.com/photo']);
});

for (const location of ['/photo', 'photo', '//images.example.com/photo', '?']) {
  test(`a relative Location ${location} is resolved against the hop`, async () => {
    const s = origin.serve('images.example.com/relative?first', answer.redirect(location));
    origin.serve('images.example.com/relative', answer.redirect('/photo'));
    await assertImage(await worker.get({ s, w: 30, h: 20 }), 'jpeg', 30, 20);
  });
}

test('a Location in raw UTF-8 is followed as browsers do', async () => {
  await assertImage(await worker.get({ s: fault('/redirect/utf-8'), w: 32, h: 20 }), 'jpeg', 32, 20);
  assert.deepEqual(trail(), ['images.example.com/redirect/utf-8', 'images.example.com/caf%C3%A9']);
});

test('three hops are followed', async () => {
  await assertImage(await worker.get({ s: fault('/redirect/chain/3'), w: 31, h: 20 }), 'jpeg', 31, 20);
  assert.equal(origin.hits.length, 4);
});

test('a fourth hop is not', async () => {
  assertError(await worker.get({ s: fault('/redirect/chain/4') }), 502, 'too-many-redirects');
  assert.deepEqual(trail(), [4, 3, 2, 1].map((left) => `images.example.com/redirect/chain/${left}`));
});

test('a loop ends after three hops', async () => {
  assertError(await worker.get({ s: fault('/redirect/loop') }), 502, 'too-many-redirects');
  assert.equal(origin.hits.length, 4);
});

for (const { path, what } of faultsOf().rows.filter(({ expected }) => expected?.[1] === 'redirect-refused')) {
  test(`a redirect ${what} is refused and not followed, and its address not echoed`, async () => {
    const { message } = assertError(await worker.get({ s: fault(path) }), 502, 'redirect-refused');
    assert.deepEqual(trail(), [`images.example.com${path}`]);
    assert.doesNotMatch(message, /evil|shared|127|10\.1|169|::1|2130706433|localhost|8443|secret|passwd|base64|caf|cher/);
  });
}

test('a redirect is refused on the second hop as on the first', async () => {
  redirecting('second', 'https://evil.example.net/photo');
  assertError(await worker.get({ s: redirecting('first', '/second') }), 502, 'redirect-refused');
  assert.equal(origin.hitsOn('evil.example.net').length, 0);
});
