// The two pictures of BENCHMARKS.md: CPU time and memory by megapixels.

import { chart } from './chart.mjs';
import { baseline, before, floor, names } from './names.mjs';
import { isolateBytes } from './summary.mjs';
import { target } from './words.mjs';

const kinds = [
  ['jpeg-baseline', 'baseline JPEG'],
  ['jpeg-progressive', 'progressive JPEG'],
];

/** The charts of a full run: { name: svg }. */
export function charts({ rows, contestants }) {
  const size = target(rows[0].target);
  // The seed's handler would cover the line of native sharp. An earlier build comes last, so that all others keep their colours.
  const entered = [...names, before].filter((name) => contestants.some((each) => each.name === name) && name !== floor && name !== 'seed');
  return {
    cpu: drawn(rows, entered, `CPU time by megapixels, JPEG to ${size}`, `CPU time, native ${baseline} = 1`, (cell) => cell.ratio),
    memory: drawn(rows, entered, `Memory by megapixels, JPEG to ${size}`, 'MB above the idle process, at the peak', growth, [
      { y: isolateBytes / 2 ** 20, text: 'an isolate has 128 MB' },
    ]),
  };
}

/** Resident memory, because it is the same measure for workers and native processes. */
function growth({ peakBytes, idleBytes }) {
  return peakBytes === null ? null : Math.max(1, (peakBytes - idleBytes) / 2 ** 20);
}

function drawn(rows, shown, title, yTitle, value, lines) {
  const ours = rows.filter((row) => target(row.target) === target(rows[0].target));
  const panels = kinds.map(([kind, words]) => ({
    title: words,
    series: shown.map((name) => ({ name, points: points(ours, kind, name, value) })).filter((series) => series.points.length),
  }));
  const xTicks = [...new Set(ours.filter((row) => row.kind.startsWith('jpeg')).map((row) => row.megapixels))].sort((a, b) => a - b);
  return chart({ title, xTitle: 'megapixels', yTitle, xTicks, names: shown, panels, lines });
}

/** Where a contestant fails there is no point. */
function points(rows, kind, name, value) {
  return rows
    .filter((row) => row.kind === kind)
    .map((row) => [row.megapixels, row.cells.find((cell) => cell.contestant === name)])
    .filter(([, cell]) => cell && !cell.failure && value(cell))
    .map(([megapixels, cell]) => [megapixels, value(cell)]);
}
