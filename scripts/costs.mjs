// `npm run costs`: the tables of docs/costs.md from prices and times, which stand here and nowhere else. `-- --write` puts them into the page.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem, program, say } from './program.mjs';
import { root } from './tools.mjs';

/** Prices in USD, of the platform's paid plan, a month; read on 2026-11-29. */
const workers = { plan: 5, requests: { included: 10e6, each: 0.3e-6 }, cpuMs: { included: 30e6, each: 0.02e-6 } };
const logs = { included: 20e6, each: 0.6e-6 };
const r2 = { storedGb: { included: 10, each: 0.015 }, writes: { included: 1e6, each: 4.5e-6 }, reads: { included: 10e6, each: 0.36e-6 } };
const images = { transformations: { included: 5000, each: 0.5e-3 } };

/**
 * CPU of one request in ms: a hit, a JPEG of 12 megapixels to 1200x627, and that with WebP and AVIF as the answer (BENCHMARKS.md, rounded up), which take
 * twice and five times as long. */
const cpu = { hit: 1, jpeg: 25, webp: 50, avif: 125 };

/** Events of one request in the platform's logs: its own and ours. */
const eventsEach = 2;

const over = ({ included, each }, count) => Math.max(0, count - included) * each;

/** USD a month of so many views, of which a share is made and not found; `ms` is what one that is made takes. */
function month({ views, made, ms }) {
  const cpuMs = views * made * ms + views * (1 - made) * cpu.hit;
  return workers.plan + over(workers.requests, views) + over(workers.cpuMs, cpuMs);
}

const usd = (amount) => (amount < 10 ? `$${amount.toFixed(2)}` : `$${Math.round(amount).toLocaleString('en')}`);
const millions = (count) => `${count / 1e6} M views`;
const row = (cells) => `| ${cells.join(' | ')} |\n`;
const table = (head, rows) => row(head) + row(head.map((_, column) => (column === 0 ? '---' : '--:'))) + rows.map(row).join('');

const views = [1e6, 100e6];

/** The tables, in Markdown. */
export function tables() {
  const kinds = [
    ['every view is a hit', { made: 0, ms: 0 }],
    ['1 of 100 is made, JPEG', { made: 0.01, ms: cpu.jpeg }],
    ['1 of 100 is made, AVIF', { made: 0.01, ms: cpu.avif }],
    ['1 of 10 is made, WebP', { made: 0.1, ms: cpu.webp }],
    ['each is made, JPEG', { made: 1, ms: cpu.jpeg }],
  ];
  const made = table(
    ['letterbox on the paid plan', ...views.map(millions)],
    kinds.map(([words, kind]) => [words, ...views.map((count) => usd(month({ views: count, ...kind })))]),
  );
  const beside = table(
    ['comes on top', ...views.map(millions)],
    [
      ['Workers Logs, every request', ...views.map((count) => usd(over(logs, count * eventsEach)))],
      ['Workers Logs, `head_sampling_rate = 0.01`', ...views.map((count) => usd(over(logs, count * eventsEach * 0.01)))],
      ['sources in R2 (100 GB), read for 1 view of 100', ...views.map((count) => usd(over(r2.storedGb, 100) + over(r2.reads, count * 0.01)))],
    ],
  );
  const others = table(
    ['Cloudflare Images, for comparison', 'a month'],
    [10e3, 100e3, 1e6].map((count) => [`${count.toLocaleString('en')} different transformations`, usd(over(images.transformations, count))]),
  );
  return [made, beside, others].join('\n');
}

const page = join(root, 'docs', 'costs.md');
const part = /(<!-- costs -->\n)[^]*(<!-- \/costs -->)/;

/** Whether the page has the tables of today. */
export const isUpToDate = () => readFileSync(page, 'utf8').replace(part, `$1${tables().replaceAll('$', '$$$$')}$2`) === readFileSync(page, 'utf8');

await program(import.meta.url, (args) => {
  if (args.length === 0) return say(tables());
  if (args.length > 1 || args[0] !== '--write') throw new Problem(`${args[0]}: unknown\nusage: npm run costs [-- --write]`);
  writeFileSync(page, readFileSync(page, 'utf8').replace(part, `$1${tables().replaceAll('$', '$$$$')}$2`));
});
