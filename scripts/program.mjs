// What every script here shares: saying things plainly, running programs, and ending with the right exit code.

import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { root } from './tools.mjs';

/** Something the reader can put right; printed as its message alone, without a stack. */
export class Problem extends Error {}

export const say = (line) => console.log(line);

/** Seconds as a person says them: `0.4 s`, `12 s`, `3 min 20 s`. */
export function duration(ms) {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds) % 60} s`;
}

/** Runs `main(args)` when the module at `url` is the program that Node was asked to run, and not an import. */
export async function program(url, main) {
  if (!process.argv[1] || realpathSync(process.argv[1]) !== fileURLToPath(url)) return;
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Problem ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

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

/** Resolves to `{ code, signal }` when the child has ended. */
export function exit(child, command) {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(error.code === 'ENOENT' ? new Problem(`${command} was not found; is it installed and on the PATH?`) : error),
    );
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}
