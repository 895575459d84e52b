// What every script here shares beside cli/program.mjs: running programs in the clone.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { exit, Problem } from '../cli/program.mjs';
import { root } from './tools.mjs';

export { duration, exit, Problem, program, say } from '../cli/program.mjs';

/** Runs a program in the open, its output going straight to the reader; rejects unless it succeeds. */
export async function run(command, args, { env = {}, input } = {}) {
  const stdin = input === undefined ? 'inherit' : 'pipe';
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: [stdin, 'inherit', 'inherit'] });
  child.stdin?.end(input);
  const { code, signal } = await exit(child, command);
  if (code !== 0) throw new Problem(`failed: ${command} ${args.join(' ')} (${signal ?? `exit ${code}`})`);
}

/** Does something with each of a list, in its order, so many at once. */
export async function inLanes(lanes, list, work) {
  const waiting = [...list];
  const lane = async () => {
    while (waiting.length > 0) await work(waiting.shift());
  };
  await Promise.all(Array.from({ length: Math.min(lanes, list.length) }, lane));
}

/** Runs a program out of sight. Never rejects: a program that does not exist has `code` null. */
export async function capture(command, args, { cwd = root, env = {}, onLine } = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output += `${line}\n`;
      onLine?.(line);
    });
  }
  const { code } = await exit(child, command).catch(() => ({ code: null }));
  return { code, output: output.trim() };
}
