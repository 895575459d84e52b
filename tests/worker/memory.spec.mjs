// Requests in flight share the memory of one module: they wait for it, none of them fails another, and the module stays within its bounds.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { client } from '../../bench/http.mjs';
import { images, load } from '../../bench/images.mjs';
import { startWorkerd } from '../../bench/workerd.mjs';
import { root } from '../../scripts/tools.mjs';
import { answer, closeAll, fixture, production, startOrigin, until } from './harness.mjs';

const MiB = 2 ** 20;
const host = 'images.example.com';
/** One plan of the photo fits, some 2.5 MB, and two do not. */
const oneAtATime = '4500000';

let origin, photo;
before(async () => {
  origin = await startOrigin();
  photo = await load(images.find(({ name }) => name === 'jpeg-baseline-24mp'));
  origin.serve(`${host}/photo.jpg`, answer.bytes(photo, 'image/jpeg'));
});
after(() => closeAll(origin));

/** Runs `test` with a worker: `get(target)`, each over a connection of its own, and `tell(what)` of the module. */
async function withWorker(vars, test) {
  const [address, port] = origin.address.split(':');
  const bindings = { ...production, ...vars };
  const server = await startWorkerd({ folder: join(root, 'build'), bindings, origin: { host: address, port: Number(port) } });
  const clients = [];
  const get = (target, options) => {
    clients.push(client(server));
    const path = typeof target === 'string' ? target : `/?${new URLSearchParams(target)}`;
    return clients.at(-1).get(path, options);
  };
  const tell = async (what) => Number((await get(`/.bench/${what}`)).bytes.toString());
  try {
    await test({ get, tell });
  } finally {
    for (const { close } of clients) close();
    await server.stop();
  }
}

let requests = 0;
const ask = (name = 'photo.jpg') => ({ s: `https://${host}/${name}?request=${(requests += 1)}`, w: 1200, h: 627 });

test('16 requests at once for a JPEG of 24 megapixels are all answered within 88 MiB', async () => {
  await withWorker({}, async ({ get, tell }) => {
    const replies = await Promise.all(Array.from({ length: 16 }, () => get(ask())));
    for (const { status, bytes } of replies) assert.equal(status, 200, bytes.toString());
    assert.ok((await tell('memory')) <= 88 * MiB);
    assert.equal(await tell('instances'), 1);
  });
});

test('requests that fit one at a time are answered one after another', async () => {
  await withWorker({ MEMORY_BUDGET_BYTES: oneAtATime }, async ({ get, tell }) => {
    const replies = await Promise.all(Array.from({ length: 6 }, () => get(ask())));
    for (const { status, bytes } of replies) assert.equal(status, 200, bytes.toString());
    assert.equal(await tell('instances'), 1);
    assert.ok((await tell('memory')) <= 16 * MiB);
  });
});

test('who waits for memory gets it when the source that holds it is cut off, and all is given back', async () => {
  // Everything but its end, which never comes.
  let held = false;
  origin.serve(`${host}/held.jpg`, async (_request, response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': photo.length });
    response.write(photo.subarray(0, -1000), () => (held = true));
  });
  await withWorker({ MEMORY_BUDGET_BYTES: oneAtATime, TOTAL_TIMEOUT_MS: '4000' }, async ({ get, tell }) => {
    const first = get(ask('held.jpg'));
    await until('the first one holds its share', () => held);
    const second = await get(ask());
    assert.equal((await first).status, 504);
    // It has waited for nearly as long as it may.
    if (second.status !== 200) assert.equal(JSON.parse(second.bytes.toString()).error, 'busy');
    assert.equal((await get(ask())).status, 200);
    assert.equal(await tell('instances'), 1);
  });
});

test('a client that goes away leaves nothing behind', async () => {
  const small = await fixture.photo('jpeg');
  origin.serve(`${host}/small.jpg`, answer.bytes(small, 'image/jpeg'));
  let asked = false;
  origin.serve(`${host}/stuck.jpg`, (_request, response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': photo.length });
    response.write(photo.subarray(0, photo.length >> 1));
    asked = true;
  });
  await withWorker({ MEMORY_BUDGET_BYTES: oneAtATime, TOTAL_TIMEOUT_MS: '1000' }, async ({ get }) => {
    await assert.rejects(get(ask('stuck.jpg'), { timeoutMs: 300 }));
    assert.ok(asked);
    assert.equal((await get(ask('small.jpg'))).status, 200);
  });
});
