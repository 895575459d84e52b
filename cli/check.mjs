// Is what a deploy would send complete and safe? The settings are asked of the worker's own parser, in the module that would go up
// (settings.mjs), and what is around them of deployment.mjs: no rule is written here.

import { basename, relative } from 'node:path';
import { review } from './deployment.mjs';
import { Problem, say } from './program.mjs';
import { askSettings } from './settings.mjs';

/** The entries of this package, each with what is to be said of it. */
const entries = { 'worker.mjs': null, 'worker-without-avif.mjs': 'the worker is the one without AVIF (worker-without-avif.mjs)' };

/**
 * Rejects unless what `wrangler deploy` would send is deployable. `config` is wrangler's reading of the file, `selected` what the command line
 * says beside it (`selection`), and `folder` has the module. `isOurs` is whether the worker is letterbox alone: a variable that is none of its
 * settings is then a mistake, and else a note.
 */
export async function checkDeployment({ config, selected: { env, vars, routes }, folder, isOurs = true, more = [] }) {
  const file = relative(process.cwd(), config.configPath);
  const section = `[${env ? `env.${env}.` : ''}vars] of ${file}`;
  const { problems, notes } = review(config, routes);
  const { lines: told, problems: all = [] } = await askSettings(folder, { ...config, vars: { ...config.vars, ...vars } });
  const isNoMatter = (problem) => !isOurs && / is no setting of letterbox/.test(problem);
  const unread = all.filter((problem) => !isNoMatter(problem));
  const isNote = (line) => line.startsWith('note: ');
  const lines = told?.filter((line) => !isNote(line));
  const said = told?.filter(isNote).map((line) => line.replace('note: ', '')) ?? [];
  for (const note of [...notes, ...more, ...said, ...all.filter(isNoMatter)]) say(`check: note: ${note}`);
  for (const problem of [...problems, ...unread]) console.error(`- ${problem}`);
  if (lines) say([`check: ${section}`, ...lines].join('\n'));
  const places = [unread.length && section, problems.length && (unread.length ? 'what is above it' : file)].filter(Boolean);
  if (places.length) throw new Problem(`check: not deployable as it is. The place to change it is ${places.join(', and ')}.`);
  say('check: deployable');
}

export const usage = 'usage: letterbox-images check [--config wrangler.toml] [--env name] [--var NAME:value] [--domain img.example.com]';

/** `letterbox-images check`: the configuration in the current folder, or the one that `--config` names. */
export async function check(args, { packageFolder }) {
  const { readConfig, selection } = await import('./configuration.mjs');
  const selected = selection(args);
  const config = await readConfig(selected);
  if (!config.configPath) throw new Problem('there is no wrangler.toml here: letterbox-images init writes one');
  const name = config.main && basename(config.main);
  const isOurs = name in entries && /letterbox-images/.test(config.main);
  const more = [isOurs ? entries[name] : `${config.main ?? 'nothing'} is the worker, and not letterbox alone: variables of its own are none of this check's business`];
  await checkDeployment({ config, selected, folder: packageFolder, isOurs, more: more.filter(Boolean) });
}
