// `npm run check`: would the worker accept the configuration that a deploy sends? Asked of the worker's own parser: no rule is written here.

import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Problem, program, run, say } from './program.mjs';
import { setup } from './setup.mjs';
import { root } from './tools.mjs';

/** Rejects unless what `wrangler deploy <args>` would send is deployable. */
export async function check(args) {
  await setup();
  const { env, config: path, vars } = selection(args);
  const config = await readConfig({ env, config: path });

  const input = JSON.stringify({
    vars: { ...config.vars, ...vars },
    bindings: [...config.r2_buckets.map((bucket) => bucket.binding), config.assets?.binding].filter(Boolean),
    secrets: config.secrets?.required ?? [],
    host: null,
  });
  const section = `[${env ? `env.${env}.` : ''}vars] of ${relative(root, config.configPath)}`;
  say(`check: ${section} (the first time, compiling the checker takes a minute)`);
  try {
    await run('cargo', ['run', '--quiet', '--locked', '--example', 'check_config'], { input });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(`check: not deployable as it is. The place to change it is ${section}.`);
  }
}

/** What wrangler would take from its arguments: the environment, the file, and variables given on the command line. */
export function selection(args) {
  const options = {
    env: { type: 'string', short: 'e' },
    config: { type: 'string', short: 'c' },
    var: { type: 'string', multiple: true, default: [] },
  };
  const { values } = parseArgs({ args, options, strict: false, allowPositionals: true });
  const vars = values.var.map((pair) => [pair.split(':', 1)[0], pair.slice(pair.indexOf(':') + 1)]);
  return { env: values.env ?? process.env.CLOUDFLARE_ENV, config: values.config, vars: Object.fromEntries(vars) };
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
