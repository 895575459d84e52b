// The corpus of sound and hostile files, if there is one.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../scripts/tools.mjs';

/** The corpus beside the checkout or where LETTERBOX_CORPUS says: its folder, all its files, and those that are not sound; or null. */
export function corpus() {
  const folder = process.env.LETTERBOX_CORPUS || join(dirname(root), 'shared', 'corpus');
  if (!existsSync(join(folder, 'MANIFEST.tsv'))) return null;
  const lines = readFileSync(join(folder, 'MANIFEST.tsv'), 'utf8').trimEnd().split('\n').slice(1).map((line) => line.split('\t'));
  const files = lines.map(([name]) => name);
  return { folder, files, hostile: lines.filter(([, kind]) => kind === 'bad' || kind === 'mixed').map(([name]) => name) };
}
