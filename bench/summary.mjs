// What all rows say together.

import { baseline } from './names.mjs';
import { geometricMean, median } from './statistics.mjs';

/** Megabytes that an isolate has on the platform; the local runtime does not enforce it. */
export const isolateBytes = 128 * 2 ** 20;

export const overIsolate = (cell) => cell.wasmBytes > isolateBytes;

/** Adds each cell's ratio of CPU time to native sharp's in the same row. */
export function addRatios(rows) {
  for (const { cells } of rows) {
    const base = cells.find((cell) => cell.contestant === baseline);
    for (const cell of cells) cell.ratio = cell.cpuMs && base?.cpuMs ? cell.cpuMs / base.cpuMs : null;
  }
}

/** One line a contestant: what its ratios come to over the rows that it can do, and how many these are. */
export function totals(rows, contestants) {
  const cellOf = (row, name) => row.cells.find((cell) => cell.contestant === name);
  return contestants.map(({ name, bundles }) => {
    const done = rows.filter((row) => !cellOf(row, name).failure && !cellOf(row, name).flaw);
    const ratios = done.map((row) => cellOf(row, name).ratio).filter(Boolean);
    // A contestant that fails where it is hard has a kinder mean; this one is over the same rows for both.
    const both = done.filter((row) => cellOf(row, name).cpuMs && cellOf(row, 'letterbox')?.cpuMs);
    return {
      contestant: name,
      meanRatio: ratios.length ? geometricMean(ratios) : null,
      done: done.length,
      within: done.filter((row) => !overIsolate(cellOf(row, name))).length,
      rows: rows.length,
      toLetterbox: both.length ? geometricMean(both.map((row) => cellOf(row, name).cpuMs / cellOf(row, 'letterbox').cpuMs)) : null,
      bothDone: both.length,
      bundles,
    };
  });
}

/** How far the slow runs of a cell are from its median, in the middle of all cells: the noise of the run. */
export function spread(rows) {
  const ratios = rows.flatMap(({ cells }) => cells.filter((cell) => cell.cpuMs).map((cell) => cell.cpuP95Ms / cell.cpuMs));
  return ratios.length ? median(ratios) : null;
}
