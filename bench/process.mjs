// What a process costs, as Linux counts it. Elsewhere there is no such count, and everything here is null.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

export const measurable = process.platform === 'linux' && cpuNanoseconds(process.pid) !== null;

/** CPU time of all threads so far, in nanoseconds by thread; null where that is not to be had. */
function cpuNanoseconds(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return new Map(threads.map((id) => [id, Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ', 1)[0])]));
  } catch {
    return null;
  }
}

/** A stopwatch on a process: returns a function that waits until the process is quiet and gives the CPU milliseconds since. */
export function cpuWatch(pid) {
  const before = measurable && cpuNanoseconds(pid);
  if (!before) return async () => null;
  return async () => {
    const after = await whenQuiet(pid);
    if (!after) return null;
    let sum = 0;
    for (const [id, time] of after) sum += time - (before.get(id) ?? 0);
    return sum / 1e6;
  };
}

/**
 * The CPU times once the process has used next to nothing for a moment: the compiler and the garbage collector go on after the reply, in
 * threads of their own, and their work is the request's too.
 */
async function whenQuiet(pid) {
  const deadline = Date.now() + 1500;
  let last = cpuNanoseconds(pid);
  for (let quiet = 0; last && quiet < 2 && Date.now() < deadline; ) {
    await new Promise((resolve) => setTimeout(resolve, 6));
    const now = cpuNanoseconds(pid);
    quiet = now && total(now) - total(last) < 0.1e6 ? quiet + 1 : 0;
    last = now;
  }
  return last;
}

const total = (times) => [...times.values()].reduce((sum, time) => sum + time, 0);

/** Resident bytes now and at their peak. */
export function residentBytes(pid) {
  if (!measurable) return { now: null, peak: null };
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1]) * 1024;
  return { now: kilobytes('VmRSS'), peak: kilobytes('VmHWM') };
}

/** Lets the peak begin anew, where that is permitted; otherwise the start of the process is in it. */
export function resetPeak(pid) {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // not permitted
  }
}

/** The children of this process that run `program`. */
export function childrenRunning(program) {
  if (!measurable) return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      const stat = /^\d+ \((.*)\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      return stat && stat[1] === program && Number(stat[2]) === process.pid;
    } catch {
      return false; // not a process, or one that has just ended
    }
  });
}
