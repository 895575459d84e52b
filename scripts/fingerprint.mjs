// One hash over files and folders. Content and not dates: a checkout or a touched file does not cost a build.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { root } from './tools.mjs';

/** The hash of the named files, of everything inside the named folders that `counts`, and of the extra strings. What is missing counts as missing. */
export function fingerprint(paths, extra = [], counts = () => true) {
  const hash = createHash('sha256').update(JSON.stringify(extra));
  for (const path of paths.flatMap(filesIn).filter(counts)) {
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}

function filesIn(path) {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (!found) return [];
  if (!found.isDirectory()) return [path];
  return readdirSync(join(root, path), { recursive: true })
    .map((name) => join(path, name))
    .filter((name) => !name.split(sep).includes('target') && statSync(join(root, name)).isFile())
    .sort();
}
