// One line of JSON a request, which tells what happened and gives no address away.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { answer, closeAll, fixture, startOrigin, startWorker, until } from './harness.mjs';

let origin, worker, body;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
  body = await fixture.photo();
});
beforeEach(() => (worker.logs.length = 0));
after(() => closeAll(worker, origin));

/** The one line the worker wrote about the last request. */
async function line() {
  await until('a line is in the log', () => worker.logs.length > 0);
  const lines = worker.logs.map(({ message }) => message);
  assert.equal(lines.length, 1, lines.join('\n'));
  return { text: lines[0], entry: JSON.parse(lines[0]) };
}

test('an image is one line of JSON with its id, status, host, format and sizes', async () => {
  const s = origin.serve('images.example.com/logged.jpg', answer.bytes(body, 'image/jpeg'));
  await worker.get({ s, w: 64, h: 48, f: 'png' });
  const { text, entry } = await line();
  assert.equal(entry.status, 200);
  assert.ok(typeof entry.id === 'string' && entry.id.length >= 8, text);
  assert.equal(typeof entry.host, 'string');
  assert.match(text, /png/);
  for (const side of [300, 200, 64, 48]) assert.match(text, new RegExp(`\\b${side}\\b|\\b${side}x|x${side}\\b`), `${side} in ${text}`);
});

test('an error is one line of JSON with the id and the code of the reply', async () => {
  const reply = await worker.get({ s: 'https://evil.example.net/a.jpg' });
  const { entry } = await line();
  assert.deepEqual([entry.id, entry.status, entry.code], [reply.json().request_id, 403, 'source-not-allowed']);
});

test('every request is one line, whatever becomes of it', async () => {
  const image = { s: origin.serve('images.example.com/counted.jpg', answer.bytes(body, 'image/jpeg')), w: 30, h: 20 };
  let sent = 0;
  const send = (target, method) => (sent++, worker.get(target, { method }));
  await until('the reply is in the cache', async () => (await send(image, 'GET')).headers.get('x-cache') === 'HIT');
  for (const method of ['HEAD', 'OPTIONS', 'POST']) await send(image, method);
  for (const target of [{ ...image, w: 'x' }, '/', { s: 'https://evil.example.net/' }]) await send(target, 'GET');
  // The lines arrive in order: when the last one is there, so are all the others.
  assert.equal((await send('/', 'DELETE')).status, 405);
  await until('a line for each', () => worker.logs.length >= sent && JSON.parse(worker.logs.at(-1).message).status === 405);
  const statuses = worker.logs.map(({ message }) => JSON.parse(message).status);
  assert.deepEqual(statuses.slice(-7), [200, 204, 405, 400, 400, 403, 405]);
  assert.equal(statuses.length, sent);
});

test('two requests have two ids', async () => {
  const ids = [];
  for (let request = 0; request < 2; request++) {
    worker.logs.length = 0;
    await worker.get({ s: 'https://evil.example.net/a.jpg' });
    ids.push((await line()).entry.id);
  }
  assert.notEqual(ids[0], ids[1]);
});

const secret = 'not-for-the-log';
const requests = {
  'an image': () => ({ s: `${origin.serve(`images.example.com/${secret}.jpg`, answer.bytes(body, 'image/jpeg'))}?token=${secret}`, w: 30, h: 20 }),
  'a source that fails': () => ({ s: `${origin.serve(`images.example.com/${secret}-500`, answer.status(500, secret))}?token=${secret}` }),
  'a source that is refused': () => ({ s: `https://evil.example.net/${secret}?token=${secret}` }),
  'a source with a password': () => ({ s: `https://user:${secret}@images.example.com/a.jpg` }),
  'a bad parameter': () => ({ s: 'https://images.example.com/a.jpg', w: secret }),
  'an unknown parameter': () => ({ s: 'https://evil.example.net/a.jpg', [secret]: secret }),
};
for (const [name, make] of Object.entries(requests)) {
  test(`the line of ${name} gives neither the query nor the address of the source away`, async () => {
    await worker.get(make());
    const { text } = await line();
    assert.ok(!text.includes(secret), text);
  });
}
