// Which sources may be fetched. A refused one is never contacted, and its address is never echoed.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { answer, assertError, assertImage, closeAll, fixture, production, startOrigin, startWorker } from './harness.mjs';

let origin, worker, body;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  body = await fixture.photo('jpeg', 30, 20);
});
beforeEach(() => (origin.hits.length = 0));
after(() => closeAll(worker, origin));

const allowed = [
  'images.example.com/a.jpg',
  'images.example.com/',
  'one.cdn.example.com/a.jpg',
  'shared.example.com/public/a.jpg',
  'shared.example.com/public/deep/er/a.jpg',
];
for (const place of allowed) {
  test(`https://${place} is fetched`, async () => {
    const s = origin.serve(place, answer.bytes(body, 'image/jpeg'));
    await assertImage(await worker.get({ s, w: 30, h: 20 }), 'jpeg', 30, 20);
    assert.deepEqual(origin.hits.map((hit) => `${hit.method} ${hit.host}${hit.path}`), [`GET ${place}`]);
  });
}

const notAllowed = [
  // Hosts that only look like an allowed one.
  'https://evil-images.example.com/a.jpg',
  'https://images.example.com.evil.com/a.jpg',
  'https://images.example.comevil.com/a.jpg',
  'https://example.com/a.jpg',
  'https://www.example.com/a.jpg',
  'https://evilcdn.example.com/a.jpg',
  'https://cdn.example.com/a.jpg',
  'https://cdn.example.com.evil.com/a.jpg',
  'https://evil.com/images.example.com/a.jpg',
  'https://evil.com/?https://images.example.com/a.jpg',
  'https://evil.com\\@images.example.com/a.jpg',
  'https://evil.com#@images.example.com/a.jpg',
  'https:///evil.com/a.jpg',
  'https://images.example.com./a.jpg',
  // Paths that leave the allowed prefix.
  'https://shared.example.com/publicity/a.jpg',
  'https://shared.example.com/private/a.jpg',
  'https://shared.example.com/public/../private/a.jpg',
  'https://shared.example.com/public/%2e%2e/private/a.jpg',
  'https://shared.example.com/public%2fa.jpg',
  'https://shared.example.com/PUBLIC/a.jpg',
  // Addresses, in every spelling, and names of the inside.
  'https://127.0.0.1/a.jpg',
  'https://127.1/a.jpg',
  'https://2130706433/a.jpg',
  'https://0x7f.1/a.jpg',
  'https://0177.0.0.1/a.jpg',
  'https://１２７.０.０.１/a.jpg',
  'https://10.0.0.1/a.jpg',
  'https://169.254.169.254/latest/meta-data',
  'https://8.8.8.8/a.jpg',
  'https://[::1]/a.jpg',
  'https://[::ffff:127.0.0.1]/a.jpg',
  'https://localhost/a.jpg',
  'https://a.localhost/a.jpg',
  'https://printer.local/a.jpg',
  'https://metadata.google.internal/a.jpg',
  'https://intranet/a.jpg',
];
for (const s of notAllowed) {
  test(`${s} is 403 and not contacted`, async () => {
    const { message } = assertError(await worker.get({ s }), 403, 'source-not-allowed');
    assert.equal(origin.hits.length, 0);
    assertNotEchoed(message, s);
  });
}

const unreadable = [
  'https://user:secret@images.example.com/a.jpg',
  'https://user@images.example.com/a.jpg',
  'https://images.example.com@evil.com/a.jpg',
  'https://images.example.com:8080/a.jpg',
  'https://images.example.com:80443/a.jpg',
  'http://images.example.com/a.jpg',
  'ftp://images.example.com/a.jpg',
  'file:///etc/passwd',
  'data:image/gif;base64,R0lGODlhAQABAAAAACw=',
  'javascript:alert(1)',
  'images.example.com/a.jpg',
  'https://',
  'https://images example.com/a.jpg',
  'https://images.example.com:port/a.jpg',
  '',
];
for (const s of unreadable) {
  test(`${JSON.stringify(s)} is 400 and not contacted`, async () => {
    const { message } = assertError(await worker.get({ s }), 400, 'bad-parameter');
    assert.equal(origin.hits.length, 0);
    assertNotEchoed(message, s);
  });
}

test('a source of more than 4 KiB is 400', async () => {
  assertError(await worker.get({ s: `https://images.example.com/${'a'.repeat(4100)}` }), 400, 'bad-parameter');
});

test('a path as source is 400 when no origin is configured', async () => {
  const reply = await worker.get({ s: '/a.jpg' });
  assert.equal(reply.status, 400);
  assertError(reply, 400, reply.json().error);
});

test('an address is refused even when the list seems to allow it', async () => {
  const careless = await startWorker({ origin, vars: { ...production, ALLOWED_SOURCES: 'images.example.com,*.1,*.localhost' } });
  try {
    for (const s of ['https://127.0.0.1/a.jpg', 'https://a.localhost/a.jpg']) {
      const { status } = await careless.get({ s });
      assert.ok(status === 403 || status === 503, `${s}: ${status}`);
    }
    assert.equal(origin.hits.length, 0);
  } finally {
    await careless.close();
  }
});

// A message may say what an address looks like in general, and must not repeat this one.
function assertNotEchoed(message, s) {
  const telling = [s, 'images.example', 'evil', 'secret', '127.', '::1', '169.254', 'passwd', 'R0lGOD', 'a.jpg'];
  for (const part of telling) {
    if (part !== '' && s.includes(part)) assert.ok(!message.includes(part), `${part} in: ${message}`);
  }
}
