// `npm run pictures`: the pictures of README, made by the release build (`npm run build`), with what each took: docs/pictures/ and the table.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, closeAll, production, startOrigin, startWorker } from '../tests/worker/harness.mjs';
import { program, say } from './program.mjs';
import { root } from './tools.mjs';

const help = `npm run pictures

  writes docs/pictures/ and README's table of them: each address, its bytes, and the milliseconds of work in the worker
`;

const folder = join('docs', 'pictures');
const browser = { headers: { accept: 'image/avif,image/webp,*/*' } };

/** What is shown: the sample, what is asked of it, and how wide the page shows it. */
const shown = [
  ['the source', 'launch.jpg', null, 200],
  ['a card', 'launch.jpg', 'w=600&h=314', 200],
  ['a thumbnail', 'portrait.jpg', 'w=200&h=200&fit=cover&a=attention&radius=max&f=auto', 130],
  ['for a phone', 'launch.jpg', 'w=400&h=auto&f=avif', 200],
];

/** The cards of docs/recipes.md, at half their size: which sample, and what is asked of it beside the preset. */
export const cards = [
  ['title', 'launch.jpg', 'Falcon 9 on its pad, before the launch of DSCOVR'],
  ['portrait', 'portrait.jpg', 'Eileen Collins, astronaut'],
  ['cover', 'launch.jpg', 'Εκτόξευση\nЗапуск'],
];

/** The presets of the cards, as the recipe has them. */
export const presetsOfCards = () => /PRESETS = """\n(title:[^]*?)"""/.exec(readFileSync(join(root, 'docs', 'recipes.md'), 'utf8'))[1].replaceAll('\n', ' ');

/** A card, as JPEG. */
export async function card({ origin, worker }, [preset, sample, txt]) {
  const s = origin.serve(`images.example.com/${sample}`, answer.bytes(readFileSync(join(root, 'site', 'samples', sample)), 'image/jpeg'));
  const reply = await worker.get({ s, p: preset, txt, dpr: '0.5' });
  if (reply.status !== 200) throw new Error(`${preset}: ${reply.text()}`);
  return reply.bytes;
}

async function pictures(args) {
  if (args.length > 0) return say(help);
  const origin = await startOrigin();
  const worker = await startWorker({ origin, base: 'http://localhost:8787', vars: { ...production, MODE: 'development', PRESETS: presetsOfCards() } });
  rmSync(join(root, folder), { recursive: true, force: true });
  mkdirSync(join(root, folder), { recursive: true });
  try {
    const cells = [];
    for (const [title, sample, query, width] of shown) cells.push(await cell({ origin, worker, title, sample, query, width }));
    for (const one of cards) writeFileSync(join(root, folder, `text-${one[0]}.jpg`), await card({ origin, worker }, one));
    const rows = ['head', 'picture', 'told'].map((row) => `| ${cells.map((one) => one[row]).join(' | ')} |`);
    const table = [rows[0], `|${'---|'.repeat(cells.length)}`, ...rows.slice(1)].join('\n');
    const said = `Made by \`npm run pictures\` on ${new Date().toISOString().slice(0, 10)}; milliseconds are those of the work in the worker, the second time.`;
    const path = join(root, 'README.md');
    const part = /(<!-- pictures -->\n)[^]*?(<!-- \/pictures -->)/;
    writeFileSync(path, readFileSync(path, 'utf8').replace(part, (_, open, close) => `${open}${table}\n\n${said}\n${close}`));
    say(`${folder}: ${cells.length + cards.length} pictures`);
  } finally {
    await closeAll(worker, origin);
  }
}

async function cell({ origin, worker, title, sample, query, width }) {
  const bytes = readFileSync(join(root, 'site', 'samples', sample));
  if (query === null) {
    const path = `${folder}/${sample}`;
    writeFileSync(join(root, path), bytes);
    return { head: title, picture: picture(path, title, width), told: `${kilobytes(bytes)} KB` };
  }
  const s = origin.serve(`images.example.com/${sample}`, answer.bytes(bytes, 'image/jpeg'));
  const asked = { s, ...Object.fromEntries(new URLSearchParams(query)) };
  // The first one compiles: the second is what a visitor waits for.
  await worker.get({ ...asked, v: 'first' }, browser);
  const reply = await worker.get(asked, browser);
  if (reply.status !== 200) throw new Error(`${query}: ${reply.text()}`);
  const ending = reply.headers.get('content-type').replace('image/', '').replace('jpeg', 'jpg');
  const path = `${folder}/${title.split(' ').at(-1)}.${ending}`;
  writeFileSync(join(root, path), reply.bytes);
  const spent = [...reply.headers.get('server-timing').matchAll(/(decode|resize|encode);dur=([\d.]+)/g)].reduce((sum, [, , ms]) => sum + Number(ms), 0);
  return { head: `${title}, \`${query}\``, picture: picture(path, title, width), told: `${kilobytes(reply.bytes)} KB, ${Math.max(1, Math.round(spent))} ms` };
}

const picture = (path, title, width) => `<img src="${path}" width="${width}" alt="${title}">`;

const kilobytes = (bytes) => (bytes.length / 1000).toFixed(0);

await program(import.meta.url, pictures);
