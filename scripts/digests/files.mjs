// What is asked about: the corpus beside the checkout, if there is one, and the samples.

import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { corpus } from '../../bench/soak-corpus.mjs';
import { root } from '../tools.mjs';

/** All files, `{ group, name, path }`; the group is the format's folder in the corpus, and names begin with it. */
export function everyFile() {
  const samples = join(root, 'demo', 'samples');
  const found = corpus();
  return [
    ...readdirSync(samples).filter((name) => !name.endsWith('.md')).sort().map((name) => file(`samples/${name}`, join(samples, name))),
    ...(found?.files ?? []).map((name) => file(name, join(found.folder, name))),
  ];
}

const file = (name, path) => ({ group: name.split('/')[0], name, path });

/** Those that are asked about in the runtime too: what its guests read, the samples, and some of the rest. */
export const some = (files) => files.filter(({ group, name }) => ['avif', 'webp', 'samples'].includes(group) || drawn(name));

/** One name in 25, whichever others there are. */
const drawn = (name) => createHash('sha256').update(name).digest().readUInt32BE() % 25 === 0;
