// What the module says of the settings: its own parser, in the runtime that it is made for. Nothing is compiled, and no rule is written twice.

import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { exit, Problem } from './program.mjs';
import { runtimePath } from './wrangler.mjs';

const modules = ['settings.mjs', 'index_bg.wasm'];

// The runtime is called by its own configuration: what wrangler puts around it has another face in every version.
const runtimeConfiguration = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "settings", worker = .settings)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "settings")],
);
const settings :Workerd.Worker = (
  modules = [
    (name = "settings.mjs", esModule = embed "settings.mjs"),
    (name = "index_bg.wasm", wasm = embed "index_bg.wasm"),
  ],
  compatibilityDate = "2026-04-01",
);
`;

/** Asks the module in `folder` of the settings of a configuration: { lines }, or { problems } in plain words. */
export async function askSettings(folder, { vars, r2_buckets = [], assets, secrets }) {
  const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  const body = JSON.stringify({
    vars: Object.entries(vars ?? {}).map(([name, value]) => [name, text(value)]),
    bindings: [...r2_buckets.map((bucket) => bucket.binding), assets?.binding].filter(Boolean),
    secrets: secrets?.required ?? [],
  });
  const at = mkdtempSync(join(tmpdir(), 'letterbox-settings-'));
  try {
    for (const name of modules) copyFileSync(join(folder, name), join(at, name));
    writeFileSync(join(at, 'settings.capnp'), runtimeConfiguration);
    return await inRuntime(join(at, 'settings.capnp'), async (address) => (await fetch(address, { method: 'POST', body })).json());
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

/** Runs `work(address)` while the runtime serves a configuration. */
async function inRuntime(configuration, work) {
  // The third stream beside the usual ones tells the port.
  const runtime = spawn(runtimePath(), ['serve', configuration, '--control-fd=3'], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  let said = '';
  runtime.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const ended = exit(runtime, 'workerd');
  const port = new Promise((resolve, reject) => {
    createInterface({ input: runtime.stdio[3] }).on('line', (line) => {
      const { event, port: number } = JSON.parse(line);
      if (event === 'listen') resolve(number);
    });
    const broken = (why) => reject(new Problem(`the Workers runtime does not start here (${why}):\n${said}`));
    ended.then(({ code, signal }) => broken(signal ?? `exit ${code}`), (error) => broken(error.message));
  });
  try {
    return await work(`http://127.0.0.1:${await port}/`);
  } finally {
    runtime.kill('SIGKILL');
    await ended.catch(() => {});
  }
}
