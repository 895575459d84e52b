// `npm run check`: is what a deploy would send complete and safe?

import { join } from 'node:path';
import { checkDeployment } from '../cli/check.mjs';
import { readConfig, selection } from '../cli/configuration.mjs';
import { build } from './build.mjs';
import { noAvif, wantsAvif } from './configuration.mjs';
import { program } from './program.mjs';
import { setup } from './setup.mjs';
import { root } from './tools.mjs';

/** Rejects unless what `wrangler deploy <args>` would send is deployable. The worker is built, which takes no time where it is up to date. */
export async function check(args) {
  await setup();
  const selected = selection(args);
  const config = await readConfig(selected);
  const avif = await wantsAvif(args, config);
  await build({ avif, quiet: true });
  const more = avif ? [] : [`the worker is built without AVIF (${noAvif.option})`];
  await checkDeployment({ config, selected, folder: join(root, 'build'), more });
}

await program(import.meta.url, check);
