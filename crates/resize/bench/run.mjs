// `npm run bench:resize`: letterbox-resize beside fast_image_resize, both in one wasm module with SIMD, as a markdown table.
//
// CPU milliseconds of one image, the least and the median of 30 after 10 to warm up. `npm run bench:resize -- rgba` runs what has `rgba` in
// its name.

import { apart, bench, compile, head, instance, line, median, timed } from '../../../bench/kernel.mjs';

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

async function all(wanted) {
  await compile('resize');
  console.log(head(['case', 'letterbox: least, median ms', 'fast_image_resize: least, median ms', 'ratio of the least', 'letterbox: bytes', 'fast_image_resize: bytes', 'in linear light: least, median ms', 'bytes']));
  for (const name of CASES.filter((name) => wanted.every((part) => name.includes(part)))) {
    const results = CONTESTANTS.map((contestant) => apart(import.meta.url, [name, contestant]));
    const [ourTimes, theirTimes, linearTimes] = results.map(({ times }) => `${times[0].toFixed(2)}, ${median(times).toFixed(2)}`);
    const [ours, theirs, linear] = results;
    const ratio = (ours.times[0] / theirs.times[0]).toFixed(2);
    console.log(line([name, ourTimes, theirTimes, ratio, ours.bytes, theirs.bytes, linearTimes, linear.bytes]));
  }
}

async function one(name, contestant) {
  const exports = instance('resize');
  const [, channels, ...sizes] = /^(\S+) (\d+)x(\d+) to (\d+)x(\d+)$/.exec(name);
  exports.prepare(...sizes.map(Number), CHANNELS[channels]);
  const times = await timed(() => exports[contestant](), { warmUps: 10, runs: 30 });
  return { times, bytes: exports.peak(), sum: exports.checksum() };
}

await bench({ all, one });
