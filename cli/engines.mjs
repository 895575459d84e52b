// Engines for files at hand: the package's worker without its service, a process for each processor.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from './program.mjs';
import { inRuntime } from './runtime.mjs';

/** Runs `work(make)` beside `count` engines; `make(query, file, overlays)` resolves to { bytes, type, size }, or throws why not. */
export function withEngines(packageFolder, count, work) {
  if (!existsSync(join(packageFolder, 'batch.mjs'))) throw new Problem('resize is a command of the package. In the clone it is `npm run resize -- …`');
  const beside = readdirSync(packageFolder).filter((name) => /\.(wasm|bin)$/.test(name));
  return inRuntime(packageFolder, ['batch.mjs', 'worker.mjs', ...beside], count, (addresses) => {
    const idle = [...addresses];
    const waiting = [];
    const free = (address) => (waiting.length > 0 ? waiting.shift()(address) : idle.push(address));
    const taken = () => idle.pop() ?? new Promise((resolve) => waiting.push(resolve));
    return work(async (query, file, overlays = []) => {
      const address = await taken();
      try {
        return await ask(address, query, [file, ...overlays]);
      } finally {
        free(address);
      }
    });
  });
}

async function ask(address, query, files) {
  const headers = { 'x-lengths': files.map(({ length }) => length).join(',') };
  const body = files.length === 1 ? files[0] : Buffer.concat(files);
  const reply = await fetch(`${address}?${query}`, { method: 'POST', headers, body });
  if (reply.status === 422) {
    const { message } = await reply.json();
    throw new Problem(message);
  }
  if (!reply.ok) throw new Problem(`the engine answered ${reply.status}`);
  return { bytes: Buffer.from(await reply.arrayBuffer()), type: reply.headers.get('content-type').split(';')[0], size: reply.headers.get('x-size') };
}
