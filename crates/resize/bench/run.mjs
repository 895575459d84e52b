// `npm run bench:resize`: letterbox-resize beside fast_image_resize, both in one wasm module with SIMD, as a markdown table.
//
// CPU milliseconds of one image, the least and the median of 30 after 10 to warm up; a fresh process for every case and contestant,
// so that nobody profits from what the other has taught the engine. `npm run bench:resize -- rgba` runs what has `rgba` in its name.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const CHANNELS = { grey: 1, 'grey+alpha': 2, rgb: 3, rgba: 4 };
const CASES = [
  'rgb 1408x1056 to 836x627',
  'rgb 1444x1083 to 836x627',
  'rgb 2000x1500 to 836x627',
  'rgb 4000x3000 to 836x627',
  'rgb 6000x4000 to 940x627',
  'rgba 1408x1056 to 836x627',
  'rgba 2000x1500 to 836x627',
  'rgba 4000x3000 to 836x627',
  'rgb 300x200 to 836x557',
  'rgba 300x200 to 836x557',
  'grey 2000x1500 to 836x627',
  'grey+alpha 2000x1500 to 836x627',
  'rgb 400x300 to 100x75',
];
const CONTESTANTS = ['letterbox', 'fast_image_resize', 'letterbox_in_linear_light'];
const [WARM_UPS, RUNS] = [10, 30];

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '../../../target/bench-resize');
const module = join(target, 'wasm32-unknown-unknown/release/letterbox_resize_bench.wasm');

const [mode, ...rest] = process.argv.slice(2);
if (mode === 'one') await one(...rest);
else all(process.argv.slice(2));

function all(wanted) {
  const build = ['build', '--release', '--locked', '--target', 'wasm32-unknown-unknown', '--target-dir', target];
  execFileSync('cargo', build, { cwd: here, stdio: 'inherit', env: { ...process.env, RUSTFLAGS: '-C target-feature=+simd128' } });
  console.log('| case | letterbox: least, median ms | fast_image_resize: least, median ms | ratio of the least | letterbox: bytes | fast_image_resize: bytes | in linear light: least, median ms | bytes |');
  console.log('|---|--:|--:|--:|--:|--:|--:|--:|');
  for (const name of CASES.filter((name) => wanted.every((part) => name.includes(part)))) {
    const [ours, theirs, linear] = CONTESTANTS.map((contestant) => measured(name, contestant));
    const [ourTimes, theirTimes, linearTimes] = [ours, theirs, linear].map(({ least, median }) => `${least.toFixed(2)}, ${median.toFixed(2)}`);
    const ratio = (ours.least / theirs.least).toFixed(2);
    const cells = [name, ourTimes, theirTimes, ratio, ours.bytes, theirs.bytes, linearTimes, linear.bytes];
    console.log(`| ${cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)).join(' | ')} |`);
  }
}

function measured(name, contestant) {
  return JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'one', name, contestant], { encoding: 'utf8' }));
}

async function one(name, contestant) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(module)));
  const [, channels, ...sizes] = /^(\S+) (\d+)x(\d+) to (\d+)x(\d+)$/.exec(name);
  exports.prepare(...sizes.map(Number), CHANNELS[channels]);
  const times = [];
  for (let run = 0; run < WARM_UPS + RUNS; run++) {
    const before = process.cpuUsage();
    exports[contestant]();
    const { user, system } = process.cpuUsage(before);
    // The engine compiles its optimised code meanwhile: it is given the time.
    if (run === WARM_UPS - 1) await setTimeout(200);
    if (run >= WARM_UPS) times.push((user + system) / 1000);
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ least: times[0], median: times[RUNS / 2], bytes: exports.peak(), sum: exports.checksum() }));
}
