// What the command line says.

import { parseArgs } from 'node:util';
import { Problem } from '../scripts/program.mjs';
import { before, names } from './names.mjs';

export const help = `npm run bench -- [options]

Measures letterbox beside its peers, 10 to 15 minutes on two cores, and writes bench/results/latest.json. A full run
rewrites BENCHMARKS.md and its charts as well.

  --quick               four images, few runs: under two minutes, writes no BENCHMARKS.md
  --only <text>         images with this in their name, or several of them with commas
  --only effects        each effect beside sharp's, and the memory of 100 megapixels with it; effects,blur some of them
  --contestants <a,b>   these only: ${names.join(', ')}
  --runs <n>            measured requests a cell, at most
  --module <folder>     letterbox from a copy of build/ instead of a new build
  --before <folder>     a copy of an earlier build/ as one more contestant, to see what a change has done
  --note <text>         a line for the page, such as what the earlier build is
  --report              BENCHMARKS.md and its charts again, from the last full run
  --list                the names of all images
  --memory              the memory of the module for large sources and for several at once, beside its targets
  --scale               8, 32 and 128 new pictures at once: answers and waiting times (--total-ms <n>: TOTAL_TIMEOUT_MS)
  --hit                 what an answer from the cache takes, beside a worker that does nothing (--runs <n>: so many requests)
  --outgrow             how many PNG of the corpus have more bytes when they are reduced, and how many of sharp's
  --floor [image]       where the CPU time of letterbox's own pipeline goes (jpeg-baseline-6mp)
  --help                this
`;

/** The arguments as what is to be done. */
export function read(args) {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        contestants: { type: 'string' },
        runs: { type: 'string' },
        module: { type: 'string' },
        before: { type: 'string' },
        note: { type: 'string' },
        report: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        memory: { type: 'boolean', default: false },
        hit: { type: 'boolean', default: false },
        scale: { type: 'boolean', default: false },
        outgrow: { type: 'boolean', default: false },
        'total-ms': { type: 'string' },
        floor: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Problem(`${error.message}\n\n${help}`);
  }
  const { values, positionals } = parsed;
  if (positionals.length > (values.floor ? 1 : 0)) throw new Problem(`not understood: ${positionals.join(' ')}\n\n${help}`);
  const chosen = values.contestants?.split(',') ?? [...names];
  const stranger = chosen.find((name) => !names.includes(name));
  if (stranger) throw new Problem(`--contestants ${stranger}: expected some of ${names.join(', ')}`);
  if (values.before) chosen.push(before);
  const runs = values.runs === undefined ? undefined : Number(values.runs);
  if (runs !== undefined && !(Number.isInteger(runs) && runs > 0)) throw new Problem(`--runs ${values.runs}: expected a whole number from 1`);
  return { ...values, words: spoken(values), everybody: !values.contestants, runs, contestants: chosen, only: values.only?.split(','), image: positionals[0] };
}

/** The options as they can be repeated elsewhere: without the folders of this machine, and without what changes no number. */
function spoken({ quick, only, contestants, runs, module, before }) {
  const words = { only, contestants, runs, module: module && '<folder>', before: before && '<folder>' };
  const given = Object.entries(words).filter(([, value]) => value !== undefined);
  return [...(quick ? ['--quick'] : []), ...given.flatMap(([name, value]) => [`--${name}`, value])];
}
