// The Workers runtime as the program that it is: by its own configuration, because what wrangler puts around it has another face in every version.

import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { exit, Problem } from './program.mjs';
import { runtimePath } from './wrangler.mjs';

/** The runtime's configuration of one worker, whose first module is its script. */
const configuration = (modules) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "worker", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);
const worker :Workerd.Worker = (
  modules = [
${modules.map((name) => `    (name = "${name}", ${kindOf(name)} = embed "${name}"),`).join('\n')}
  ],
  compatibilityDate = "2026-04-01",
);
`;

function kindOf(name) {
  if (name.endsWith('.wasm')) return 'wasm';
  return name.endsWith('.bin') ? 'data' : 'esModule';
}

/** Runs `work(addresses)` while `count` processes serve the worker that these modules of `folder` are. */
export async function inRuntime(folder, modules, count, work) {
  const at = mkdtempSync(join(tmpdir(), 'letterbox-runtime-'));
  const started = [];
  try {
    for (const name of modules) copyFileSync(join(folder, name), join(at, name));
    const path = join(at, 'config.capnp');
    writeFileSync(path, configuration(modules));
    for (let each = 0; each < count; each += 1) started.push(start(path));
    return await work(await Promise.all(started.map(({ address }) => address)));
  } finally {
    await Promise.all(started.map(({ end }) => end()));
    rmSync(at, { recursive: true, force: true });
  }
}

/** Starts one process: { address, end }, where the address comes when it listens. */
function start(path) {
  // The third stream beside the usual ones tells the port.
  const runtime = spawn(runtimePath(), ['serve', path, '--control-fd=3'], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const kill = () => runtime.kill('SIGKILL');
  process.on('exit', kill); // nothing outlives us
  let said = '';
  runtime.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const ended = exit(runtime, 'workerd');
  const address = new Promise((resolve, reject) => {
    createInterface({ input: runtime.stdio[3] }).on('line', (line) => {
      const { event, port } = JSON.parse(line);
      if (event === 'listen') resolve(`http://127.0.0.1:${port}/`);
    });
    const broken = (why) => reject(new Problem(`the Workers runtime does not start here (${why}):\n${said}`));
    ended.then(({ code, signal }) => broken(signal ?? `exit ${code}`), (error) => broken(error.message));
  });
  address.catch(() => {}); // whoever asks for the address is told
  const end = async () => {
    kill();
    await ended.catch(() => {});
    process.removeListener('exit', kill);
  };
  return { address, end };
}
