// What the configuration and the command line say together: of which environment, with which variables and routes.

import { parseArgs } from 'node:util';
import { Problem } from './program.mjs';
import { loadWrangler } from './wrangler.mjs';

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

/** Wrangler's reading of the configuration. */
export async function readConfig({ env, config }) {
  const { unstable_readConfig } = await loadWrangler();
  try {
    return unstable_readConfig({ env, config });
  } catch (error) {
    throw new Problem(error.message);
  }
}
