// Specs that share a process (together.mjs) hand on what takes long to start: one runtime for each set of settings, and one server as the
// origin of all of them. A spec that runs alone starts its own and stops them.
import { until } from './until.mjs';

let keeping = false;

/** Runtimes that nobody uses now, by their settings, the one that has waited longest first. */
const idle = new Map();

/** What a process holds at most without using it: most specs have the same settings. */
const mostIdle = 3;

/** From now on, what is given back is kept for whoever asks next. */
export function keep() {
  keeping = true;
}

export const isKeeping = () => keeping;

/** A runtime that has these settings and that nobody uses, as if it had just been started; null where there is none. */
export async function borrowed(settings) {
  const runtime = idle.get(settings) ?? null;
  idle.delete(settings);
  await runtime?.miniflare.purgeCache();
  return runtime;
}

/** Ends the use of a runtime. One that others may want is kept; there is never more than one of a kind without work. */
export async function giveBack(runtime) {
  const { miniflare, settings } = runtime;
  if (!keeping || settings === null || idle.has(settings) || !(await hasSaidAll(runtime))) return miniflare.dispose();
  idle.set(settings, runtime);
  if (idle.size <= mostIdle) return;
  const [oldest] = idle.values();
  idle.delete(oldest.settings);
  await oldest.miniflare.dispose();
}

/** Stops every runtime that is kept. */
export async function closeKept() {
  keeping = false;
  for (const { miniflare } of idle.values()) await miniflare.dispose();
  idle.clear();
}

/** Waits for the lines of all that was asked, which arrive in order: for that of a last request. Whether it came. */
async function hasSaidAll(runtime) {
  const reply = await runtime.miniflare.dispatchFetch('https://img.example.com/', { method: 'DELETE' });
  const { request_id: id } = await reply.json();
  const arrived = () => runtime.logs.some(({ message }) => message.includes(id));
  return until('the line of the last request', arrived).catch(() => false);
}
