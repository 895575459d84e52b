// `npm run check`: is what a deploy would send complete and safe? The settings are asked of the worker's own parser, in the module that would
// go up, and what is around them of deployment.mjs: no rule is written here.

import { join, relative } from 'node:path';
import { build } from './build.mjs';
import { noAvif, readConfig, selection, wantsAvif } from './configuration.mjs';
import { review } from './deployment.mjs';
import { Problem, program, say } from './program.mjs';
import { setup } from './setup.mjs';
import { root } from './tools.mjs';

/** Rejects unless what `wrangler deploy <args>` would send is deployable. The worker is built, which takes no time where it is up to date. */
export async function check(args) {
  await setup();
  const { env, config: path, vars, routes } = selection(args);
  const config = await readConfig({ env, config: path });
  const avif = await wantsAvif(args, config);
  await build({ avif, quiet: true });

  const file = relative(root, config.configPath);
  const section = `[${env ? `env.${env}.` : ''}vars] of ${file}`;
  const { problems, notes } = review(config, routes);
  for (const note of notes) say(`check: note: ${note}`);
  if (!avif) say(`check: note: the worker is built without AVIF (${noAvif.option})`);
  const { lines, problems: unread = [] } = await ask({ ...config, vars: { ...config.vars, ...vars } });
  for (const problem of [...problems, ...unread]) console.error(`- ${problem}`);
  if (lines) say([`check: ${section}`, ...lines].join('\n'));
  const places = [unread.length && section, problems.length && (unread.length ? 'what is above it' : file)].filter(Boolean);
  if (places.length) throw new Problem(`check: not deployable as it is. The place to change it is ${places.join(', and ')}.`);
  say('check: deployable');
}

/** What the module says of the settings, in the runtime that it is made for: { lines } or { problems }. */
async function ask({ vars, r2_buckets, assets, secrets, compatibility_date: compatibilityDate }) {
  const { Log, LogLevel, Miniflare } = await import('miniflare'); // installed by setup
  const folder = join(root, 'build');
  const runtime = new Miniflare({
    compatibilityDate,
    modulesRoot: folder,
    modules: [
      { type: 'ESModule', path: join(folder, 'settings.mjs') },
      { type: 'CompiledWasm', path: join(folder, 'index_bg.wasm') },
    ],
    cf: false,
    log: new Log(LogLevel.ERROR),
  });
  const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  const body = JSON.stringify({
    vars: Object.entries(vars).map(([name, value]) => [name, text(value)]),
    bindings: [...r2_buckets.map((bucket) => bucket.binding), assets?.binding].filter(Boolean),
    secrets: secrets?.required ?? [],
  });
  try {
    return await (await runtime.dispatchFetch('http://settings/', { method: 'POST', body })).json();
  } finally {
    await runtime.dispose();
  }
}

await program(import.meta.url, check);
