// `npm run bench -- --outgrow`: how many PNG of the corpus have more bytes when they are reduced, by letterbox and by sharp. Each sound one of 16
// pixels a side or more, at three quarters and half of its sides.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { Problem, run, say } from '../scripts/program.mjs';
import { root } from '../scripts/tools.mjs';
import { corpus } from './soak-corpus.mjs';

const sizes = [[3, 4], [1, 2]];
const settings = {
  'sharp as it comes': {},
  'sharp with a palette of 256': { palette: true },
  'sharp at its slowest, level 9': { compressionLevel: 9, effort: 10 },
};

export async function outgrow() {
  const beside = corpus();
  if (!beside) throw new Problem('--outgrow: there is no corpus beside the checkout');
  await run('cargo', ['test', '--locked', '--test', 'corpus', 'a_reduced_png', '--', '--nocapture'], { env: { EACH: '1' } });
  const sharp = createRequire(join(root, 'package.json'))('sharp');
  const lines = readFileSync(join(beside.folder, 'MANIFEST.tsv'), 'utf8').trimEnd().split('\n').map((line) => line.split('\t'));
  const sound = lines.filter(([name, kind, width, height]) => name.startsWith('png/') && kind === 'good' && Math.min(width, height) >= 16);
  for (const [words, options] of Object.entries(settings)) {
    for (const [part, of] of sizes) {
      const grown = [];
      for (const [name, , width, height] of sound) {
        const file = readFileSync(join(beside.folder, name));
        const side = (length) => Math.floor((length * part) / of);
        const answer = await sharp(file).resize(side(width), side(height), { fit: 'fill' }).png(options).toBuffer().catch(() => null);
        if (answer) grown.push(answer.length > file.length);
      }
      say(`${words}: ${grown.filter(Boolean).length} of ${grown.length} answers at ${part}/${of} have more bytes than their source`);
    }
  }
}
