// `npm run bench -- --memory`: what the whole module takes for the largest sources, and for several requests at once, each row in a fresh
// runtime. Memory of wasm never shrinks, so what it is in the end is the most that it has been.

import { join } from 'node:path';
import sharp from 'sharp';
import { Problem, say } from '../scripts/program.mjs';
import { root } from '../scripts/tools.mjs';
import { client } from './http.mjs';
import { derived, images, load } from './images.mjs';
import { production, startOrigin } from './origin.mjs';
import { aligned } from './terminal.mjs';
import { startWorkerd } from './workerd.mjs';

const target = { w: 1200, h: 627 };
const MiB = 2 ** 20;

// Every row has its most MiB; a file that has to stay in memory counts on top.
const rows = [
  { name: 'jpeg-baseline-100mp', most: 24 },
  { name: 'jpeg-progressive-100mp', most: 24, resident: true },
  { name: 'png-100mp', most: 16, make: () => enlarged('jpeg-baseline-100mp', 'rgb.png') },
  { name: 'png-rgba16-24mp', most: 16, make: () => enlarged('jpeg-baseline-24mp', 'rgba16.png') },
  // With the codec that writes the answer.
  { name: 'webp-24mp', most: 32, resident: true, make: () => enlarged('jpeg-baseline-24mp', 'rgb.webp') },
  { name: 'webp-100mp', most: 32, resident: true, make: () => enlarged('jpeg-baseline-100mp', 'rgb.webp') },
  { name: 'jpeg-baseline-24mp', most: 96, atOnce: 16 },
];

/** Prints the table for the module in `folder`; `only` are parts of names. */
export async function memory(folder, only) {
  const chosen = rows.filter(({ name }) => !only || only.some((text) => name.includes(text)));
  if (chosen.length === 0) throw new Problem(`--only ${only}: the rows are ${rows.map(({ name }) => name).join(', ')}`);
  const lines = [];
  for (const row of chosen) {
    const file = await (row.make ?? (() => load(images.find(({ name }) => name === row.name))))();
    say(`memory: ${row.name}`);
    const { answers, bytes } = await measure(folder, row, file);
    const most = row.most + (row.resident ? file.length / MiB : 0);
    const failures = answers.filter(({ status }) => status !== 200);
    const verdict = failures.length === 0 && bytes <= most * MiB ? 'pass' : 'miss';
    lines.push([row.name, mebibytes(file.length), `${row.atOnce ?? 1}`, statuses(answers), mebibytes(bytes), most.toFixed(1), verdict]);
    for (const said of new Set(failures.map((answer) => answer.bytes.toString()))) say(`  ${said}`);
  }
  const head = ['source', 'file MiB', 'at once', 'answers', 'wasm MiB', 'at most', ''];
  say(`\nto ${target.w}x${target.h}, the whole module\n${aligned([head, ...lines]).map((line) => `  ${line}`).join('\n')}`);
}

async function measure(folder, { name, atOnce = 1 }, file) {
  const origin = await startOrigin();
  origin.serve(name, file, 'image/*');
  const server = await startWorkerd({ folder, bindings: { ...production, MAX_SOURCE_BYTES: '67108864' }, origin });
  const clients = Array.from({ length: atOnce }, () => client(server));
  try {
    const ask = ({ get }) => get(`/?${new URLSearchParams({ s: origin.freshUrl(name), ...target })}`);
    const answers = await Promise.all(clients.map(ask));
    const { bytes } = await clients[0].get('/.bench/memory');
    return { answers, bytes: Number(bytes.toString()) };
  } finally {
    for (const { close } of clients) close();
    await server.stop();
    await origin.close();
  }
}

/** A sample photo as a PNG or a lossy WebP of the size of `name`, without the grain of the other images: with it the file would be larger than any limit. */
function enlarged(name, kind) {
  const image = images.find((each) => each.name === name);
  return derived(image, kind, () => {
    say(`images: making ${image.megapixels} megapixels of ${kind} (a minute, once)`);
    const photo = sharp(join(root, 'demo', 'samples', 'waterfall.jpg')).autoOrient();
    const size = { width: image.width, height: image.height, fit: 'fill', kernel: 'cubic' };
    const rgb = photo.resize(size);
    const pixels = kind.startsWith('rgba16') ? rgb.ensureAlpha(0.5).toColourspace('rgb16') : rgb;
    if (kind.endsWith('webp')) return pixels.webp({ quality: 85, effort: 2 }).toBuffer();
    return pixels.png({ compressionLevel: 6, adaptiveFiltering: true }).toBuffer();
  });
}

const mebibytes = (bytes) => (bytes / MiB).toFixed(1);

/** `200 x 16`, or several of these. */
function statuses(answers) {
  const counts = new Map();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => (count > 1 ? `${status} x ${count}` : `${status}`)).join(', ');
}
