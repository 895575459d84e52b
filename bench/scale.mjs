// `npm run bench -- --scale`: what a burst gets. So many requests at once in one fresh runtime, each for a new picture, mixed or all AVIF, and
// how long the slowest of them waits.

import { availableParallelism, loadavg } from 'node:os';
import { Problem, say } from '../scripts/program.mjs';
import { client } from './http.mjs';
import { images, load } from './images.mjs';
import { production, startOrigin } from './origin.mjs';
import { startWorkerd } from './workerd.mjs';
import { aligned } from './terminal.mjs';

const together = [8, 32, 128];
const photos = ['jpeg-baseline-2mp', 'jpeg-baseline-6mp', 'jpeg-progressive-2mp', 'png-alpha-3mp', 'jpeg-baseline-12mp'];
const sizes = [
  { w: 1200, h: 627 },
  { w: 320, h: 320 },
  { w: 800, h: 600, fit: 'cover' },
];

/** Each a name, what its request number n asks for, and the deployment's limit in all. */
const bursts = [
  { name: 'JPEG and PNG as they are', ask: (n) => [photos[n % photos.length], sizes[n % sizes.length]] },
  { name: 'mixed formats', ask: (n) => [photos[n % photos.length], { ...sizes[n % sizes.length], f: ['keep', 'webp', 'keep', 'avif'][n % 4] }] },
  { name: 'all AVIF', ask: () => [photos[0], { w: 800, h: 600, f: 'avif' }] },
];

/** Prints the table for the module in `folder`; `only` are parts of the bursts' names. `totalMs` is the deployment's TOTAL_TIMEOUT_MS. */
export async function scale(folder, only, totalMs = '10000') {
  const chosen = bursts.filter(({ name }) => !only || only.some((text) => name.includes(text)));
  if (chosen.length === 0) throw new Problem(`--only ${only}: the bursts are ${bursts.map(({ name }) => name).join(', ')}`);
  const lines = [];
  for (const burst of chosen) for (const count of together) lines.push(await measure(folder, burst, count, totalMs));
  const head = ['burst', 'at once', 'answers', 'p50 ms', 'p95 ms', 'p99 ms', 'all ms', 'wasm MiB'];
  say(`\nTOTAL_TIMEOUT_MS ${totalMs}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}\n${aligned([head, ...lines]).map((line) => `  ${line}`).join('\n')}`);
}

async function measure(folder, { name, ask }, count, totalMs) {
  const origin = await startOrigin();
  for (const photo of photos) origin.serve(photo, await load(images.find((image) => image.name === photo)), 'image/*');
  const server = await startWorkerd({ folder, bindings: { ...production, TOTAL_TIMEOUT_MS: totalMs }, origin });
  const clients = Array.from({ length: count }, () => client(server));
  try {
    const path = (n) => {
      const [photo, target] = ask(n);
      return `/?${new URLSearchParams({ s: origin.freshUrl(photo), ...target })}`;
    };
    // The first of each kind compiles what it runs.
    for (let n = 0; n < 12; n += 1) await clients[0].get(path(n));
    const started = performance.now();
    const answers = await Promise.all(clients.map(({ get }, n) => get(path(n), { timeoutMs: 120_000 })));
    const took = performance.now() - started;
    const { bytes } = await clients[0].get('/.bench/memory');
    const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
    const share = (percent) => times[Math.min(times.length - 1, Math.floor((times.length * percent) / 100))].toFixed(0);
    return [name, `${count}`, told(answers), share(50), share(95), share(99), took.toFixed(0), (Number(bytes.toString()) / 2 ** 20).toFixed(1)];
  } finally {
    for (const { close } of clients) close();
    await server.stop();
    await origin.close();
  }
}

function told(answers) {
  const counts = new Map();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].sort().map(([status, count]) => `${count} x ${status}`).join(', ');
}
