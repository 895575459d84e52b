// `npm start`: builds the worker and serves it on this machine with the sample images of demo/, until Ctrl-C; what is saved is built again.

import { spawn } from 'node:child_process';
import { rmSync, watch } from 'node:fs';
import { createServer } from 'node:net';
import { join, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { wantsAvif } from './configuration.mjs';
import { exit, Problem, program, say } from './program.mjs';
import { setup } from './setup.mjs';
import { root } from './tools.mjs';
import { wranglerArgs, wranglerEnv } from './wrangler.mjs';

const sample = '/?s=/samples/waterfall.jpg&w=1200&h=627';
const address = '127.0.0.1';

async function start(args) {
  const wanted = read(args);
  const port = await freePort(wanted.port);
  await setup();
  const avif = await wantsAvif(args);
  await build({ avif });

  say('start: the local Workers runtime (seconds)');
  const server = serve(port);
  const ended = exit(server, 'wrangler');
  const stopped = stopOnSignals(server);

  rebuildOnSave({ avif });
  const answer = await firstAnswer(server, `http://${address}:${port}${sample}`);
  if (answer) announce(port, answer);
  const { code, signal } = await ended;
  if (!stopped()) throw new Problem(`The server ended by itself (${signal ?? `exit ${code}`}); its last words are above.`);
}

function read(args) {
  let values;
  try {
    ({ values } = parseArgs({ args, options: { port: { type: 'string' }, 'no-avif': { type: 'boolean' } } }));
  } catch (error) {
    throw new Problem(`${error.message}\nusage: npm start [-- --port 8787] [--no-avif]`);
  }
  const wanted = values.port ?? process.env.PORT ?? '8787';
  const port = Number(wanted);
  if (!/^\d+$/.test(wanted) || port > 65535) throw new Problem(`port ${wanted}: expected a number from 1 to 65535, or 0 for any free one`);
  return { port };
}

/** The port itself when nobody listens on it, or any free one for 0. Asked before the build, so that nobody waits for a refusal. */
function freePort(port) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => {
      const reason = error.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${error.code})`;
      reject(new Problem(`Port ${port} ${reason}. Choose another: npm start -- --port ${port === 65535 ? 8787 : port + 1}`));
    });
    probe.listen(port, address, () => {
      const free = probe.address().port;
      probe.close(() => resolve(free));
    });
  });
}

function serve(port) {
  const state = join(root, '.wrangler', `development-${port}`);
  // Replies are cached for a year; those of the last run may come from an older engine.
  rmSync(join(state, 'v3', 'cache'), { recursive: true, force: true });
  const args = ['dev', '--env', 'development', '--ip', address, '--port', `${port}`, '--inspector-port', '0', '--persist-to', state];
  return spawn(process.execPath, wranglerArgs([...args, '--local', '--show-interactive-dev-session=false']), {
    cwd: root,
    env: { ...process.env, ...wranglerEnv },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true, // a process group of its own, so that the runtime below wrangler can be stopped with it
  });
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

/** Resolves when the URL is answered, to the answer in words whatever it is, or to null when the server ends before that. */
async function firstAnswer(server, url) {
  while (server.exitCode === null && server.signalCode === null) {
    try {
      const reply = await fetch(url);
      return `${reply.status} ${reply.headers.get('content-type')}, ${(await reply.arrayBuffer()).byteLength} bytes`;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100)); // not listening yet
    }
  }
  return null;
}

function announce(port, answer) {
  say(`
letterbox is running.

  the samples   http://localhost:${port}/
  one of them   http://localhost:${port}${sample}
                answered ${answer}

Ctrl-C stops it.
`);
}

/** Passes Ctrl-C and friends on to the whole process group; returns whether that has happened. */
function stopOnSignals(server) {
  let stopping = false;
  const signalGroup = (signal) => {
    try {
      process.kill(-server.pid, signal);
    } catch {
      // already gone
    }
  };
  const stop = () => {
    stopping = true;
    signalGroup('SIGTERM');
    setTimeout(() => signalGroup('SIGKILL'), 5_000).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  process.on('exit', () => signalGroup('SIGKILL')); // nothing outlives us

  // Between npm and us stands a shell that passes no signal on: whoever stops npm only takes our parent away.
  const parent = process.ppid;
  const orphaned = () => process.env.npm_lifecycle_event === 'start' && process.ppid !== parent;
  setInterval(() => orphaned() && !stopping && stop(), 500).unref();

  return () => stopping;
}

await program(import.meta.url, start);
