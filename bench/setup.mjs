// The peers' packages, in bench/node_modules: only the benchmark needs them, so only it installs them.

import { existsSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { capture, Problem, say } from '../scripts/program.mjs';
import { root } from '../scripts/tools.mjs';

export const folder = join(root, 'bench');

/** Installs the peers unless they are there. */
export async function setupPeers() {
  const lock = join(folder, 'package-lock.json');
  const record = join(folder, 'node_modules', '.package-lock.json');
  if (existsSync(record) && statSync(record).mtimeMs >= statSync(lock).mtimeMs) return;

  say('setup: npm packages of the peers, into bench/node_modules (41 MB, under a minute)');
  // As in scripts/setup.mjs: `install`, no install scripts, and a record that is newer than the lock.
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await capture('npm', args, { cwd: folder });
  if (code !== 0) throw new Problem(`${output}\n\nfailed: npm ${args.join(' ')} in bench/`);
  const now = new Date();
  utimesSync(record, now, now);
}
