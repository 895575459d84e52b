// Numbers and failures as they stand in tables.

import { overIsolate } from './summary.mjs';

export const number = (value, digits = 1) => (value === null || value === undefined ? '-' : value.toFixed(digits));

const megabytes = (bytes) => (bytes === null ? '-' : (bytes / 2 ** 20).toFixed(0));

export const kilobytes = (bytes) => `${Math.round(bytes / 1000)} KB`;

export const titles = ['', 'CPU ms', 'p95', 'x sharp', 'cold', 'wall ms', 'KB', 'PSNR', 'wasm MB', 'RSS MB', 'runs'];

/** A cell as text in the order of the titles, or its name and what failed. */
export function told(cell) {
  if (cell.failure) return [cell.contestant, failure(cell.failure)];
  return [
    cell.contestant,
    number(cell.cpuMs),
    number(cell.cpuP95Ms),
    number(cell.ratio, 2),
    number(cell.coldCpuMs, 0),
    number(cell.wallMs),
    (cell.bytes / 1000).toFixed(0),
    exact(cell.psnr) ? 'exact' : `${number(cell.psnr)}${cell.flaw ? ' ‡' : ''}`,
    cell.wasmBytes === null ? '-' : `${megabytes(cell.wasmBytes)}${overIsolate(cell) ? ' †' : ''}`,
    megabytes(cell.peakBytes),
    `${cell.runs}`,
  ];
}

// As a number, and as it comes back from JSON.
const exact = (psnr) => psnr === Infinity || psnr === 'exact';

export function failure({ at, status, message, after }) {
  const when = after ? `${at} after ${after} good ones` : at;
  return `fails: ${status ? `${status}, ` : ''}${message} (${when})`;
}

export const target = ({ width, height }) => `${width}x${height}`;

export const footnotes = [
  '† more than the 128 MB of an isolate: works here, where nothing enforces it, and not on the platform',
  '‡ below 28 dB, so not counted as done; its time stays because the ratios are to it',
];
