// A worker in a runtime process of its own.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpOptions_Style, Log, LogLevel, Miniflare } from 'miniflare';
import { root } from '../scripts/tools.mjs';
import { deployment } from './bundle.mjs';
import { childrenRunning } from './process.mjs';

const wrapper = ['entry.mjs', 'memories.mjs'];

/** Starts the deployment in `folder`, with all its fetches going to `origin`. Further options are Miniflare's. */
export async function startWorkerd({ folder, bindings, origin, ...options }) {
  const others = childrenRunning('workerd');
  const { script, modules } = deployment(folder);
  const miniflare = new Miniflare({
    ...compatibility(),
    modulesRoot: folder,
    modules: [
      // As if they were beside the script, which is taken as it is.
      ...wrapper.map((name) => ({ type: 'ESModule', path: join(folder, name), contents: readFileSync(join(root, 'bench', 'workers', name), 'utf8') })),
      { type: 'ESModule', path: join(folder, script) },
      ...modules.map((name) => ({ type: name.endsWith('.bin') ? 'Data' : 'CompiledWasm', path: join(folder, name) })),
    ],
    bindings,
    outboundService: { external: { address: `${origin.host}:${origin.port}`, http: { style: HttpOptions_Style.PROXY } } },
    // Straight to the worker: Miniflare's own worker before it would be counted as well.
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    // The local stand-in for the cache is written in JavaScript and runs in the same process; on the platform it is not the worker's time.
    cache: false,
    cf: false,
    log: new Log(LogLevel.NONE),
    handleStructuredLogs: () => {},
    ...options,
  });
  try {
    await miniflare.ready;
    const url = await miniflare.unsafeGetDirectURL();
    const [pid] = childrenRunning('workerd').filter((id) => !others.includes(id));
    return { host: url.hostname, port: Number(url.port), pid, miniflare, stop: () => miniflare.dispose() };
  } catch (error) {
    await miniflare.dispose();
    throw error;
  }
}

/** The compatibility date and flags that letterbox is deployed with; its peers run under the same. */
function compatibility() {
  const settings = readFileSync(join(root, 'wrangler.toml'), 'utf8');
  const [, date] = /^compatibility_date\s*=\s*"([^"]+)"/m.exec(settings);
  const flags = /^compatibility_flags\s*=\s*\[([^\]]*)\]/m.exec(settings)?.[1] ?? '';
  return { compatibilityDate: date, compatibilityFlags: [...flags.matchAll(/"([^"]+)"/g)].map(([, flag]) => flag) };
}
