// Every row of the table of faults, which `npm run fault-origin` serves by hand: what is answered, whether it is kept, and how often the
// source was asked.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { assertError, assertImage, closeAll, faultsOf, fixture, production, startOrigin, startWorker, until } from './harness.mjs';

const host = 'images.example.com';
const size = { w: 30, h: 20 };
let origin, worker;

before(async () => {
  origin = await startOrigin({ photo: await fixture.photo('jpeg') });
  worker = await startWorker({ origin, vars: { ...production, HEAD_TIMEOUT_MS: '1500', TOTAL_TIMEOUT_MS: '4000' } });
  // Made at its first request, which takes longer than a header may.
  await (await fetch(`http://${origin.address}/gzip-bomb`)).body.cancel();
});
after(() => closeAll(worker, origin));

const rows = faultsOf().rows.filter(({ expected }) => expected !== null);
for (const { example, what, expected, kept } of rows) {
  const wanted = [expected].flat().join(' ') + { true: ', kept', false: ', not kept', undefined: '' }[kept];
  test(`${example}, ${what}: ${wanted}`, async () => {
    const ask = () => worker.get({ s: `https://${host}${example}`, ...size });
    origin.hits.length = 0;
    const reply = await ask();
    const [status, code] = [expected].flat();
    const either = typeof code === 'number';
    if (either) assert.ok(expected.includes(reply.status), `${reply.status}`);
    else if (status === 200) await assertImage(reply, 'jpeg', size.w, size.h);
    else assertError(reply, status, code);
    const once = origin.hits.length;
    assert.ok(once >= 1 && once <= 4, `${once} requests`);
    // What is kept arrives in the cache a little later; what is not never does.
    if (kept) await until('the reply is in the cache', async () => (origin.hits.length = 0, await ask(), origin.hits.length === 0));
    if (kept !== false || either) return;
    const again = await ask();
    assert.equal(again.status, status);
    assert.equal(origin.hits.length, 2 * once);
    if (status === 200) assert.equal(reply.headers.get('cache-control'), 'private, no-store');
  });
}

test('a flaky source fails when it is told to, heals when it is told to, and counts', async () => {
  const flaky = (rest = '') => fetch(`http://${origin.address}/flaky/counted${rest}`);
  const image = (v) => worker.get({ s: `https://${host}/flaky/counted`, ...size, v });
  assert.equal((await image(1)).status, 200);
  await flaky('/fail/503');
  assertError(await image(2), 502, 'origin-error');
  await flaky('/fail/0');
  assertError(await image(3), 502, 'origin-unreachable');
  await flaky('/heal');
  assert.equal((await image(4)).status, 200);
  assert.deepEqual(await (await flaky('/count')).json(), { asked: 4, status: 200 });
});

test('npm run fault-origin prints its address, whose page lists every fault and leads to each, on loopback only', async () => {
  const script = fileURLToPath(new URL('../../scripts/fault-origin.mjs', import.meta.url));
  const started = spawn(process.execPath, [script, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(started, 'exit');
  try {
    const [said] = await once(started.stdout.setEncoding('utf8'), 'data');
    const [home] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said);
    const page = await (await fetch(home)).text();
    for (const { path, example } of faultsOf().rows) {
      assert.ok(page.includes(`href="${example}"`), `${path} is not on the page`);
    }
    assert.equal((await fetch(`${home}status/418`)).status, 418);
  } finally {
    started.kill('SIGTERM');
  }
  assert.deepEqual(await ended, [0, null]);
});
