// `npm run bench:inflate`: letterbox-inflate beside other inflates, all in one wasm module with SIMD, as a markdown table.
//
// CPU milliseconds of one stream, the least and the median of 20 after 5 to warm up. `npm run bench:inflate -- rgba` runs what has `rgba` in
// its name.

import { readFileSync } from 'node:fs';
import { constants, deflateSync, inflateSync } from 'node:zlib';
import { apart, bench, compile, head, instance, line, median, timed } from '../../../bench/kernel.mjs';

const { Z_FILTERED, Z_DEFAULT_STRATEGY } = constants;
/** The image data of the benchmark's files, as sharp writes it and as zlib does. */
const CASES = {
  'rgb 12 MP, by sharp': { image: 'png-12mp' },
  'rgba 3 MP, by sharp': { image: 'png-alpha-3mp' },
  'rgb 12 MP, by libpng': { image: 'png-12mp', deflate: { level: 6, strategy: Z_FILTERED } },
  'rgb 12 MP, by zlib': { image: 'png-12mp', deflate: { level: 6, strategy: Z_DEFAULT_STRATEGY } },
};
const CONTESTANTS = ['letterbox', 'fdeflate', 'zune_inflate', 'miniz_oxide'];

async function all(wanted) {
  await compile('inflate');
  const { setup } = await import('../../../scripts/setup.mjs');
  await setup();
  const { images, load } = await import('../../../bench/images.mjs');
  console.log(head(['stream', 'bytes', ...CONTESTANTS.map((name) => `${name}: least, median ms`), 'ratio to the best other']));
  for (const name of Object.keys(CASES).filter((name) => wanted.every((part) => name.includes(part)))) {
    const { image, deflate } = CASES[name];
    const coded = imageData(await load(images.find((each) => each.name === image)));
    const stream = deflate ? deflateSync(inflateSync(coded), deflate) : coded;
    const results = CONTESTANTS.map((contestant) => apart(import.meta.url, [contestant], stream));
    const [ours, ...others] = results.map(([least]) => least);
    const times = results.map((sorted) => `${sorted[0].toFixed(1)}, ${median(sorted).toFixed(1)}`);
    console.log(line([name, stream.length, ...times, (ours / Math.min(...others)).toFixed(2)]));
  }
}

/** What the chunks of image data hold together. */
function imageData(file) {
  const parts = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  }
  return Buffer.concat(parts);
}

function one(contestant) {
  const exports = instance('inflate', readFileSync(0));
  return timed(() => exports[contestant](), { warmUps: 5, runs: 20 });
}

await bench({ all, one });
