// What every program here shares: saying things plainly, and ending with the right exit code.

import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

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

/** Resolves to `{ code, signal }` when the child has ended. */
export function exit(child, command) {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(error.code === 'ENOENT' ? new Problem(`${command} was not found; is it installed and on the PATH?`) : error),
    );
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}
