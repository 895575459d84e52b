// `npm run check`: is what a deploy would send complete and safe? The settings are asked of the worker's own parser, and what is around them
// of deployment.mjs: no rule is written here.

import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { review } from './deployment.mjs';
import { Problem, program, run, say } from './program.mjs';
import { setup } from './setup.mjs';
import { root } from './tools.mjs';

/** Rejects unless what `wrangler deploy <args>` would send is deployable. */
export async function check(args) {
  await setup();
  const { env, config: path, vars, routes } = selection(args);
  const config = await readConfig({ env, config: path });

  const input = JSON.stringify({
    vars: { ...config.vars, ...vars },
    bindings: [...config.r2_buckets.map((bucket) => bucket.binding), config.assets?.binding].filter(Boolean),
    secrets: config.secrets?.required ?? [],
    host: null,
  });
  const file = relative(root, config.configPath);
  const { problems, notes } = review(config, routes);
  for (const note of notes) say(`check: note: ${note}`);
  for (const problem of problems) console.error(`- ${problem}`);
  const section = `[${env ? `env.${env}.` : ''}vars] of ${file}`;
  say(`check: ${section} (the first time, compiling the checker takes a minute)`);
  try {
    await run('cargo', ['run', '--quiet', '--locked', '--example', 'check_config'], { input });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(`check: not deployable as it is. The place to change it is ${section}${problems.length ? ', and what is above it' : ''}.`);
  }
  if (problems.length) throw new Problem(`check: not deployable as it is. The place to change it is ${file}.`);
}

/** What wrangler would take from its arguments: the environment, the file, and variables and routes given on the command line. */
export function selection(args) {
  const options = {
    env: { type: 'string', short: 'e' },
    config: { type: 'string', short: 'c' },
    var: { type: 'string', multiple: true, default: [] },
    ...Object.fromEntries(['route', 'routes', 'domain', 'domains'].map((name) => [name, { type: 'string', multiple: true, default: [] }])),
  };
  const { values } = parseArgs({ args, options, strict: false, allowPositionals: true });
  const vars = values.var.map((pair) => [pair.split(':', 1)[0], pair.slice(pair.indexOf(':') + 1)]);
  const domains = [...values.domain, ...values.domains].map((pattern) => ({ pattern, custom_domain: true }));
  const routes = [...values.route, ...values.routes, ...domains];
  return { env: values.env ?? process.env.CLOUDFLARE_ENV, config: values.config, vars: Object.fromEntries(vars), routes };
}

async function readConfig(selected) {
  // Imported late: wrangler is not there before the set-up.
  const { unstable_readConfig } = await import('wrangler');
  try {
    return unstable_readConfig(selected);
  } catch (error) {
    throw new Problem(error.message);
  }
}

await program(import.meta.url, check);
