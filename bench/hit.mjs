// `npm run bench -- --hit`: what an answer from the cache takes, beside the answer of a worker that does nothing, and beside the cache alone,
// which on this machine is Miniflare's and not the platform's.

import { join } from 'node:path';
import { Problem, say } from '../scripts/program.mjs';
import { root } from '../scripts/tools.mjs';
import { bundle } from './bundle.mjs';
import { client } from './http.mjs';
import { images, load } from './images.mjs';
import { production, startOrigin } from './origin.mjs';
import { median } from './statistics.mjs';
import { startWorkerd } from './workerd.mjs';

const source = 'jpeg-baseline-2mp';
const target = { w: 320, h: 320 };
const warmUp = 300;
const rounds = 10;
const mostMs = 1.5;

/**
 * Measures the module in `folder`, by so many sequential requests to each in turn; fails when a hit takes more than 1.5 ms beyond nothing. Of ten
 * rounds the quietest counts, which is the one in which the empty worker was fastest: this machine has other things to do.
 */
export async function hit(folder, requests = 3_000) {
  const origin = await startOrigin();
  const servers = [];
  const start = async (folder, bindings = {}) => {
    servers.push(await startWorkerd({ folder, bindings, origin, cache: true }));
    return client(servers.at(-1));
  };
  const clients = {};
  try {
    const letterbox = await start(folder, production);
    // The cache alone is to have what letterbox has: its answer is the source there.
    origin.serve(source, await load(images.find(({ name }) => name === source)), 'image/jpeg');
    const path = `/?${new URLSearchParams({ s: origin.freshUrl(source), ...target })}`;
    const answer = await stored(letterbox, path, origin);
    origin.serve('answer', answer, 'image/jpeg');
    Object.assign(clients, { letterbox, nothing: await start(await worker('nothing')), cached: await start(await worker('cached')) });
    const paths = { letterbox: path, nothing: path, cached: `/?${new URLSearchParams({ s: origin.freshUrl('answer') })}` };
    await stored(clients.cached, paths.cached, origin);

    const each = Math.ceil(requests / rounds);
    const measured = [];
    for (let round = -1; round < rounds; round++) {
      const times = { letterbox: [], nothing: [], cached: [] };
      for (let number = 0; number < (round < 0 ? warmUp : each); number++) {
        for (const [name, { get }] of Object.entries(clients)) {
          const { status, ms, bytes } = await get(paths[name]);
          if (status !== 200 || bytes.length !== (name === 'nothing' ? 0 : answer.length)) throw new Error(`${name}: ${status}, ${bytes.length} bytes`);
          times[name].push(ms);
        }
      }
      if (round >= 0) measured.push(Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)])));
    }
    const p50 = measured.reduce((quietest, next) => (next.nothing < quietest.nothing ? next : quietest));
    const more = p50.letterbox - p50.nothing;
    const shown = (ms) => `${ms.toFixed(2)} ms`;
    say(
      `hit: p50 of ${each} requests, in the quietest of ${rounds} rounds, ${shown(p50.letterbox)}, an empty worker ${shown(p50.nothing)}: ${shown(more)} more ` +
        `(the cache alone ${shown(p50.cached - p50.nothing)} more); ${(answer.length / 1000).toFixed(1)} KB; at most ${shown(mostMs)}`,
    );
    if (more > mostMs) throw new Problem(`hit: ${shown(more)} is more than ${shown(mostMs)}`);
  } finally {
    for (const { close } of Object.values(clients)) close();
    for (const { stop } of servers) await stop();
    await origin.close();
  }
}

/** Asks until the origin is not asked any more; returns the answer. */
async function stored({ get }, path, origin) {
  for (let tries = 0; tries < 200; tries++) {
    const before = origin.asked();
    const { status, bytes } = await get(path);
    if (status !== 200) throw new Error(`${status} ${bytes.toString('utf8', 0, 200)}`);
    if (origin.asked() === before) return bytes;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the answer is not kept');
}

async function worker(name) {
  const folder = join(root, 'bench', '.bundles', name);
  await bundle(join(root, 'bench', 'workers', `${name}.mjs`), folder);
  return folder;
}
