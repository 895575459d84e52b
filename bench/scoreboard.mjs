// The run itself: every chosen image at every target, and what is written of it.

import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { duration, Problem, say } from '../scripts/program.mjs';
import { root } from '../scripts/tools.mjs';
import { deployment } from './bundle.mjs';
import { checker } from './check.mjs';
import { enter } from './contestants.mjs';
import { images, load } from './images.mjs';
import { load as machineLoad, machine, versions } from './machine.mjs';
import { startOrigin } from './origin.mjs';
import { race } from './race.mjs';
import { latest, writeReport } from './report.mjs';
import { addRatios, spread, totals } from './summary.mjs';
import { rowTable, totalsTable } from './terminal.mjs';

const targets = [
  { width: 1200, height: 627 },
  { width: 320, height: 320 },
];

const quick = {
  images: ['jpeg-baseline-2mp', 'jpeg-baseline-6mp', 'jpeg-progressive-6mp', 'png-alpha-3mp'],
  plan: { warmUps: 3, runs: 5, fewestRuns: 3, budgetMs: 700 },
};

const full = {
  images: images.map(({ name }) => name),
  plan: { warmUps: 5, runs: 9, fewestRuns: 3, budgetMs: 1000 },
};

/** Runs what the options ask for; `builds` are the folders of letterbox's builds: { letterbox, before }. */
export async function scoreboard(options, builds) {
  const scope = options.quick ? quick : full;
  const chosen = choose(options.only ? full.images : scope.images, options.only);
  const contestants = await enter(options.contestants, copied(builds));
  const plan = options.runs ? { ...scope.plan, runs: options.runs, fewestRuns: Math.min(options.runs, scope.plan.fewestRuns) } : scope.plan;
  const result = {
    date: new Date().toISOString(),
    command: ['npm run bench', ...(options.words.length ? ['--', ...options.words] : [])].join(' '),
    ...(options.note && { note: options.note }),
    machine: machine(),
    versions: versions(),
    plan,
    load: { before: machineLoad() },
    contestants: contestants.map(({ name, what, bundles }) => ({ name, what, bundles })),
  };
  if (options.module) result.versions.letterbox += ', module given on the command line';

  const started = Date.now();
  result.rows = await rows({ chosen, contestants, plan });
  result.load.after = machineLoad();
  result.seconds = Math.round((Date.now() - started) / 1000);
  result.spread = spread(result.rows);
  result.totals = totals(result.rows, contestants);

  say(totalsTable(result.totals));
  say(`\nbench: ${result.rows.length} rows in ${duration(Date.now() - started)}; p95 / median of CPU time, in the middle of all cells: ${result.spread?.toFixed(2)}`);
  result.complete = !options.quick && !options.only && !options.runs && options.everybody;
  save(result);
  if (result.complete) writeReport(result);
}

function choose(names, only) {
  const found = only ? names.filter((name) => only.some((text) => name.includes(text))) : names;
  if (found.length === 0) throw new Problem(`--only ${only}: no image has this in its name; they are ${images.map(({ name }) => name).join(', ')}`);
  return images.filter(({ name }) => found.includes(name));
}

/** Copies of the builds, so that a new one in the meantime does not change what is measured. */
function copied(builds) {
  const copies = Object.entries(builds).map(([name, build]) => {
    const folder = join(root, 'bench', '.bundles', name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const { script, modules } = deployment(build);
    for (const file of [script, ...modules]) copyFileSync(join(build, file), join(folder, file));
    return [name, folder];
  });
  return Object.fromEntries(copies);
}

async function rows({ chosen, contestants, plan }) {
  const origin = await startOrigin();
  const done = [];
  const started = Date.now();
  try {
    for (const image of chosen) {
      const file = await load(image);
      origin.serve(image.name, file, `image/${image.format}`);
      for (const target of image.targets ?? targets) {
        const check = await checker(image, file, target);
        const cells = await race({ contestants, image, target, origin, check, plan });
        const row = { image: image.name, kind: image.kind, megapixels: image.megapixels, sourceBytes: file.length, target, cells };
        addRatios([row]);
        done.push(row);
        say(rowTable(row));
        say(`bench: ${done.length} of ${chosen.flatMap((image) => image.targets ?? targets).length}, ${duration(Date.now() - started)}`);
      }
      origin.forget(image.name);
    }
  } finally {
    await origin.close();
  }
  return done;
}

function save(result) {
  mkdirSync(dirname(latest), { recursive: true });
  writeFileSync(latest, `${JSON.stringify(result, spelled, 1)}\n`);
  say('bench: bench/results/latest.json written');
}

// JSON has no infinity, which is the PSNR of equal pictures; and no digit beyond the fourth means anything.
function spelled(_, value) {
  if (value === Infinity) return 'exact';
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(4)) : value;
}
