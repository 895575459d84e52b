// `npm run bench:jpeg`: decoding alone, in CPU time, beside the decoders that one would take instead and beside native libjpeg-turbo.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { capture, Problem, program, say } from '../../../scripts/program.mjs';
import { setup } from '../../../scripts/setup.mjs';
import { compile, head, line, median, moduleOf, targetOf } from '../../../bench/kernel.mjs';

const help = `npm run bench:jpeg -- [options]

  --only <text>  rows with this in their name, such as progressive or 24mp
  --quick        three runs each
  --write        the table into crates/jpeg/README.md
  --help         this
`;

const here = dirname(fileURLToPath(import.meta.url));
const folder = targetOf('jpeg');

const rows = [
  ['jpeg-baseline-6mp', 1],
  ['jpeg-baseline-6mp', 2],
  ['jpeg-baseline-24mp', 4],
  ['jpeg-baseline-24mp', 8],
  ['jpeg-baseline-100mp', 8],
  ['jpeg-progressive-24mp', 4],
  ['jpeg-progressive-24mp', 8],
  ['jpeg-progressive-100mp', 8],
].map(([image, denominator]) => ({ image, denominator, name: `${image.slice(5)}, 1/${denominator}` }));

/** In the order of the columns; a function is called `name` in the module, and the last one has no scales. */
const contestants = [
  { title: 'letterbox-jpeg', name: 'letterbox_jpeg' },
  { title: 'native libjpeg-turbo', native: true },
  { title: 'jpeg-decoder', name: 'jpeg_decoder' },
  { title: 'libjpeg-turbo-rs', name: 'libjpeg_turbo_rs' },
  { title: 'zune-jpeg, always 1/1', name: 'zune_jpeg', fullOnly: true },
];

async function bench(args) {
  const { only, quick, write, help: asked } = read(args);
  if (asked) return say(help);
  const chosen = rows.filter(({ name }) => name.includes(only ?? ''));
  if (chosen.length === 0) throw new Problem(`--only ${only}: expected a part of one of ${rows.map(({ name }) => name).join('; ')}`);
  if (write && (only || quick)) throw new Problem('--write is for a full run');
  await setup();
  mkdirSync(folder, { recursive: true });
  say('bench: compiling the contestants (a minute the first time)');
  await compile('jpeg');
  const programs = { module: moduleOf('jpeg'), native: await compileNative() };

  const lines = [];
  for (const [at, row] of chosen.entries()) {
    const path = await file(row.image);
    const repeated = chosen.findIndex(({ image }) => image === row.image) < at;
    const cells = [];
    let first;
    for (const contestant of contestants) {
      const absent = (contestant.native && !programs.native) || (contestant.fullOnly && repeated);
      const result = absent ? null : await measure(programs, contestant, path, row.denominator, quick);
      if (!contestant.fullOnly) first ??= result;
      if (result?.times && !contestant.fullOnly) same(first, result, contestant.title, row.name);
      cells.push(told(result));
    }
    lines.push([row.name, ...cells]);
    say(`bench: ${row.name}: ${contestants.map(({ title }, column) => `${title} ${cells[column]}`).join(', ')}`);
  }
  const table = [head(['CPU ms / MB', ...contestants.map(({ title }) => title)], '---:'), ...lines.map(line)].join('\n');
  say(`\n${table}`);
  if (write) insert(table);
}

function read(args) {
  try {
    const flag = { type: 'boolean', default: false };
    return parseArgs({ args, options: { only: { type: 'string' }, quick: flag, write: flag, help: flag } }).values;
  } catch (error) {
    throw new Problem(`${error.message}\n\n${help}`);
  }
}

/** libjpeg-turbo compiled for this machine, where it is installed; null, with a sentence, where it is not. */
async function compileNative() {
  const path = join(folder, 'native');
  const { code, output } = await capture('cc', ['-O2', '-Wall', '-o', path, join(here, 'native.c'), '-ljpeg']);
  if (code === 0) return path;
  const why = /.*error.*/.exec(output)?.[0] ?? 'there is no C compiler';
  say(`bench: without native libjpeg-turbo (on Debian: apt-get install gcc libjpeg62-turbo-dev): ${why}`);
  return null;
}

/** The image as a file, made on first use. */
async function file(name) {
  const { images, load } = await import('../../../bench/images.mjs'); // needs packages that setup has installed
  const path = join(folder, `${name}.jpg`);
  writeFileSync(path, await load(images.find((image) => image.name === name)));
  return path;
}

/** One contestant in a process of its own: { times, bytes, mean, megabytes }, or { failure }. */
async function measure({ module, native }, contestant, path, denominator, quick) {
  // Warm-ups, runs at most, and the seconds after which three of them are enough.
  const effort = (quick ? [3, 3, 0] : [3, 9, 5]).map(String);
  const work = [path, String(contestant.fullOnly ? 1 : denominator), ...effort];
  const { code, output } = contestant.native
    ? await capture(native, work)
    : await capture(process.execPath, [join(here, 'measure.mjs'), module, contestant.name, ...work]);
  return code === 0 ? JSON.parse(output) : { failure: output };
}

/** Refuses figures of decoders that have not done the same work; within a level, because not all of them round alike. */
function same(first, { bytes, mean }, title, row) {
  if (!first.times) return;
  if (bytes === first.bytes && Math.abs(mean - first.mean) < 1) return;
  throw new Problem(`${row}: ${title} gives ${bytes} bytes of mean ${mean}, and ${first.bytes} of mean ${first.mean} were expected`);
}

function told(result) {
  if (!result) return '-';
  if (result.failure !== undefined) return 'fails';
  const short = (value) => value.toFixed(value < 100 ? 1 : 0);
  const time = short(median([...result.times].sort((a, b) => a - b)));
  return result.megabytes === undefined ? time : `${time} / ${short(result.megabytes)}`;
}

function insert(table) {
  const path = join(here, '..', 'README.md');
  const [before, , after] = readFileSync(path, 'utf8').split('<!-- bench -->\n');
  if (after === undefined) throw new Problem(`${path}: expected <!-- bench --> on two lines`);
  writeFileSync(path, [before, `${table}\n`, after].join('<!-- bench -->\n'));
}

await program(import.meta.url, bench);
