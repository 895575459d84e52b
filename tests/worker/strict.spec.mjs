// A value that cannot be read is 400, and the message says which parameter, which value and what was expected.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { answer, assertError, assertImage, closeAll, fixture, startOrigin, startWorker } from './harness.mjs';

let origin, worker, s;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  s = origin.serve('images.example.com/a.jpg', answer.bytes(await fixture.photo('jpeg', 30, 20), 'image/jpeg'));
});
beforeEach(() => (origin.hits.length = 0));
after(() => closeAll(worker, origin));

const numbers = ['1e3', '+1', '0', '-1', '１００', '4097', '99999999999999999999', '1.5', '0x10', ' 1', '1 ', '01px', 'NaN', 'AUTO!'];
const bad = {
  w: numbers,
  h: numbers,
  fit: ['bogus', 'Contain ', 'cover,crop'],
  bg: ['#fff', 'ff', 'fffff', 'ggg', 'reddish', '４０８'],
  a: ['middle-ish', '0.5', '0.5x', '1.5x0.5', '-0.1x0.5', '0.5x0.5x0.5', 'NaNx0', '1e-1x0'],
  dpr: ['0', '9', '-1', '1e0', '２'],
  f: ['bmp', 'tiff', 'image/png'],
  q: ['0', '101', '-1', '80%', '８０'],
  we: ['maybe'],
  il: ['maybe'],
};
// "q=101 is not a whole number from 1 to 100", or the same with "expected".
const toldWhat = /(\bexpected|\bis not) .*[a-z]/;
// A message may spell out what is not ASCII, so that digits which only look like digits are told apart.
const escaped = (value) => value.replace(/[^ -~]/gu, (char) => `\\u{${char.codePointAt(0).toString(16)}}`);

for (const [name, values] of Object.entries(bad)) {
  for (const value of values) {
    test(`${name}=${value} is refused before anything is fetched`, async () => {
      const { message } = assertError(await worker.get({ s, [name]: value }), 400, 'bad-parameter');
      assert.match(message, new RegExp(`\\b${name}\\b`));
      assert.ok(message.includes(value) || message.includes(escaped(value)), `the value is quoted: ${message}`);
      assert.match(message, toldWhat);
      assert.equal(origin.hits.length, 0);
    });
  }
}

for (const name of ['w', 'h', 'fit', 'bg', 'a', 'dpr', 'f', 'q']) {
  test(`an empty ${name} is refused`, async () => {
    const { message } = assertError(await worker.get({ s, [name]: '' }), 400, 'bad-parameter');
    assert.match(message, new RegExp(`\\b${name}\\b`));
    assert.match(message, toldWhat);
  });
}

const twice = ['w=10&w=20', 'w=10&w=10', 'w=10&width=10', 'q=80&quality=80', 'a=top&gravity=top', 'f=png&output=png', 'we&we', 'v=1&cb=1'];
for (const query of twice) {
  test(`${query} names one parameter twice and is refused`, async () => {
    const { message } = assertError(await worker.get(`/?s=${s}&${query}`), 400, 'bad-parameter');
    assert.match(message, new RegExp(`\\b${query.split(/[=&]/)[0]}\\b`));
    assert.equal(origin.hits.length, 0);
  });
}

test('a source given twice is refused', async () => {
  assertError(await worker.get(`/?s=${s}&s=${s}`), 400, 'bad-parameter');
  assertError(await worker.get(`/?s=${s}&url=${s}`), 400, 'bad-parameter');
});

test('an alias is checked as strictly as its canonical name', async () => {
  for (const query of [{ width: '1e3' }, { gravity: 'bogus' }, { fm: 'bogus' }, { cbg: 'bogus' }, { quality: '101' }]) {
    assertError(await worker.get({ s, ...query }), 400, 'bad-parameter');
  }
});

test('a control character in a value does not reach the message raw', async () => {
  const { message } = assertError(await worker.get(`/?s=${s}&fit=a%0d%0ab%00`), 400, 'bad-parameter');
  assert.doesNotMatch(message, /[\u0000-\u001f]/);
});

test('unknown parameters are ignored, whatever they hold', async () => {
  await assertImage(await worker.get(`/?s=${s}&w=30&h=20&utm=1&utm=2&%00=%ff`), 'jpeg', 30, 20);
});

test('both ends of each range are accepted', async () => {
  for (const query of [{ q: 1 }, { q: 100 }, { dpr: 1 }, { dpr: 8 }, { a: '0x0' }, { a: '1x1' }]) {
    assert.equal((await worker.get({ s, w: 30, h: 20, ...query })).status, 200, JSON.stringify(query));
  }
});
