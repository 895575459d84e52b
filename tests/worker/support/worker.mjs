// The release build in workerd. Every outbound fetch, whatever its host, goes to the loopback origin.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HttpOptions_Style, Log, LogLevel, Miniflare } from 'miniflare';
import { borrowed, giveBack } from './kept.mjs';

const root = new URL('../../../', import.meta.url);
const built = (name) => fileURLToPath(new URL(`build/${name}`, root));

/** A module of one function, `trap`, of one instruction, `unreachable`. */
const trap = Buffer.from('0061736d0100000001040160000003020100070801047472617000000a05010300000b', 'hex');

/** The vars of most specs: a production deployment with three kinds of allowed source. */
export const production = { ALLOWED_SOURCES: 'images.example.com,*.cdn.example.com,shared.example.com/public/' };

/**
 * Starts one worker. `base` is where its requests go, `bucket` fills the R2 bucket ORIGIN_BUCKET ({ key: { body, type } }, and what else R2 keeps of an object, such as `contentEncoding`),
 * `assets` is a directory for the ASSETS binding, `rateLimit` how many new answers a client may ask for in a minute; `wrapper` is the URL
 * of a script that is entered instead, and imports `./index.js`; `./trap.wasm` beside it has a function `trap` that does.
 *
 * Where specs share a process (kept.mjs), the runtime may be one that served another spec: with an empty cache and an empty log.
 */
export async function startWorker(options) {
  const { vars = production, base = 'https://img.example.com', bucket } = options;
  const settings = settingsOf({ ...options, vars });
  const runtime = (await borrowed(settings)) ?? (await startRuntime(settings, { ...options, vars }));
  const { miniflare } = runtime;
  runtime.logs = [];
  if (bucket) {
    const store = await miniflare.getR2Bucket('ORIGIN_BUCKET');
    for (const [key, { body, type, ...metadata }] of Object.entries(bucket)) {
      // Miniflare takes no Buffer here, only what workerd knows.
      await store.put(key, typeof body === 'string' ? body : new Uint8Array(body), { httpMetadata: { contentType: type, ...metadata } });
    }
  }

  return {
    /** What the worker wrote to its console, oldest first: { level, message }. */
    logs: runtime.logs,
    /** `target` is the query as an object, or a path with its query, or a whole URL. */
    async get(target, init = {}) {
      const { pathname = '/', ...rest } = init;
      const path = typeof target === 'string' ? target : `${pathname}?${new URLSearchParams(target)}`;
      const url = path.startsWith('/') ? base + path : path;
      return readReply(await miniflare.dispatchFetch(url, { redirect: 'manual', ...rest }));
    },
    close: () => giveBack(runtime),
  };
}

/** The settings that a runtime cannot change, as a text; null where the worker has something of its own beside them. */
function settingsOf({ origin, vars, bucket, assets, rateLimit, wrapper }) {
  if (bucket || assets || rateLimit || wrapper) return null;
  return JSON.stringify([origin.address, Object.entries(vars).sort()]);
}

async function startRuntime(settings, { origin, vars, bucket, assets, rateLimit, wrapper }) {
  if (!existsSync(built('index.js'))) throw new Error('no release build: run `npm run build` first');
  const modules = readdirSync(built('')).filter((name) => /\.(wasm|bin)$/.test(name));
  const runtime = { settings, logs: [] };
  runtime.miniflare = new Miniflare({
    ...platformOfDeployment(),
    modulesRoot: built(''),
    modules: [
      // As if it were beside the script.
      ...(wrapper
        ? [
            { type: 'ESModule', path: built('wrapper.mjs'), contents: readFileSync(wrapper, 'utf8') },
            { type: 'CompiledWasm', path: built('trap.wasm'), contents: trap },
          ]
        : []),
      { type: 'ESModule', path: built('index.js') },
      ...modules.map((name) => ({ type: name.endsWith('.bin') ? 'Data' : 'CompiledWasm', path: built(name), contents: readFileSync(built(name)) })),
    ],
    bindings: vars,
    outboundService: { external: { address: origin.address, http: { style: HttpOptions_Style.PROXY } } },
    ...(bucket && { r2Buckets: ['ORIGIN_BUCKET'] }),
    ...(rateLimit && { ratelimits: { RATE_LIMITER: { simple: { limit: rateLimit, period: 60 } } } }),
    ...(assets && {
      assets: {
        directory: assets,
        binding: 'ASSETS',
        routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
        assetConfig: { html_handling: 'auto-trailing-slash', not_found_handling: 'none' },
      },
    }),
    cf: false,
    log: new Log(LogLevel.ERROR),
    handleStructuredLogs: ({ level, message }) => {
      runtime.logs.push({ level, message });
    },
  });
  await runtime.miniflare.ready;
  return runtime;
}

/** Stops workers and origins, the workers first. */
export async function closeAll(...started) {
  for (const one of started) await one?.close();
}

async function readReply(response) {
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    text: () => bytes.toString('utf8'),
    json: () => JSON.parse(bytes.toString('utf8')),
  };
}

// The tests run under the compatibility date and flags that a deploy would use.
function platformOfDeployment() {
  const settings = readFileSync(new URL('wrangler.toml', root), 'utf8');
  const date = /^compatibility_date\s*=\s*"([^"]+)"/m.exec(settings);
  const flags = /^compatibility_flags\s*=\s*\[([^\]]*)\]/m.exec(settings);
  if (!date) throw new Error('wrangler.toml states no compatibility_date');
  return {
    compatibilityDate: date[1],
    compatibilityFlags: flags ? [...flags[1].matchAll(/"([^"]+)"/g)].map(([, flag]) => flag) : [],
  };
}
