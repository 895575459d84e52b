// A local server of the worker: wrangler's, started, watched and ended.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { Problem } from './program.mjs';

export const address = '127.0.0.1';

/** The number of a port, from a text; `usage` is what to say of a bad one. */
export function portOf(text) {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new Problem(`port ${text}: expected a number from 1 to 65535, or 0 for any free one`);
  return port;
}

/** The port itself when nobody listens on it, or any free one for 0; `command` is what has the option `--port`. */
export function freePort(port, command) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => {
      const reason = error.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${error.code})`;
      reject(new Problem(`Port ${port} ${reason}. Choose another: ${command} --port ${port === 65535 ? 8787 : port + 1}`));
    });
    probe.listen(port, address, () => {
      const free = probe.address().port;
      probe.close(() => resolve(free));
    });
  });
}

/** Starts `wrangler dev`, by its arguments for Node, on this machine alone. */
export function startServer(args, { port, cwd, env }) {
  const local = ['--ip', address, '--port', `${port}`, '--inspector-port', '0', '--local', '--show-interactive-dev-session=false'];
  return spawn(process.execPath, [...args, ...local], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true, // a process group of its own, so that the runtime below wrangler can be stopped with it
  });
}

/** Resolves when the URL is answered, to the answer in words whatever it is, or to null when the server ends before that. */
export async function firstAnswer(server, url) {
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

/** Passes Ctrl-C and friends on to the whole process group; returns whether that has happened. */
export function stopOnSignals(server) {
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
  const orphaned = () => ['start', 'dev', 'npx'].includes(process.env.npm_lifecycle_event) && process.ppid !== parent;
  setInterval(() => orphaned() && !stopping && stop(), 500).unref();

  return () => stopping;
}
