// Packages of npm that one step alone wants: in the user's cache, once a set of versions, never in `node_modules`.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, Problem, say } from './program.mjs';
import { cache } from './tools.mjs';

/** Returns the folder with `dependencies` below `area` of the cache; `scripts` lets the packages run theirs. A folder is put in place whole. */
export async function installed(area, name, { dependencies = {}, type = 'module' }, { scripts = false } = {}) {
  const text = JSON.stringify({ private: true, type, dependencies }, null, 2);
  const at = join(cache, area, `${name}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`);
  if (existsSync(at)) return at;
  const versions = Object.entries(dependencies).map(([dependency, version]) => `${dependency} ${version}`);
  say(`${area}: installing ${versions.join(', ') || 'nothing'} (once, into ${at})`);
  const next = `${at}.${process.pid}`;
  mkdirSync(next, { recursive: true });
  try {
    writeFileSync(join(next, 'package.json'), text);
    const npm = ['install', '--no-audit', '--no-fund', '--loglevel=error', ...(scripts ? ['--foreground-scripts'] : ['--ignore-scripts'])];
    const { code, output } = await capture('npm', npm, { cwd: next });
    if (code !== 0) throw new Problem(`failed: npm ${npm.join(' ')}\n${output}`);
    renameSync(next, at);
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
  return at;
}
