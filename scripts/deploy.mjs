// `npm run deploy`: nothing goes up that the check refuses. Further arguments are wrangler's: `npm run deploy -- --dry-run`.

import { selection } from '../cli/configuration.mjs';
import { check } from './check.mjs';
import { noAvif } from './configuration.mjs';
import { program, run } from './program.mjs';
import { wranglerArgs, wranglerEnv } from './wrangler.mjs';

async function deploy(args) {
  await check(args); // and build
  // The top level has to be named too, or wrangler warns that the environment might have been forgotten.
  const topLevel = selection(args).env === undefined ? ['--env='] : [];
  const own = args.filter((arg) => arg !== noAvif.option);
  const env = { ...wranglerEnv, ...(own.length < args.length && { [noAvif.variable]: '1' }) };
  await run(process.execPath, wranglerArgs(['deploy', ...own, ...topLevel]), { env });
}

await program(import.meta.url, deploy);
