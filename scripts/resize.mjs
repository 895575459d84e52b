// `npm run resize`: the package's command `resize` from the clone, with the paths of the folder that it is called in.

import { chdir } from 'node:process';
import { ownHelp, resize, usage } from '../cli/resize.mjs';
import { makeFolder } from './package.mjs';
import { program, say } from './program.mjs';
import { version } from './tools.mjs';

await program(import.meta.url, async (args) => {
  if (args.some((arg) => ownHelp.includes(arg))) return say(usage.replaceAll('letterbox-images resize', 'npm run --silent resize --'));
  const packageFolder = await makeFolder();
  chdir(process.env.INIT_CWD ?? '.');
  await resize(args, { packageFolder, version });
});
