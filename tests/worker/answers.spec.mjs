// Answers of tens of megabytes: made once, shared by all who asked, sent as fast as each client takes them, and nobody else notices.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { client } from '../../bench/http.mjs';
import { grain } from '../../bench/grain.mjs';
import { rough } from '../../bench/rough-client.mjs';
import { startWorkerd } from '../../bench/workerd.mjs';
import { root } from '../../scripts/tools.mjs';
import { answer, closeAll, fixture, pixels, production, startOrigin } from './harness.mjs';

const MiB = 2 ** 20;
const host = 'images.example.com';
// What is tested is memory and not this machine's speed.
const patient = { ...production, TOTAL_TIMEOUT_MS: '60000', HEAD_TIMEOUT_MS: '30000' };

let origin, server;
const clients = [];
before(async () => {
  origin = await startOrigin();
  origin.serve(`${host}/grain.jpg`, answer.bytes(await grain(4096, 3840), 'image/jpeg'));
  origin.serve(`${host}/photo.jpg`, answer.bytes(fixture.photos()[0].bytes, 'image/jpeg'));
  const [address, port] = origin.address.split(':');
  server = await startWorkerd({ folder: join(root, 'build'), bindings: patient, origin: { host: address, port: Number(port) }, cache: true });
});
after(async () => {
  for (const { close } of clients) close();
  await server.stop();
  await closeAll(origin);
});

let requests = 0;
const path = (name, target) => `/?${new URLSearchParams({ s: `https://${host}/${name}?request=${(requests += 1)}`, ...target })}`;
const large = () => path('grain.jpg', { f: 'png', w: 4096, h: 3840 });
const small = () => path('photo.jpg', { w: 60, h: 40 });
function get(asked) {
  clients.push(client(server));
  return clients.at(-1).get(asked, { timeoutMs: 120_000 });
}
const tell = async (what) => Number((await get(`/.bench/${what}`)).bytes.toString());

test('an answer of tens of megabytes is a picture, and so is the next request', async () => {
  const reply = await get(large());
  assert.equal(reply.status, 200, reply.bytes.toString('utf8', 0, 300));
  assert.ok(reply.bytes.length > 20 * MiB, `${reply.bytes.length} bytes`);
  assert.equal(Number(reply.headers['content-length']), reply.bytes.length);
  const { width, height } = await pixels(reply.bytes);
  assert.deepEqual([width, height], [4096, 3840]);
  assert.equal((await get(small())).status, 200);
});

test('eight clients for the same new one are one transform, slow readers among them, and small ones are answered meanwhile', async () => {
  const asked = large();
  const fetches = () => origin.hits.filter(({ path }) => path.startsWith('/grain.jpg')).length;
  const before = fetches();
  const slow = [0, 1, 2, 3].map(() => rough(server, asked, { pauseMs: 2, timeoutMs: 120_000 }));
  const quick = [0, 1, 2, 3].map(() => get(asked));
  const meanwhile = Array.from({ length: 20 }, () => get(small()));
  const replies = await Promise.all([...slow, ...quick]);
  for (const { status, bytes } of replies) {
    assert.equal(status, 200, bytes.toString('utf8', 0, 300));
    assert.ok(bytes.equals(replies[0].bytes), 'the same bytes for everybody');
  }
  for (const { status } of await Promise.all(meanwhile)) assert.equal(status, 200);
  assert.equal(fetches() - before, 1);
});

test('clients that leave in the middle of a large answer leave nothing behind', async () => {
  for (let round = 0; round < 4; round += 1) {
    const asked = large();
    const leaving = [1, 500_000, 5_000_000].map((leaveAfter) => rough(server, asked, { leaveAfter, timeoutMs: 120_000 }));
    // What these leave in the module's memory lies beside tens of megabytes that come and go.
    const meanwhile = Array.from({ length: 25 }, () => get(small()));
    for (const { status, bytes } of [await get(large()), ...(await Promise.all(meanwhile))]) assert.equal(status, 200, bytes.toString('utf8', 0, 300));
    await Promise.all(leaving);
  }
  const { status, bytes } = await get(large());
  assert.equal(status, 200, bytes.toString('utf8', 0, 300));
  assert.equal(await tell('starts'), 1);
  assert.ok((await tell('memory')) <= 88 * MiB);
});

test('the codecs beside the module have room when large answers have been made, if it takes a new instance of that', async () => {
  for (const target of [{ f: 'webp', w: 400, h: 300 }, { f: 'avif', w: 1200, h: 627 }, { f: 'webp', w: 1200, h: 627 }]) {
    const { status, bytes } = await get(path('photo.jpg', target));
    assert.equal(status, 200, bytes.toString('utf8', 0, 300));
  }
  assert.equal(await tell('starts'), 2, 'the AVIF had no room beside what the large answers had left');
  // And with requests that run: all of them are answered by one instance or the other.
  const mixed = Array.from({ length: 12 }, (_, at) => get(at % 4 === 0 ? large() : path('photo.jpg', { f: 'avif', w: 1200, h: 627 })));
  for (const { status, bytes } of await Promise.all(mixed)) assert.equal(status, 200, bytes.toString('utf8', 0, 300));
});
