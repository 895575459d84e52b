// One contestant on one image, in a process of its own: measure.mjs MODULE EXPORT FILE DENOMINATOR WARM-UPS MOST-RUNS SECONDS. Prints JSON.

import { readFileSync } from 'node:fs';

const [module, name, path, ...numbers] = process.argv.slice(2);
const [denominator, warmUps, most, enough] = numbers.map(Number);
const file = readFileSync(path);
let at = 0;
let result;

const host = {
  read(pointer, length) {
    const piece = file.subarray(at, at + length);
    new Uint8Array(exports.memory.buffer, pointer, piece.length).set(piece);
    at += piece.length;
    return piece.length;
  },
  done(bytes, mean) {
    result = { bytes: bytes >>> 0, mean };
  },
};

const { instance } = await WebAssembly.instantiate(readFileSync(module), { host });
const { exports } = instance;

/** CPU milliseconds of all threads: the compiler's are in them, and after the warm-ups it has little left to do. */
function decode() {
  at = 0;
  const before = process.cpuUsage();
  exports[name](file.length, denominator);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

for (let run = 0; run < warmUps; run++) decode();
const times = [];
let spent = 0;
while (times.length < most && (times.length < 3 || spent < enough * 1000)) {
  times.push(decode());
  spent += times.at(-1);
}
console.log(JSON.stringify({ times, megabytes: exports.memory.buffer.byteLength / 1e6, ...result }));
