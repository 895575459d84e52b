// `letterbox-images dev`: the worker of this package on this machine, with the playground and a folder of images as its origin. Nothing is compiled.

import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from './configuration.mjs';
import { imagesIn, startOrigin } from './origin.mjs';
import { exit, Problem, say } from './program.mjs';
import { address, firstAnswer, freePort, portOf, startServer, stopOnSignals } from './serve.mjs';
import { wranglerArgs, wranglerEnv } from './wrangler.mjs';

export const usage = 'usage: letterbox-images dev [folder] [--port 8787] [--no-avif] [--config wrangler.toml]';

export async function dev(args, { packageFolder }) {
  const { port: wanted, folder, avif, config } = read(args, packageFolder);
  const call = wranglerArgs([]); // says that wrangler is missing before anything else
  const port = await freePort(wanted, 'letterbox-images dev');
  const settings = await settingsHere(config);
  const shown = picture(folder);
  const origin = await startOrigin({ home: packageFolder, folders: folder ? [folder] : [], listed: folder, port });

  const state = mkdtempSync(join(tmpdir(), 'letterbox-dev-'));
  const file = join(state, 'wrangler.json');
  writeFileSync(file, JSON.stringify(configuration({ packageFolder, avif, origin: origin.url, settings }), null, 2));
  say('dev: the local Workers runtime (seconds)');
  const server = startServer([...call, 'dev', '--config', file, '--persist-to', join(state, 'state')], {
    port,
    cwd: state,
    env: { ...wranglerEnv, WRANGLER_LOG_PATH: join(state, 'logs'), WRANGLER_LOG: process.env.WRANGLER_LOG ?? 'warn' },
  });
  const ended = exit(server, 'wrangler');
  const stopped = stopOnSignals(server);
  process.on('exit', () => rmSync(state, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })); // behind the runtime's end
  const answer = await firstAnswer(server, `http://${address}:${port}${shown ?? '/'}`);
  if (answer) announce({ port, shown, answer, folder });
  const { code, signal } = await ended;
  origin.close();
  if (!stopped()) throw new Problem(`The server ended by itself (${signal ?? `exit ${code}`}); its last words are above.`);
}

function read(args, packageFolder) {
  let values, positionals;
  try {
    const options = { port: { type: 'string' }, 'no-avif': { type: 'boolean' }, config: { type: 'string', short: 'c' } };
    ({ values, positionals } = parseArgs({ args, options, allowPositionals: true }));
  } catch (error) {
    throw new Problem(`${error.message}\n${usage}`);
  }
  if (positionals.length > 1) throw new Problem(`one folder of images is served, and these are ${positionals.length}\n${usage}`);
  const folder = positionals.length === 0 ? undefined : resolve(positionals[0]);
  if (folder === undefined) return { port: portOf(values.port ?? process.env.PORT ?? '8787'), folder, avif: !values['no-avif'], config: values.config };
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Problem(`${positionals[0]} is no folder: name the one that has your images`);
  if (existsSync(join(folder, 'node_modules'))) throw new Problem(`${positionals[0]} has node_modules in it: name the folder that has your images and nothing else`);
  return { port: portOf(values.port ?? process.env.PORT ?? '8787'), folder, avif: !values['no-avif'], config: values.config };
}

/** The settings of a configuration in the current folder, if there is one. The list of sources and the origin are production's. */
async function settingsHere(config) {
  const { configPath, vars } = await readConfig({ config });
  if (!configPath) return {};
  say(`dev: with the settings of ${relative(process.cwd(), configPath)}`);
  const { ALLOWED_SOURCES, ORIGIN, ...rest } = vars;
  return rest;
}

const configuration = ({ packageFolder, avif, origin, settings }) => ({
  name: 'letterbox-dev',
  main: join(packageFolder, avif ? 'worker.mjs' : 'worker-without-avif.mjs'),
  compatibility_date: '2026-04-01',
  compatibility_flags: ['global_fetch_strictly_public'],
  vars: { ...settings, MODE: 'development', ORIGIN: origin },
});

/** The path of a small version of a sample, or of the first image in a folder; null where there is none near. */
export function picture(folder) {
  if (folder === undefined) return '/?s=/samples/launch.jpg&w=640&h=auto';
  const [first] = imagesIn(folder);
  return first === undefined ? null : `/?s=/${first.split(sep).map(encodeURIComponent).join('/')}&w=640&h=auto`;
}

function announce({ port, shown, answer, folder }) {
  const one = shown ? `\n  an image      http://localhost:${port}${shown}\n                answered ${answer}` : '\n  there is no image in it yet: put one there, and ask for it with /?s=/<its name>&w=640&h=auto';
  say(`
letterbox is running.

  playground    http://localhost:${port}/${folder ? `\n  the folder    ${folder}` : ''}${one}

Any image on the web works as well: /?s=https://…&w=640. Ctrl-C stops it.
`);
}
