// `npm run fuzz`: the fuzz targets, one a processor at a time, with the compiler that is there. `npm run fuzz -- --help` says what else it can do.

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { deflateSync } from 'node:zlib';
import { capture, inLanes, Problem, program, say } from './program.mjs';
import { install } from './setup.mjs';
import { cache, installed, root } from './tools.mjs';

const targets = readdirSync(join(root, 'fuzz', 'targets')).map((name) => basename(name, '.rs'));

// Seconds a target where nobody says.
const smoke = 60;

const help = `npm run fuzz -- [target ...] [options]

  --smoke        ${smoke} seconds a target, which is the default
  --seconds <n>  so long a target
  --runs <n>     so many executions a target
  --help         this

Targets: ${targets.join(', ')}. What they learn stays in fuzz/corpus; a crash is written to fuzz/artifacts.
`;

const version = '0.13.2';
const folder = join(cache, `cargo-fuzz-${version}`);
const cargoFuzz = {
  crate: 'cargo-fuzz',
  version,
  why: 'it compiles the fuzz targets so that the fuzzer sees which branches are taken',
  cost: 'about 1 CPU minute',
  folder,
  path: join(folder, 'bin', 'cargo-fuzz'),
};

/** Targets at a time. */
const lanes = availableParallelism();

// Seconds an input may take, and megabytes the process may.
const bounds = ['-timeout=10', '-rss_limit_mb=1024'];

// Bytes of an input: a small file holds any of the mistakes, and more of them a second.
const longest = '-max_len=4096';

// No sanitizer: what runs natively has no unsafe code, and with none of them any stable compiler will do. No watch on comparisons: it took
// two thirds of the time, and the dictionary has the bytes that it would find; without it a minute reaches more branches.
const options = ['--sanitizer', 'none', '--no-trace-compares', '--fuzz-dir', join(root, 'fuzz')];

async function fuzz(args) {
  const { chosen, limit, asked } = read(args);
  if (asked) return say(help);
  if (!installed(cargoFuzz)) await install(cargoFuzz);
  say('fuzz: compiling the targets (seconds)');
  const built = await fuzzer('build', []);
  if (built.code !== 0) throw new Problem(`${built.output}\n\nfailed: cargo fuzz build`);

  const crashed = [];
  // Each target has a processor to itself, so that a minute of it is worth as much as one alone.
  await inLanes(lanes, chosen, async (target) => {
    const { line, crash } = await execute(target, seed(target), limit);
    say(line);
    if (crash) crashed.push(crash);
  });
  if (crashed.length) throw new Problem(crashed.join('\n\n'));
}

function read(args) {
  let parsed;
  const string = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  try {
    parsed = parseArgs({ args, allowPositionals: true, options: { smoke: flag, seconds: string, runs: string, help: flag } });
  } catch (error) {
    throw new Problem(`${error.message}\n\n${help}`);
  }
  const { values, positionals } = parsed;
  const stranger = positionals.find((name) => !targets.includes(name));
  if (stranger) throw new Problem(`${stranger}: expected some of ${targets.join(', ')}`);
  for (const name of ['seconds', 'runs']) {
    if (values[name] !== undefined && !/^[1-9]\d*$/.test(values[name])) throw new Problem(`--${name} ${values[name]}: expected a whole number from 1`);
  }
  const limit = [];
  if (values.runs) limit.push(`-runs=${values.runs}`);
  if (values.seconds || !values.runs) limit.push(`-max_total_time=${values.seconds ?? smoke}`);
  return { chosen: positionals.length ? positionals : targets, limit, asked: values.help };
}

const formats = ['bmp', 'gif', 'ico', 'jpg', 'png', 'tiff', 'webp'];

// What a target starts from: the endings of its files, what stands in front of a file in an input, and in how many ways each of our own
// comes; the others come in one. Of the JPEG decoder's targets that is the scale, whether as components, and how the file is cut
// (fuzz/src/jpeg/input.rs); of the encoder's the quality, the other settings, and the size of a picture whose samples the file is; of
// the whole pipeline bytes that say how it is done, and the query string of what is done (fuzz/src/transform.rs); of the others any bytes,
// which say how the file is cut.
const ofDecoder = { endings: ['jpg'], ways: 8, head: (way) => [way, (way * 7) % 64, (way * 29) % 256, way % 8], words: 'jpeg' };
const any = (length) => (way) => Array.from({ length }, (_, at) => ((way * 2 + 1) * (at * 53 + 89)) % 256);

/** Examples of parameters, as they stand in a query string. */
const examples = JSON.parse(readFileSync(new URL('parameters.json', import.meta.url), 'utf8'))
  .flatMap(({ name, examples }) => examples.map((text) => `${name}=${text}`));

/** Bytes, and six of the examples, other ones each way. */
const query = (way) => {
  const some = Array.from({ length: 6 }, (_, at) => examples[(way * 7 + at * 11) % examples.length]);
  return [...any(5)(way), ...Buffer.from(`${some.join('&')}\n`)];
};
const starts = {
  jpeg_decode: ofDecoder,
  jpeg_split: ofDecoder,
  jpeg_limits: ofDecoder,
  jpeg_encode: { endings: ['jpg'], ways: 16, head: (way) => [10 + way * 6, way * 17, 40 + way * 13, 250 - way * 15], words: 'jpeg' },
  header: { endings: formats, ways: 2, head: any(3), words: 'formats' },
  png_split: { endings: ['png'], ways: 4, head: any(4), words: 'formats' },
  vp8: { endings: ['webp'], ways: 1, head: any(0), words: 'formats' },
  vp8l: { endings: ['webp'], ways: 1, head: any(0), words: 'formats' },
  gif: { endings: ['gif'], ways: 8, head: query, words: 'formats' },
  webp: { endings: ['webp'], ways: 8, head: query, words: 'formats' },
  transform_any: { endings: formats, ways: 4, head: query, words: 'formats' },
};

// Small files of each format taken from the corpus beside the checkout, unless it is a target's only one.
const few = 200;

/** Fills a target's corpus with files to start from: our own, and small ones of a corpus beside the checkout. Returns its folder. */
function seed(target) {
  const corpus = join(root, 'fuzz', 'corpus', target);
  mkdirSync(corpus, { recursive: true });
  if (target === 'inflate_split') return streams(corpus);
  if (target === 'dialect') return urls(corpus);
  if (target === 'text') return fonts(corpus);
  const { endings, ways, head } = starts[target];
  const beside = process.env.LETTERBOX_CORPUS ?? resolve(root, '..', 'shared', 'corpus');
  const inputs = endings.flatMap((ending) => {
    const ours = list(join(root, 'fuzz', 'seeds')).filter((path) => path.endsWith(`.${ending}`));
    const small = list(join(beside, ending === 'jpg' ? 'jpeg' : ending)).filter((path) => statSync(path).size < 16_384);
    const some = endings.length === 1 ? small : small.slice(0, few);
    const each = Array.from({ length: ways }, (_, way) => way);
    return [...ours.flatMap((path) => each.map((way) => [path, way])), ...some.map((path, at) => [path, at % ways])];
  });
  for (const [path, way] of inputs) {
    const copy = join(corpus, `seed-${way}-${basename(path)}`);
    writeFileSync(copy, Buffer.concat([Buffer.from(head(way)), readFileSync(path)]));
  }
  return corpus;
}

/** The words of a target's inputs, as the one dictionary that a fuzzer takes. */
function dictionary({ words, head }, path) {
  const own = readFileSync(join(root, 'fuzz', `${words}.dict`), 'utf8');
  const more = head === query ? examples.map((pair) => `"&${escaped(pair)}"\n`) : [];
  writeFileSync(path, [own, ...more].join(''));
  return path;
}

/** A word for a dictionary: what is not ASCII, and what a dictionary has a meaning for, by its bytes. */
function escaped(word) {
  const bytes = [...Buffer.from(word)];
  return bytes.map((byte) => (byte > 0x1f && byte < 0x7f && byte !== 0x22 && byte !== 0x5c ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`)).join('');
}

const list = (folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []);

/** The same for inflate: this file at every level, behind two bytes that say how it is cut. */
function streams(corpus) {
  const text = readFileSync(fileURLToPath(import.meta.url)).subarray(0, 3000);
  for (const level of [0, 1, 6, 9]) {
    const copy = join(corpus, `seed-${level}`);
    if (!existsSync(copy)) writeFileSync(copy, Buffer.concat([Buffer.from([level * 25, level * 7]), deflateSync(text, { level })]));
  }
  return corpus;
}

/** URLs of every dialect, those that the tests know. */
function urls(corpus) {
  const vectors = ['dialect-urls.txt', 'dialect-examples.txt'].map((name) => readFileSync(join(root, 'tests', 'vectors', name), 'utf8'));
  const lines = vectors.join('\n').split('\n').filter(Boolean);
  lines.forEach((line, at) => writeFileSync(join(corpus, `seed-${at}`), line));
  return corpus;
}

/** Small fonts behind a style and a text. */
function fonts(corpus) {
  const files = list(join(root, 'crates', 'text', 'tests', 'files')).filter((path) => /\.(ttf|otf)$/.test(path));
  for (const path of files) {
    for (const [at, head] of ['0\u{7f}AaBbCg QRSs&|8%@é\n', '@\u{7f}AVTo AVTo\n', '\u{10}3Жю Ωδ…\n'].entries()) {
      writeFileSync(join(corpus, `seed-${at}-${basename(path)}`), Buffer.concat([Buffer.from(head), readFileSync(path)]));
    }
  }
  return corpus;
}

/** Runs one target; its line for the reader, and what to say if it crashed. */
async function execute(target, corpus, limit) {
  mkdirSync(join(root, 'fuzz', 'artifacts', target), { recursive: true });
  const flags = [...bounds, longest, ...limit, '-print_final_stats=1'];
  if (target in starts) flags.push(`-dict=${dictionary(starts[target], `${corpus}.dict`)}`);
  const coverage = [];
  const stats = {};
  const onLine = (line) => {
    const covered = /\bcov: (\d+)/.exec(line)?.[1];
    if (covered) coverage[coverage.length ? 1 : 0] = covered;
    const [, name, value] = /^stat::(\w+):\s+(\d+)/.exec(line) ?? [];
    if (name) stats[name] = Number(value);
  };
  const { code, output } = await fuzzer('run', [target, corpus, '--', ...flags], onLine);
  const count = (stats.number_of_executed_units ?? 0).toLocaleString('en');
  const reach = `coverage ${coverage[0] ?? 0} -> ${coverage[1] ?? coverage[0] ?? 0}`;
  const line = `fuzz: ${target.padEnd(13)} ${count} executions, ${stats.average_exec_per_sec ?? 0}/s, ${reach}, ${code ? 1 : 0} crashes`;
  return code === 0 ? { line } : { line, crash: `${target}: ${await told(target, output)}` };
}

/** What happened, and the input, made smaller while it still happens. */
async function told(target, output) {
  const what = /.*panicked at .*\n.*/.exec(output)?.[0] ?? /.*ERROR: libFuzzer.*/.exec(output)?.[0];
  const written = (text) => [...text.matchAll(/Test unit written to (.+)/g)].pop()?.[1];
  const input = written(output);
  if (!input) return output.split('\n').slice(-40).join('\n');
  say('fuzz: making the input smaller');
  // Without a longest length: given one above the input's own, libFuzzer writes empty files.
  const smaller = await fuzzer('tmin', ['--runs', '20000', target, input, '--', ...bounds]);
  const path = written(smaller.output) ?? input;
  // Where files do not outlive the run.
  const copy = process.env.CI ? `\nIn base64 it is ${readFileSync(path, 'base64')}` : '';
  return `${what}\nThe input is ${path}: mend what it found, and keep it in fuzz/regressions/${target}/, where cargo test replays it.${copy}`;
}

/** Out of sight: a fuzzer says a line for every input that it keeps. */
const fuzzer = (command, args, onLine) => capture(cargoFuzz.path, [command, ...options, ...args], { env: { RUST_BACKTRACE: '0' }, onLine });

await program(import.meta.url, fuzz);
