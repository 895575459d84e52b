// The tables as they are printed while the run goes on, and at its end.

import { baseline } from './names.mjs';
import { footnotes, kilobytes, number, target, titles, told } from './words.mjs';

/** One row of the scoreboard: a table of all contestants. */
export function rowTable(row) {
  const cells = row.cells.map(told);
  const lines = aligned([titles, ...cells.filter((cell) => cell.length > 2)]);
  for (const [name, failure] of cells.filter((cell) => cell.length === 2)) lines.push(`${name.padEnd(widest(cells))}  ${failure}`);
  return `\n${row.image} (${row.sourceBytes.toLocaleString('en')} bytes) -> ${target(row.target)}\n  ${lines.join('\n  ')}`;
}

/** The contestants over all rows. */
export function totalsTable(totals) {
  const head = ['', `x ${baseline}`, 'rows done', 'in 128 MB', 'x letterbox', 'bundle, gzip'];
  const lines = totals.map((total) => [
    total.contestant,
    number(total.meanRatio, 2),
    `${total.done} of ${total.rows}`,
    Object.keys(total.bundles).length ? `${total.within}` : '-',
    number(total.toLetterbox, 2),
    Object.values(total.bundles).map(kilobytes).join(' / ') || '-',
  ]);
  return [
    `\nCPU time, geometric means: x ${baseline} over the rows that each can do, x letterbox over the rows that both can do`,
    ...aligned([head, ...lines]).map((line) => `  ${line}`),
    ...footnotes,
  ].join('\n');
}

const widest = (rows) => Math.max(...rows.map(([name]) => name.length));

/** The first column to the left, numbers to the right. */
export function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((text, column) => (column ? text.padStart(widths[column]) : text.padEnd(widths[0]))).join('  '));
}
