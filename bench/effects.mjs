// `npm run bench -- --only effects`: each effect beside sharp doing the same, of a JPEG of 12 megapixels to a box of 1200 x 627, and the memory of the module
// for 100 megapixels with each of them. Both are asked in turn, in one run.

import { fork } from 'node:child_process';
import { join } from 'node:path';
import sharp from 'sharp';
import { Problem, say } from '../scripts/program.mjs';
import { root } from '../scripts/tools.mjs';
import { box, effects, plain } from './effects-table.mjs';
import { client } from './http.mjs';
import { images, load } from './images.mjs';
import { load as machineLoad } from './machine.mjs';
import { production, startOrigin } from './origin.mjs';
import { cpuWatch, measurable } from './process.mjs';
import { median } from './statistics.mjs';
import { aligned } from './terminal.mjs';
import { startWorkerd } from './workerd.mjs';

const source = 'jpeg-baseline-12mp';
const large = 'jpeg-baseline-100mp';
const warmUps = 4;
const usual = { w: box.width, h: box.height, fit: 'inside' };
const MiB = 2 ** 20;
const most = { each: 1, mean: 0.7, mebibytes: 24 };

/** Prints the table for the module in `folder`. `wanted` are parts of names behind `effects`, all without them. */
export async function benchEffects(folder, runs = 7, wanted = []) {
  if (!measurable) throw new Problem('CPU time is to be had on Linux only');
  const chosen = effects.filter(({ name, of }) => wanted.length === 0 || name === plain || wanted.some((text) => name.includes(text) || of?.includes(text)));
  const origin = await startOrigin();
  const servers = [];
  try {
    for (const name of [source, large]) origin.serve(name, await loaded(name), 'image/jpeg');
    const file = await loaded(large);
    const logo = await sharp({ create: { width: 160, height: 90, channels: 4, background: { r: 200, g: 30, b: 60, alpha: 0.6 } } }).png().toBuffer();
    origin.serve('logo.png', logo, 'image/png');
    const bindings = { ...production, MAX_SOURCE_BYTES: `${64 * MiB}`, OVERLAYS: 'logo: https://images.example.com/logo.png' };
    const start = () => startWorkerd({ folder, bindings, origin });
    const before = machineLoad();
    const [ours, theirs] = [await start(), await native(origin, logo)];
    servers.push(ours, theirs);
    const measured = [];
    for (const effect of chosen) measured.push(await race(effect, { ours, theirs, origin, runs }));
    for (const server of servers.splice(0)) await server.stop();
    for (const row of measured) row.memory = await memory(row.effect, start, origin);
    report(measured, { before, after: machineLoad(), runs, fileBytes: file.length });
  } finally {
    for (const server of servers) await server.stop();
    await origin.close();
  }
}

const loaded = (name) => load(images.find((image) => image.name === name));

const query = (effect, origin, name) => `/?${new URLSearchParams({ s: origin.freshUrl(name), ...usual, ...effect.query })}`;

/** CPU milliseconds of both, medians of rounds in which each gets one request. */
async function race(effect, { ours, theirs, origin, runs }) {
  const runners = [
    { server: ours, path: () => query(effect, origin, source), times: [] },
    { server: theirs, path: () => `/?${new URLSearchParams({ effect: effect.name, s: origin.freshUrl(source) })}`, times: [] },
  ].map((runner) => ({ ...runner, ...client(runner.server) }));
  for (let round = -warmUps; round < runs; round += 1) {
    for (const { server, get, path, times } of round % 2 ? runners : runners.toReversed()) {
      const watch = cpuWatch(server.pid);
      const { status, bytes } = await get(path());
      if (status !== 200) throw new Error(`${effect.name}: ${status} ${bytes.toString('utf8', 0, 300)}`);
      const ms = await watch();
      if (round >= 0) times.push(ms);
    }
  }
  for (const { close } of runners) close();
  const [a, b] = runners.map(({ times }) => median(times));
  say(`  ${effect.name}: ${a.toFixed(1)} ms, sharp ${b.toFixed(1)} ms, ${(a / b).toFixed(2)}`);
  return { effect, ours: a, theirs: b };
}

/** Bytes of the module's memory after one answer of the large source, in a fresh runtime. */
async function memory(effect, start, origin) {
  const server = await start();
  const { get, close } = client(server);
  try {
    const { status, bytes } = await get(query(effect, origin, large));
    if (status !== 200) throw new Error(`${effect.name} of ${large}: ${status} ${bytes.toString('utf8', 0, 300)}`);
    return Number((await get('/.bench/memory')).bytes.toString());
  } finally {
    close();
    await server.stop();
  }
}

/** sharp in a Node process of its own: one thread, and no memory of earlier operations. */
async function native({ host, port }, logo) {
  const child = fork(join(root, 'bench', 'native', 'effects.mjs'), [], { execArgv: [], serialization: 'advanced' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.send({ origin: { host, port }, logo });
  const listening = await Promise.race([new Promise((resolve) => child.once('message', resolve)), ended]);
  if (!listening?.port) throw new Error(`the Node server ended before it listened (${listening})`);
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { host: '127.0.0.1', port: listening.port, pid: child.pid, stop };
}

function report(measured, { before, after, runs, fileBytes }) {
  const of = (name) => measured.find(({ effect }) => effect.name === name)?.ours;
  const lines = measured.map(({ effect, ours, theirs, memory: bytes }) => {
    const base = of(effect.of ?? plain);
    const faults = [
      ours / theirs > most.each && `above ${most.each} of sharp`,
      base && effect.most && ours / base > effect.most && `above ${effect.most} of ${effect.of ?? plain}`,
      bytes > most.mebibytes * MiB + (effect.resident ? fileBytes : 0) && `above ${most.mebibytes} MiB`,
    ].filter(Boolean);
    const toBase = base ? (ours / base).toFixed(2) : '-';
    return [effect.name, ours.toFixed(1), theirs.toFixed(1), (ours / theirs).toFixed(2), toBase, (bytes / MiB).toFixed(1), faults.join(', ')];
  });
  const mean = Math.exp(measured.reduce((sum, { ours, theirs }) => sum + Math.log(ours / theirs), 0) / measured.length);
  const head = ['effect', 'ms', 'sharp ms', 'x sharp', 'x without', 'MiB of 100 MP', ''];
  say(`\n${source} to ${box.width}x${box.height}, CPU time, medians of ${runs}; load of the machine ${before.toFixed(1)} to ${after.toFixed(1)}`);
  say(aligned([head, ...lines]).map((line) => `  ${line}`).join('\n'));
  say(`geometric mean ${mean.toFixed(2)} of sharp's CPU time, at most ${most.mean}${mean > most.mean ? ': a miss' : ''}`);
}
