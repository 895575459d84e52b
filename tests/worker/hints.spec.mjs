// Client hints in the runtime.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, assertImage, closeAll, fixture, production, startOrigin, startWorker, until } from './harness.mjs';

let origin, worker, s;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin, vars: { ...production, HINT_WIDTHS: '80,160,320', SAVE_DATA_QUALITY: '30' } });
  s = origin.serve('images.example.com/hinted.jpg', answer.bytes(await fixture.photo('jpeg', 600, 400), 'image/jpeg'));
});
after(() => closeAll(worker, origin));

const shown = (headers, query = {}) => worker.get({ s, w: 'auto', ...query }, { headers });

test('a browser gets the width that it shows the image with, and caches are told', async () => {
  const reply = await shown({ 'sec-ch-width': '120', 'sec-ch-dpr': '2' });
  await assertImage(reply, 'jpeg', 160, 107);
  assert.equal(reply.headers.get('vary'), 'Sec-CH-Width, Sec-CH-DPR, Sec-CH-Viewport-Width, Save-Data');
  await until('it is stored', async () => (await worker.get({ s, w: 160, h: 'auto' })).headers.get('x-cache') === 'HIT');
});

test('a window and its density say the width, where the image does not', async () => {
  await assertImage(await shown({ 'sec-ch-viewport-width': '100', 'sec-ch-dpr': '2.5' }), 'jpeg', 320, 213);
});

test('who saves data gets fewer bytes', async () => {
  const [plain, saved] = [await shown({ 'sec-ch-width': '300' }), await shown({ 'sec-ch-width': '300', 'save-data': 'on' })];
  assert.ok(saved.bytes.length < plain.bytes.length * 0.7, `${saved.bytes.length} and ${plain.bytes.length}`);
});
