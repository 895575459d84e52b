// `npm start`: builds the worker and serves it on this machine with the playground of site/ and the samples, until Ctrl-C; what is saved is built again.

import { rmSync, watch } from 'node:fs';
import { join, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { startOrigin } from '../cli/origin.mjs';
import { address, firstAnswer, freePort, portOf, startServer, stopOnSignals } from '../cli/serve.mjs';
import { build } from './build.mjs';
import { wantsAvif } from './configuration.mjs';
import { exit, Problem, program, say } from './program.mjs';
import { setup } from './setup.mjs';
import { root } from './tools.mjs';
import { wranglerArgs, wranglerEnv } from './wrangler.mjs';

const sample = '/?s=/samples/waterfall.jpg&w=1200&h=627';

async function start(args) {
  const port = await freePort(read(args), 'npm start --'); // asked before the build, so that nobody waits for a refusal
  await setup();
  const avif = await wantsAvif(args);
  await build({ avif });

  say('start: the local Workers runtime (seconds)');
  const origin = await startOrigin({ home: root, folders: [join(root, 'demo')], port });
  const server = serve(port, origin.url);
  const ended = exit(server, 'wrangler');
  const stopped = stopOnSignals(server);

  rebuildOnSave({ avif });
  const answer = await firstAnswer(server, `http://${address}:${port}${sample}`);
  if (answer) announce(port, answer);
  const { code, signal } = await ended;
  origin.close();
  if (!stopped()) throw new Problem(`The server ended by itself (${signal ?? `exit ${code}`}); its last words are above.`);
}

function read(args) {
  let values;
  try {
    ({ values } = parseArgs({ args, options: { port: { type: 'string' }, 'no-avif': { type: 'boolean' } } }));
  } catch (error) {
    throw new Problem(`${error.message}\nusage: npm start [-- --port 8787] [--no-avif]`);
  }
  return portOf(values.port ?? process.env.PORT ?? '8787');
}

function serve(port, origin) {
  const state = join(root, '.wrangler', `development-${port}`);
  // Replies are cached for a year; those of the last run may come from an older engine.
  rmSync(join(state, 'v3', 'cache'), { recursive: true, force: true });
  const args = wranglerArgs(['dev', '--env', 'development', '--var', `ORIGIN:${origin}`, '--persist-to', state]);
  return startServer(args, { port, cwd: root, env: wranglerEnv });
}

/**
 * Builds again whenever a source is saved; wrangler sees the new files by itself. Not by its own `[build]`, which would begin with two builds
 * of what has just been built, and say that it restarts.
 */
function rebuildOnSave({ avif }) {
  let soon;
  let working = Promise.resolve();
  const again = () =>
    (working = working.then(() => build({ avif, quiet: true })).catch((error) => console.error(`\n${error instanceof Problem ? error.message : error.stack}`)));
  const saved = (_event, name) => {
    if (name?.split(sep).includes('target')) return;
    clearTimeout(soon);
    soon = setTimeout(again, 100); // an editor writes more than once
  };
  for (const folder of ['src', 'crates']) watch(join(root, folder), { recursive: true, persistent: false }, saved);
}

function announce(port, answer) {
  say(`
letterbox is running.

  playground    http://localhost:${port}/
  one of them   http://localhost:${port}${sample}
                answered ${answer}

Ctrl-C stops it.
`);
}

await program(import.meta.url, start);
