// What the configuration and the command line say together: of which environment, with which variables and routes, and whether with AVIF.

import { parseArgs } from 'node:util';
import { Problem } from './program.mjs';

/** Leaves AVIF out; in the environment because wrangler hands that on to the build command, and nothing else. */
export const noAvif = { option: '--no-avif', variable: 'LETTERBOX_NO_AVIF' };

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
  // Imported late: wrangler is not there before the set-up.
  const { unstable_readConfig } = await import('wrangler');
  try {
    return unstable_readConfig({ env, config });
  } catch (error) {
    throw new Problem(error.message);
  }
}

/**
 * Whether AVIF is to be in the worker: not with `--no-avif`, be it among the arguments, in the environment, or in the build command of the
 * configuration, which is read unless it is given.
 */
export async function wantsAvif(args, config) {
  if (args.includes(noAvif.option) || process.env[noAvif.variable]) return false;
  // Run by wrangler, the arguments are the build command's, and the configuration may be any file.
  if (process.env.WRANGLER_COMMAND) return true;
  const { build } = config ?? (await readConfig({}));
  return !build?.command?.split(/\s+/).includes(noAvif.option);
}
