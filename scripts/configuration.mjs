// Whether the configuration and the command line together want AVIF in the worker.

import { readConfig } from '../cli/configuration.mjs';

/** Leaves AVIF out; in the environment because wrangler hands that on to the build command, and nothing else. */
export const noAvif = { option: '--no-avif', variable: 'LETTERBOX_NO_AVIF' };

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
