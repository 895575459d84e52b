// BENCHMARKS.md and its charts, from the result of a full run.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { duration, Problem, say } from '../scripts/program.mjs';
import { root } from '../scripts/tools.mjs';
import { charts } from './charts.mjs';
import { baseline } from './names.mjs';
import { overIsolate } from './summary.mjs';
import { failure, footnotes, kilobytes, number, target, titles, told } from './words.mjs';

/** Where the last result lies. */
export const latest = join(root, 'bench', 'results', 'latest.json');

/** Writes the page of the last run once more, which must have been a full one. */
export function rewriteReport(note) {
  const result = existsSync(latest) ? JSON.parse(readFileSync(latest, 'utf8')) : {};
  if (!result.complete) throw new Problem('--report: the last run was not a full one; that is `npm run bench` without --quick, --only, --runs and --contestants');
  writeReport(note ? { ...result, note } : result);
}

/** Writes the page of a full run. */
export function writeReport(result) {
  const pictures = charts(result);
  mkdirSync(join(root, 'bench', 'charts'), { recursive: true });
  for (const [name, svg] of Object.entries(pictures)) writeFileSync(join(root, 'bench', 'charts', `${name}.svg`), svg);
  writeFileSync(join(root, 'BENCHMARKS.md'), page(result));
  say('bench: BENCHMARKS.md and bench/charts/ written');
}

function page(result) {
  return `# Benchmarks

letterbox beside its peers, each behind the same interface: fetch \`s\` from a loopback origin, contain it in w x h on white, answer in the
same format, JPEG at quality 80. Written by the script; run it yourself:

\`\`\`sh
npm run bench              # 10 to 15 minutes on two cores; writes this page and bench/results/latest.json
npm run bench -- --quick   # under two minutes
npm run bench -- --floor   # where the CPU time of letterbox's own pipeline goes
npm run bench -- --help
\`\`\`

${conditions(result)}

## In one table

${totalsTable(result)}

x ${baseline} is the geometric mean of the ratios of CPU time to native ${baseline} over the rows that the contestant can do; x letterbox compares it with
letterbox over the rows that both can do, because whoever fails where it is hard has a kinder mean. A row is an image at a target.

![CPU time by megapixels](bench/charts/cpu.svg)

![Memory by megapixels](bench/charts/memory.svg)

${targets(result).map((size) => matrix(result, size)).join('\n\n')}

## How it is measured

- **CPU and not wall time**, of all threads of the serving process, until the process is quiet after the reply: the compiler and the garbage
  collector work in threads of their own, and late. Milliseconds are of this machine; compare the ratios.
- **All in one run.** For each row every contestant gets a fresh process, because what a just-in-time compiler has seen before changes what it does. Then
  come rounds in which each answers one request, another one first each time: one cold, up to ${result.plan.warmUps} to warm up, up to ${result.plan.runs} measured. One that
  is slow stops at ${result.plan.fewestRuns}, or at 2 if a request takes seconds. With so few, p95 is the slowest.
- **No cache**: every request has a source URL of its own.
- **Only right answers count**: format and size as asked, and a PSNR of at least 28 dB, on white, to the whole image decoded and
  resized with Lanczos3 (by libvips, which averages whole pixels first where it shrinks a lot). What fails is shown as failing.
- Workers run in workerd through Miniflare, as released: letterbox in production mode with \`ALLOWED_SOURCES\`, past Miniflare's own worker and its
  stand-in for the cache. **wasm MB** is the sum of all WebAssembly memories of the isolate at the end (they never shrink), **RSS MB** the peak of
  the whole process, about 50 MB of it the empty runtime.
- Images are made from the two sample photos, as mirror mosaics with light noise (\`bench/images.mjs\`).
- Peers are set up with care (\`bench/workers\`): jSquash without linear light and with baseline JPEG, photon without its slow padding, wasm-image-optimization
  without rounding its box down. Lossy WebP is method 4 with all who write it; letterbox and photon write WebP without loss. AVIF is
  at the fastest settings except in the seed's handler.

## Every row

${result.rows.map(details).join('\n\n')}

${footnotes.join('<br>\n')}
`;
}

function conditions({ date, command, machine, versions, load, spread, seconds, note }) {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `- ${date.slice(0, 10)}, \`${command}\`, ${duration(seconds * 1000)}
- ${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; CPU time from ${machine.cpuTime}
- ${named.join(', ')}
- Noise: the machine's load was ${number(load.before)} before and ${number(load.after)} after; in the middle of all cells the p95 of CPU time is ${number(spread, 2)} times the median${note ? `\n- ${note}` : ''}`;
}

const markdown = (rows) => rows.map((row) => `| ${row.join(' | ')} |`);

/** The first columns to the left, numbers to the right. */
function table([head, ...rows], left = 1) {
  return [...markdown([head]), `|${head.map((_, column) => (column < left ? '---|' : '--:|')).join('')}`, ...markdown(rows)].join('\n');
}

function totalsTable({ totals, contestants }) {
  const whats = Object.fromEntries(contestants.map(({ name, what }) => [name, what]));
  const lines = [
    ['', 'what', `x ${baseline}`, 'x letterbox', 'rows done', 'within 128 MB', 'bundle, gzip'],
    ...totals.map((total) => [
      total.contestant,
      whats[total.contestant],
      number(total.meanRatio, 2),
      number(total.toLetterbox, 2),
      `${total.done} of ${total.rows}`,
      Object.keys(total.bundles).length ? `${total.within}` : '-',
      Object.entries(total.bundles).map(([name, bytes]) => (name === total.contestant ? '' : `${name} `) + kilobytes(bytes)).join(', ') || '-',
    ]),
  ];
  return table(lines, 2);
}

const targets = ({ rows }) => [...new Set(rows.map((row) => target(row.target)))];

/** The ratios of one target: images down, contestants across. */
function matrix({ rows, contestants }, size) {
  const names = contestants.map(({ name }) => name);
  const lines = rows.filter((row) => target(row.target) === size).map(({ image, cells }) => [image, ...cells.map(brief)]);
  return `## CPU time to ${size}, in ms and times native ${baseline}\n\n${table([['', ...names], ...lines])}`;
}

function brief(cell) {
  if (cell.failure) return `fails${cell.failure.status ? `: ${cell.failure.status}` : ''}`;
  const marks = `${overIsolate(cell) ? ' †' : ''}${cell.flaw ? ' ‡' : ''}`;
  return cell.cpuMs === null ? number(cell.wallMs) : `${number(cell.cpuMs)} (${number(cell.ratio, 2)})${marks}`;
}

function details({ image, sourceBytes, target: size, cells }) {
  const good = cells.filter((cell) => !cell.failure).map(told);
  const bad = cells.filter((cell) => cell.failure).map((cell) => `- ${cell.contestant} ${failure(cell.failure)}`);
  const parts = [`### ${image} to ${target(size)}`, `Source: ${sourceBytes.toLocaleString('en')} bytes.`, table([titles, ...good])];
  return [...parts, ...(bad.length ? [bad.join('\n')] : [])].join('\n\n');
}
