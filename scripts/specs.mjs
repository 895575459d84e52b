// The specs of the worker in the runtime: `node scripts/specs.mjs`, which `npm test` ends with. Two at a time, where there are two processors.
//
// Most specs share processes, and in each of these one runtime for each set of settings (tests/worker/together.mjs). What starts programs has
// a process of its own, and what measures memory or is about time has the machine to itself.

import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { capture, duration, inLanes, Problem, program, say } from './program.mjs';
import { root } from './tools.mjs';

const folder = join('tests', 'worker');

/** These start wrangler, cargo or our scripts, and wait for them. */
const ofPrograms = ['variant', 'start', 'deploy-guide', 'check', 'digests', 'packed', 'resize', 'sign'];

/** These measure the memory of the module under load. */
const ofMemory = ['memory', 'answers'];

/** Runs all specs, or those whose names are given, and says what each says when it ends. */
export async function specs(wanted = []) {
  const all = readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.spec.mjs'))
    .map((name) => name.slice(0, -'.spec.mjs'.length))
    .sort();
  const stranger = [...wanted, ...ofPrograms, ...ofMemory].find((name) => !all.includes(name));
  if (stranger) throw new Problem(`${stranger}: there is no ${join(folder, `${stranger}.spec.mjs`)}`);
  const asked = all.filter((name) => wanted.length === 0 || wanted.includes(name));
  const among = (names) => names.filter((name) => asked.includes(name));
  const sharing = asked.filter((name) => ![...ofPrograms, ...ofMemory].includes(name));

  const lanes = Math.min(2, availableParallelism());
  // Dealt like cards: neighbours in the alphabet are about one thing, and long or short alike.
  const hands = Array.from({ length: lanes }, (_, lane) => sharing.filter((_, at) => at % lanes === lane));
  const failed = [];
  const run = async (hand) => {
    if (!(await passes(hand))) failed.push(hand);
  };
  await inLanes(lanes, [...hands.filter((hand) => hand.length > 0), ...among(ofPrograms).map((name) => [name])], run);
  await inLanes(1, among(ofMemory).map((name) => [name]), run);
  if (failed.length > 0) throw new Problem(failed.map((hand) => `failed: npm run specs -- ${hand.join(' ')}`).join('\n'));
}

async function passes(names) {
  const started = Date.now();
  const files = names.map((name) => `${name}.spec.mjs`);
  const { code, output } = await capture(process.execPath, ['--test-reporter=spec', join(folder, 'together.mjs'), ...files]);
  say(`${output}\n${names.join(', ')}: ${duration(Date.now() - started)}`);
  return code === 0;
}

await program(import.meta.url, specs);
