// `npm run bench:inflate`: letterbox-inflate beside other inflates, all in one wasm module with SIMD, as a markdown table.
//
// CPU milliseconds of one stream, the least and the median of 20 after 5 to warm up; a fresh process for every case and contestant,
// so that nobody profits from what the other has taught the engine. `npm run bench:inflate -- rgba` runs what has `rgba` in its name.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { constants, deflateSync, inflateSync } from 'node:zlib';

const { Z_FILTERED, Z_DEFAULT_STRATEGY } = constants;
/** The image data of the benchmark's files, as sharp writes it and as zlib does. */
const CASES = {
  'rgb 12 MP, by sharp': { image: 'png-12mp' },
  'rgba 3 MP, by sharp': { image: 'png-alpha-3mp' },
  'rgb 12 MP, by libpng': { image: 'png-12mp', deflate: { level: 6, strategy: Z_FILTERED } },
  'rgb 12 MP, by zlib': { image: 'png-12mp', deflate: { level: 6, strategy: Z_DEFAULT_STRATEGY } },
};
const CONTESTANTS = ['letterbox', 'fdeflate', 'zune_inflate', 'miniz_oxide'];
const [WARM_UPS, RUNS] = [5, 20];

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '../../../target/bench-inflate');
const module = join(target, 'wasm32-unknown-unknown/release/letterbox_inflate_bench.wasm');

const [mode, ...rest] = process.argv.slice(2);
if (mode === 'one') await one(...rest);
else await all(process.argv.slice(2));

async function all(wanted) {
  const build = ['build', '--release', '--locked', '--target', 'wasm32-unknown-unknown', '--target-dir', target];
  execFileSync('cargo', build, { cwd: here, stdio: 'inherit', env: { ...process.env, RUSTFLAGS: '-C target-feature=+simd128' } });
  const { setup } = await import('../../../scripts/setup.mjs');
  await setup();
  const { images, load } = await import('../../../bench/images.mjs');
  console.log(`| stream | bytes | ${CONTESTANTS.map((name) => `${name}: least, median ms`).join(' | ')} | ratio to the best other |`);
  console.log(`|---|--:${'|--:'.repeat(CONTESTANTS.length)}|--:|`);
  for (const name of Object.keys(CASES).filter((name) => wanted.every((part) => name.includes(part)))) {
    const { image, deflate } = CASES[name];
    const coded = imageData(await load(images.find((each) => each.name === image)));
    const stream = deflate ? deflateSync(inflateSync(coded), deflate) : coded;
    const results = CONTESTANTS.map((contestant) => measured(stream, contestant));
    const times = results.map(({ least, median }) => `${least.toFixed(1)}, ${median.toFixed(1)}`);
    const [ours, ...others] = results.map(({ least }) => least);
    console.log(`| ${[name, stream.length.toLocaleString('en'), ...times, (ours / Math.min(...others)).toFixed(2)].join(' | ')} |`);
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

function measured(stream, contestant) {
  return JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'one', contestant], { input: stream, encoding: 'utf8' }));
}

async function one(contestant) {
  const stream = readFileSync(0);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(module)));
  const place = exports.prepare(stream.length);
  new Uint8Array(exports.memory.buffer, place, stream.length).set(stream);
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
  console.log(JSON.stringify({ least: times[0], median: times[RUNS / 2] }));
}
