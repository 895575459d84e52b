// Figures for an operator: the points of the dataset as the platform gets them, the monitor's path, and the share of the log.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { answer, closeAll, fixture, production, startOrigin, startWorker } from './harness.mjs';

const wrapper = fileURLToPath(new URL('support/counted.mjs', import.meta.url));
const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
const dashboard = JSON.parse(readFileSync(new URL('../../docs/grafana.json', import.meta.url), 'utf8'));

/** The names of the columns, as the page has them: { blob1: 'way', … }. */
const columns = Object.fromEntries([...page.matchAll(/^\| `(\w+)` \| `(\w+)` \|/gm)].map(([, column, name]) => [column, name]));

let origin, worker;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin, wrapper, vars: { ...production, LOG_SAMPLE: '0' } });
});
after(() => closeAll(worker, origin));

/** The points since the last call, by the names of their columns. */
async function points() {
  const list = (await worker.get('/points')).json();
  return list.map(({ indexes: [host], blobs, doubles }) => {
    const named = (kind, values) => values.map((value, at) => [columns[`${kind}${at + 1}`], value]);
    return { host, ...Object.fromEntries([...named('blob', blobs), ...named('double', doubles)]) };
  });
}

test('a point has its figures in the columns that the page names', async () => {
  const body = await fixture.photo();
  const s = origin.serve('images.example.com/counted.jpg', answer.bytes(body, 'image/jpeg'));
  const made = await worker.get({ s, w: 64, h: 48, f: 'png' });
  await worker.get({ s, w: 64, h: 48, f: 'png' });
  await worker.get({ s, w: 'x' });
  const [first, hit, bad, ...others] = await points();
  assert.equal(others.length, 0);
  const host = createHash('sha256').update('images.example.com').digest('hex').slice(0, 16);
  const { way, code, format, source_format, status, bytes, source_bytes, width, height, method } = first;
  assert.deepEqual([way, code, format, source_format, status, width, height, method, first.host], ['transform', 'ok', 'png', 'jpg', 200, 64, 48, 'GET', host]);
  assert.deepEqual([bytes, source_bytes], [made.bytes.length, body.length]);
  assert.deepEqual([hit.way, hit.code, hit.host], ['hit', 'ok', host]);
  assert.deepEqual([bad.code, bad.status, bad.host], ['bad-parameter', 400, '']);
});

test('a monitor is answered, and the lines that are not written are not', async () => {
  const reply = await worker.get('/.letterbox/health');
  assert.deepEqual([reply.status, reply.json(), reply.headers.get('cache-control')], [200, { status: 'ok' }, 'no-store']);
  assert.deepEqual((await points()).map(({ way, status }) => [way, status]), [['health', 200]]);
  // The line of an error is written, whatever the share.
  assert.ok(worker.logs.every(({ message }) => JSON.parse(message).code === 'bad-parameter'), JSON.stringify(worker.logs));
});

test('every query names columns that there are', () => {
  const queries = [...page.matchAll(/```sql\n([^]*?)```/g)].map(([, query]) => query).concat(dashboard.panels.flatMap(({ targets }) => targets.map(({ query }) => query)));
  assert.ok(queries.length >= 10);
  const known = new Set([...Object.keys(columns), 'index1']);
  for (const query of queries) {
    const named = query.match(/\b(?:blob|double|index)\d+\b/g) ?? [];
    assert.ok(named.length > 0, query);
    for (const column of named) assert.ok(known.has(column), `${column}: ${query}`);
    assert.match(query, /FROM letterbox/);
  }
});
