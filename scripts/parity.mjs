// `npm run parity`: our JPEG decoder beside libjpeg-turbo, which sharp has in it, over a corpus of sound and hostile files. Samples are the
// same when no two differ by more than 1. Files are compared as they are stored: no profile, no orientation.
//
// The corpus lies beside the checkout (`../shared/corpus`) or where `LETTERBOX_CORPUS` says; without it the script says so.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Problem, program, run, say } from './program.mjs';
import { setup } from './setup.mjs';
import { root } from './tools.mjs';

const classes = ['good', 'mixed', 'bad', 'unknown'];

/** Why good files are not the same. A miss that is not named here is a failure. */
const reasons = {
  '4672c7f08864cd0a': 'arithmetic coding is not read',
};

async function parity() {
  const corpus = process.env.LETTERBOX_CORPUS || join(dirname(root), 'shared', 'corpus');
  const manifest = join(corpus, 'MANIFEST.tsv');
  if (!existsSync(manifest)) return say('parity: skipped, there is no corpus beside the checkout');
  await setup();
  await run('cargo', ['build', '--quiet', '--release', '--locked', '--package', 'letterbox-jpeg', '--example', 'decode']);
  // Imported late: it is not there before the set-up.
  const { default: sharp } = await import('sharp');

  const table = Object.fromEntries(classes.map((name) => [name, { files: 0, read: 0, refused: 0, sound: 0, damaged: 0, 'broken off': 0, both: 0, same: 0, inks: 0 }]));
  const misses = [];
  const lines = readFileSync(manifest, 'utf8').trimEnd().split('\n').slice(1);
  for (const [file, kind] of lines.map((line) => line.split('\t')).filter(([file]) => file.startsWith('jpeg/'))) {
    const row = table[kind];
    const path = join(corpus, file);
    const [ours, theirs] = await Promise.all([decode(path), reference(sharp, path)]);
    row.files += 1;
    row[ours.refused ? 'refused' : 'read'] += 1;
    if (!ours.refused) row[ours.end] += 1;
    const difference = compare(ours, theirs);
    if (difference === 'inks') row.inks += 1;
    else if (!ours.refused && theirs) row.both += 1;
    if (difference === '') row.same += 1;
    else if (kind === 'good' && difference !== 'inks') misses.push({ name: file.slice('jpeg/'.length, -'.jpeg'.length), difference });
  }

  const columns = ['files', 'read', 'refused', 'sound', 'damaged', 'broken off', 'both', 'same', 'inks'];
  say(['class'.padEnd(8), ...columns.map((name) => name.padStart(11))].join(''));
  for (const name of classes) say([name.padEnd(8), ...columns.map((column) => String(table[name][column]).padStart(11))].join(''));
  say('\nread = sound + damaged inside + broken off; both: sharp reads it too; same: within 1 in every sample;');
  say('inks: four components, which sharp converts before it shows them, not compared.\n');
  for (const { name, difference } of misses) say(`${name}  ${difference}: ${reasons[name] ?? 'UNEXPLAINED'}`);
  const unexplained = misses.filter(({ name }) => !reasons[name]);
  if (unexplained.length > 0) throw new Problem(`parity: ${unexplained.length} good files differ for no known reason`);
}

/** Our picture: size, channels, samples, and how it ended; or that it was refused, and why. */
async function decode(path) {
  const child = spawn(join(root, 'target', 'release', 'examples', 'decode'), [path], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, said] = await Promise.all([child.stdout, child.stderr].map(async (stream) => Buffer.concat(await stream.toArray())));
  const [head, magic, width, height] = /^(\w+)\n(\d+) (\d+)\n255\n/.exec(out.subarray(0, 40).toString('latin1')) ?? [];
  const code = child.exitCode ?? (await new Promise((resolve) => child.once('close', resolve)));
  if (code !== 0) return { refused: said.toString().trim() };
  const [, intact, rows] = /^(\d+) of (\d+) rows/.exec(said);
  const end = said.includes('broken off') ? 'broken off' : intact === rows ? 'sound' : 'damaged';
  const channels = { P5: 1, P6: 3, CMYK: 4 }[magic];
  return { width: Number(width), height: Number(height), channels, samples: out.subarray(head.length), end };
}

/** The reference's picture, or nothing where it refuses the file. */
async function reference(sharp, path) {
  try {
    const image = sharp(path, { failOn: 'none', ignoreIcc: true, limitInputPixels: false });
    const { space } = await image.metadata();
    const { data, info } = await image.toColourspace(space).raw().toBuffer({ resolveWithObject: true });
    return { ...info, samples: data };
  } catch {
    return undefined;
  }
}

/** What is different: nothing is the empty string. */
function compare(ours, theirs) {
  if (ours.refused) return `refused (${ours.refused})`;
  if (ours.channels === 4) return 'inks';
  if (!theirs) return 'refused by the reference';
  const size = ({ width, height, channels }) => `${width} x ${height} x ${channels}`;
  if (size(ours) !== size(theirs)) return `${size(ours)}, ${size(theirs)} expected`;
  let [most, count] = [0, 0];
  for (let at = 0; at < ours.samples.length; at += 1) {
    const difference = Math.abs(ours.samples[at] - theirs.samples[at]);
    if (difference > 1) count += 1;
    if (difference > most) most = difference;
  }
  return most <= 1 ? '' : `${count} samples differ, by up to ${most}`;
}

await program(import.meta.url, parity);
