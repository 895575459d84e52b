// `npm run bench -- --floor`: where the CPU time of letterbox's own pipeline goes for one image, by V8's sampling profiler in workerd.

import { createRequire } from 'node:module';
import { Problem, say } from '../scripts/program.mjs';
import { client } from './http.mjs';
import { groups, groupOf } from './floor-groups.mjs';
import { images, load } from './images.mjs';
import { production, startOrigin } from './origin.mjs';
import { cpuWatch } from './process.mjs';
import { startWorkerd } from './workerd.mjs';

// Miniflare's own, because Node has a WebSocket from version 22 only.
const { WebSocket } = createRequire(createRequire(import.meta.url).resolve('miniflare'))('undici');

const warmUps = 10;
const profiled = 20;
const target = { w: 1200, h: 627 };

/** Prints the profile of one image, with the module in `folder`, which has to have its names. */
export async function floor(name = 'jpeg-baseline-6mp', folder) {
  const image = images.find((each) => each.name === name);
  if (!image) throw new Problem(`--floor ${name}: expected one of ${images.map((each) => each.name).join(', ')}`);
  const file = await load(image);
  const origin = await startOrigin();
  origin.serve(image.name, file, `image/${image.format}`);
  const server = await startWorkerd({ folder, bindings: production, origin, inspectorPort: 0 });
  const { get, close } = client(server);
  const ask = async () => {
    const { status, bytes } = await get(`/?${new URLSearchParams({ s: origin.freshUrl(image.name), ...target })}`);
    if (status !== 200) throw new Problem(`--floor ${name}: letterbox answers ${status} ${bytes.toString('utf8', 0, 300)}`);
  };
  try {
    for (let request = 0; request < warmUps; request++) await ask();
    const profiler = await attach(await server.miniflare.getInspectorURL());
    await profiler.send('Profiler.enable');
    await profiler.send('Profiler.setSamplingInterval', { interval: 200 });
    await profiler.send('Profiler.start');
    const cpu = cpuWatch(server.pid);
    for (let request = 0; request < profiled; request++) await ask();
    const cpuMs = await cpu();
    const { profile } = await profiler.send('Profiler.stop');
    profiler.close();
    print(image, selfTimes(profile), cpuMs === null ? null : cpuMs / profiled);
  } finally {
    close();
    await server.stop();
    await origin.close();
  }
}

/** The inspector of the one worker: `send(method, params)` resolves to its result. */
async function attach(url) {
  const pages = await (await fetch(new URL('/json', url.href.replace(/^ws/, 'http')))).json();
  const page = pages.find(({ webSocketDebuggerUrl }) => webSocketDebuggerUrl);
  const socket = new WebSocket(page.webSocketDebuggerUrl);
  const waiting = new Map();
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error) reject?.(new Error(error.message));
    else resolve?.(result);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Problem('the runtime lets no profiler in')));
  });
  let last = 0;
  return {
    send(method, params = {}) {
      const id = (last += 1);
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        socket.send(JSON.stringify({ id, method, params }));
      });
    },
    close: () => socket.close(),
  };
}

/** Milliseconds a request by function, callees not counted, waiting left out. */
function selfTimes({ nodes, samples, timeDeltas }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.functionName || '(anonymous)']));
  const times = new Map();
  samples.forEach((id, at) => {
    const name = names.get(id);
    if (name !== '(idle)') times.set(name, (times.get(name) ?? 0) + timeDeltas[at] / 1000 / profiled);
  });
  return times;
}

function print(image, times, cpuMs) {
  const all = [...times.values()].reduce((sum, ms) => sum + ms, 0);
  const line = (ms, text) => `  ${ms.toFixed(2).padStart(8)} ms  ${((100 * ms) / all).toFixed(1).padStart(5)} %  ${text}`;
  const sums = new Map(groups.map(({ group }) => [group, 0]));
  for (const [name, ms] of times) sums.set(groupOf(name), sums.get(groupOf(name)) + ms);
  say(`\n${image.name} -> ${target.w}x${target.h}, a request, mean of ${profiled} after ${warmUps} others`);
  for (const { group, what } of groups) say(line(sums.get(group), `${group.padEnd(18)}${what}`));
  say(`  ${all.toFixed(2).padStart(8)} ms  all of it${cpuMs === null ? '' : `; ${cpuMs.toFixed(2)} ms of CPU time in all threads, profiler included`}`);
  say('\nthe 15 functions with the most time of their own');
  for (const [name, ms] of [...times].sort(([, a], [, b]) => b - a).slice(0, 15)) say(line(ms, `${groupOf(name).padEnd(18)}${short(name)}`));
}

/** Without the hashes of the compiler, and not longer than a line. */
const short = (name) => name.replace(/::h[0-9a-f]{16}/g, '').slice(0, 110);
