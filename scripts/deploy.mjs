// `npm run deploy`: nothing goes up that the check refuses. Further arguments are wrangler's: `npm run deploy -- --dry-run`.

import { build } from './build.mjs';
import { check, selection } from './check.mjs';
import { program, run } from './program.mjs';
import { wranglerArgs, wranglerEnv } from './wrangler.mjs';

async function deploy(args) {
  await check(args);
  await build();
  // The top level has to be named too, or wrangler warns that the environment might have been forgotten.
  const topLevel = selection(args).env === undefined ? ['--env='] : [];
  await run(process.execPath, wranglerArgs(['deploy', ...args, ...topLevel]), { env: wranglerEnv });
}

await program(import.meta.url, deploy);
