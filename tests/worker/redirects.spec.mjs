// A source may redirect, three times at most, and every hop passes the same rules as the first address.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { answer, assertError, assertImage, closeAll, fixture, startOrigin, startWorker } from './harness.mjs';

let origin, worker;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  const body = await fixture.photo('jpeg', 30, 20);
  for (const place of ['images.example.com/end.jpg', 'one.cdn.example.com/end.jpg', 'evil.example.net/end.jpg']) {
    origin.serve(place, answer.bytes(body, 'image/jpeg'));
  }
});
beforeEach(() => (origin.hits.length = 0));
after(() => closeAll(worker, origin));

const redirecting = (name, location, code) => origin.serve(`images.example.com/${name}`, answer.redirect(location, code));
const trail = () => origin.hits.map((hit) => hit.host + hit.path);

/** The first of `hops` addresses in a row; the last one redirects to the picture. */
function chain(hops) {
  for (let hop = 1; hop <= hops; hop++) redirecting(`${hops}-${hop}`, hop === hops ? '/end.jpg' : `/${hops}-${hop + 1}`);
  return `https://images.example.com/${hops}-1`;
}

for (const code of [301, 302, 303, 307, 308]) {
  test(`a ${code} is followed`, async () => {
    const s = redirecting(`code-${code}`, 'https://images.example.com/end.jpg', code);
    await assertImage(await worker.get({ s, w: 30, h: 20 }), 'jpeg', 30, 20);
  });
}

test('a redirect to another allowed host is followed', async () => {
  const s = redirecting('to-cdn', 'https://one.cdn.example.com/end.jpg');
  await assertImage(await worker.get({ s, w: 30, h: 20 }), 'jpeg', 30, 20);
  assert.deepEqual(trail(), ['images.example.com/to-cdn', 'one.cdn.example.com/end.jpg']);
});

for (const location of ['/end.jpg', 'end.jpg', '//images.example.com/end.jpg', '?']) {
  test(`a relative Location ${location} is resolved against the hop`, async () => {
    const s = origin.serve('images.example.com/relative?first', answer.redirect(location));
    origin.serve('images.example.com/relative', answer.redirect('/end.jpg'));
    await assertImage(await worker.get({ s, w: 30, h: 20 }), 'jpeg', 30, 20);
  });
}

test('three hops are followed', async () => {
  await assertImage(await worker.get({ s: chain(3), w: 31, h: 20 }), 'jpeg', 31, 20);
  assert.equal(origin.hits.length, 4);
});

test('a fourth hop is not', async () => {
  assertError(await worker.get({ s: chain(4) }), 502, 'too-many-redirects');
  assert.deepEqual(trail(), [1, 2, 3, 4].map((hop) => `images.example.com/4-${hop}`));
});

test('a loop ends after three hops', async () => {
  const s = redirecting('loop', '/loop');
  assertError(await worker.get({ s }), 502, 'too-many-redirects');
  assert.equal(origin.hits.length, 4);
});

const refused = {
  'another host': 'https://evil.example.net/end.jpg',
  'another host, without a scheme': '//evil.example.net/end.jpg',
  'a path outside the allowed prefix': 'https://shared.example.com/private/end.jpg',
  'a loopback address': 'https://127.0.0.1/end.jpg',
  'a private address': 'https://10.1.2.3/end.jpg',
  'the metadata address': 'http://169.254.169.254/latest/meta-data',
  'an address of version 6': 'https://[::1]/end.jpg',
  'a number that is an address': 'https://2130706433/end.jpg',
  'localhost': 'https://localhost/end.jpg',
  'http instead of https': 'http://images.example.com/end.jpg',
  'another port': 'https://images.example.com:8443/end.jpg',
  'a user name': 'https://user:secret@images.example.com/end.jpg',
  'a file': 'file:///etc/passwd',
  'a data address': 'data:image/gif;base64,R0lGODlhAQABAAAAACw=',
  'nowhere readable': 'https://',
  'nowhere at all': undefined,
};
for (const [name, location] of Object.entries(refused)) {
  test(`a redirect to ${name} is refused`, async () => {
    const s = redirecting('refused', location);
    const { message } = assertError(await worker.get({ s }), 502, 'redirect-refused');
    assert.deepEqual(trail(), ['images.example.com/refused']);
    assert.ok(location === undefined || !message.includes(location), message);
  });
}

test('a redirect is refused on the second hop as on the first', async () => {
  redirecting('second', 'https://evil.example.net/end.jpg');
  assertError(await worker.get({ s: redirecting('first', '/second') }), 502, 'redirect-refused');
  assert.equal(origin.hitsOn('evil.example.net').length, 0);
});
