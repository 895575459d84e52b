// One image, one target, all contestants: each in a fresh process, then round after round in which each gets one request. Noise on the
// machine falls on all of them, and nobody always runs first.

import { createHash } from 'node:crypto';
import { client } from './http.mjs';
import { baseline, floor } from './names.mjs';
import { cpuWatch, residentBytes, resetPeak } from './process.mjs';
import { median, p95 } from './statistics.mjs';

/** How long one answer may take. */
const timeoutMs = 60_000;

/**
 * The cells of one row, one a contestant, in their order: measurements, or `{ failure }`.
 * `plan` is { warmUps, runs, fewestRuns, budgetMs }; a contestant that has used up its budget of wall time stops at the fewest.
 */
export async function race({ contestants, image, target, origin, check, plan }) {
  const runners = [];
  try {
    for (const contestant of contestants) runners.push(await line(contestant, image, origin));
    const ask = (runner, phase) => request(runner, { phase, origin, image, target, check });
    const rounds = [{ phase: 'cold' }, ...Array(plan.warmUps).fill({ phase: 'warm-up' }), ...Array(plan.runs).fill({ phase: 'measured' })];
    for (const [round, { phase }] of rounds.entries()) {
      for (const runner of rotated(runners, round)) if (!done(runner, phase, plan)) await ask(runner, phase);
    }
    for (const runner of runners) if (!runner.failure) await memory(runner);
  } finally {
    await Promise.all(runners.map(leave));
  }
  return runners.map(cell);
}

const rotated = (list, by) => [...list.slice(by % list.length), ...list.slice(0, by % list.length)];

/** Starts a contestant's process. */
async function line(contestant, image, origin) {
  const runner = { contestant, warmUps: 0, warmUpMs: 0, measured: [], measuredMs: 0, cold: null, psnr: new Map() };
  try {
    runner.server = await withinTime(contestant.start(image.to, origin), 'start');
    runner.client = client(runner.server);
    resetPeak(runner.server.pid);
    runner.idleBytes = residentBytes(runner.server.pid).now;
  } catch (error) {
    runner.failure = { at: 'start', message: error.message };
  }
  return runner;
}

function done(runner, phase, { fewestRuns, budgetMs }) {
  if (runner.failure) return true;
  // Whoever takes seconds has been compiled by then, and its few runs differ by less than those of the fast.
  const slow = runner.cold?.wallMs > 2 * budgetMs;
  if (phase === 'warm-up') return slow || (runner.warmUps > 0 && runner.warmUpMs > budgetMs / 2);
  if (phase === 'measured') return runner.measured.length >= (slow ? Math.min(2, fewestRuns) : fewestRuns) && runner.measuredMs > budgetMs;
  return false;
}

async function request(runner, { phase, origin, image, target, check }) {
  const query = new URLSearchParams({ s: origin.freshUrl(image.name), w: target.width, h: target.height, ...image.query });
  try {
    const watch = cpuWatch(runner.server.pid);
    const { status, bytes, ms } = await runner.client.get(`/?${query}`, { timeoutMs });
    const cpuMs = await watch();
    await accept(runner, status, bytes, check);
    const run = { cpuMs, wallMs: ms, bytes: bytes.length };
    if (phase === 'cold') runner.cold = run;
    if (phase === 'warm-up') {
      runner.warmUps += 1;
      runner.warmUpMs += ms;
    }
    if (phase === 'measured') {
      runner.measured.push(run);
      runner.measuredMs += ms;
    }
  } catch (error) {
    runner.failure = { at: `${phase} request`, status: error.status ?? null, message: error.message, after: runner.measured.length };
    // Its memory and its threads would only burden the others.
    await leave(runner);
  }
}

/** Throws unless the answer is right. Equal bytes are looked at once. */
async function accept(runner, status, bytes, check) {
  if (status !== 200) throw Object.assign(new Error(said(bytes)), { status });
  const { name } = runner.contestant;
  if (name === floor) return;
  const digest = createHash('sha1').update(bytes).digest('hex');
  if (runner.psnr.has(digest)) return;
  const { psnr, flaw } = await check(bytes);
  // The yardstick stays one, and is told to be flawed: without it the row would have no ratios.
  if (flaw && !(name === baseline && psnr)) throw new Error(flaw);
  runner.flaw = flaw ?? runner.flaw;
  runner.psnr.set(digest, psnr);
}

/** The words of an error's body. */
function said(bytes) {
  const text = bytes.toString('utf8').slice(0, 300);
  try {
    const { error, message } = JSON.parse(text);
    return `${error}: ${message}`;
  } catch {
    return text || 'an empty body';
  }
}

async function memory(runner) {
  runner.peakBytes = residentBytes(runner.server.pid).peak;
  if (runner.contestant.native) return;
  const { bytes } = await runner.client.get('/.bench/memory');
  runner.wasmBytes = Number(bytes.toString());
}

async function leave(runner) {
  runner.client?.close();
  const { server } = runner;
  runner.server = null;
  if (server) await withinTime(server.stop(), 'stop').catch(() => {});
}

function withinTime(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function cell({ contestant, failure, flaw, cold, measured, psnr, wasmBytes, idleBytes, peakBytes }) {
  if (failure) return { contestant: contestant.name, failure };
  const of = (key) => measured.map((run) => run[key]);
  const cpu = of('cpuMs').includes(null) ? null : of('cpuMs');
  return {
    contestant: contestant.name,
    runs: measured.length,
    flaw: flaw ?? null,
    coldCpuMs: cold.cpuMs,
    coldWallMs: cold.wallMs,
    cpuMs: cpu && median(cpu),
    cpuP95Ms: cpu && p95(cpu),
    wallMs: median(of('wallMs')),
    bytes: median(of('bytes')),
    psnr: psnr.size ? Math.min(...psnr.values()) : null,
    wasmBytes: wasmBytes ?? null,
    idleBytes,
    peakBytes,
  };
}
