// `npm run bench:engine`: the engine of the package in Chromium, beside the worker: a JPEG of 12 megapixels to 1200 x 627. The browser is to take at
// most twice the worker's CPU time.

import { join } from 'node:path';
import { chromium, inChromium } from '../scripts/chromium.mjs';
import { makePackage } from '../scripts/package.mjs';
import { Problem, program, say } from '../scripts/program.mjs';
import { root } from '../scripts/tools.mjs';
import { client } from './http.mjs';
import { images, load } from './images.mjs';
import { production, startOrigin } from './origin.mjs';
import { cpuWatch, measurable } from './process.mjs';
import { median } from './statistics.mjs';
import { startWorkerd } from './workerd.mjs';

const source = 'jpeg-baseline-12mp';
const target = { w: 1200, h: 627 };
const warmUps = 10;
const runs = 15;
const most = 2;

/** Runs in the page: milliseconds of each run, and the bytes of the answer. */
const script = `
import { resize } from '/engine.mjs';
const file = new Uint8Array(await (await fetch('/photo.jpg')).arrayBuffer());
const times = [];
let answer;
for (let number = -${warmUps}; number < ${runs}; number += 1) {
  const started = performance.now();
  answer = await resize(file, ${JSON.stringify(target)});
  if (number >= 0) times.push(performance.now() - started);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
send({ times, bytes: answer.bytes.length });`;

async function benchEngine(args) {
  if (args.length > 0) throw new Problem(`${args[0]}: unknown\nusage: npm run bench:engine`);
  if (!chromium) throw new Problem('there is no Chromium here: install one, or name it in CHROMIUM');
  if (!measurable) throw new Problem('the CPU time of the worker can be had on Linux only');
  const { folder } = await makePackage();
  const photo = await load(images.find(({ name }) => name === source));
  const origin = await startOrigin();
  let server;
  try {
    origin.serve(source, photo, 'image/jpeg');
    server = await startWorkerd({ folder: join(root, 'build'), bindings: production, origin });
    const { get, close } = client(server);
    const inWorker = [];
    let bytes;
    for (let number = -warmUps; number < runs; number += 1) {
      const path = `/?${new URLSearchParams({ s: origin.freshUrl(source), ...target })}`;
      const watch = cpuWatch(server.pid);
      const reply = await get(path);
      if (reply.status !== 200) throw new Error(`${reply.status} ${reply.bytes}`);
      const ms = await watch();
      if (number >= 0) inWorker.push(ms);
      bytes = reply.bytes.length;
    }
    close();
    const page = await inChromium(script, { folder, files: { '/photo.jpg': photo } });
    if (page.bytes !== bytes) throw new Problem(`the browser's answer has ${page.bytes} bytes, and the worker's ${bytes}`);
    const [browser, worker] = [median(page.times), median(inWorker)];
    const line = `${source} to ${target.w}x${target.h}, medians of ${runs}: ${browser.toFixed(1)} ms in Chromium, ${worker.toFixed(1)} ms of CPU time in the worker, ${(browser / worker).toFixed(2)} times`;
    say(line);
    if (browser > most * worker) throw new Problem(`at most ${most} times`);
  } finally {
    await server?.stop();
    await origin.close();
  }
}

await program(import.meta.url, benchEngine);
