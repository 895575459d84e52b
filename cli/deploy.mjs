// `letterbox-images deploy`: nothing goes up that the check refuses. Further arguments are wrangler's, such as --dry-run.

import { spawn } from 'node:child_process';
import { check } from './check.mjs';
import { selection } from './configuration.mjs';
import { exit, Problem } from './program.mjs';
import { wranglerArgs, wranglerEnv } from './wrangler.mjs';

export const usage = 'usage: letterbox-images deploy [--dry-run] [options of wrangler deploy]';

export async function deploy(args, context) {
  await check(args, context);
  // The top level has to be named too, or wrangler warns that the environment might have been forgotten.
  const topLevel = selection(args).env === undefined ? ['--env='] : [];
  const child = spawn(process.execPath, wranglerArgs(['deploy', ...args, ...topLevel]), { env: { ...process.env, ...wranglerEnv }, stdio: 'inherit' });
  const { code, signal } = await exit(child, 'wrangler');
  if (code !== 0) throw new Problem(`wrangler deploy failed (${signal ?? `exit ${code}`}); its words are above.`);
}
