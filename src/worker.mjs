// The worker's entry: hands every request to the module, and turns a crash of the module into a reply.
//
// A Rust panic traps, and the trap takes the whole instance along, with every request in flight in it. The glue makes a new
// instance on the next call by itself; what is left to do here is to answer the requests of the old one, which would wait for ever.

import './answers.mjs';
import './font.mjs';
import './guests/index.mjs';
import { fetch as answer } from '../build/bindgen/index.js';
import { isOutgrown } from './isolate.mjs';
import { run, turn } from './running.mjs';

/** How to give up each request in flight. */
const inFlight = new Set();

function giveUp(event) {
  const error = event.error ?? event.reason;
  const fatal = error instanceof WebAssembly.RuntimeError || /^(Critical error|Module terminated)/.test(error?.message);
  if (fatal) for (const reject of inFlight) reject(error);
}

// A trap in the middle of a request surfaces in one of these, depending on what the module was called back from.
addEventListener('error', giveUp);
addEventListener('unhandledrejection', giveUp);

function crashed(request) {
  const id = request.headers.get('cf-ray') ?? crypto.randomUUID();
  console.error(JSON.stringify({ id, status: 500, code: 'crashed' }));
  const message = 'the image could not be processed: the resizer restarted, try again';
  const body = JSON.stringify({ error: 'crashed', message, request_id: id });
  return new Response(request.method === 'HEAD' ? null : body, {
    status: 500,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      // As in reply.rs, whose test compares them.
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'Age, Allow, Cache-Status, Cache-Tag, Cf-Resized, Content-Disposition, Content-Length, ETag, Link, Retry-After, Server-Timing, X-Cache, X-Cld-Error, X-Image-Result-Format, X-Image-Result-Size, X-Image-Source-Format, X-Image-Source-Size, X-Letterbox-Ignored, X-Nextjs-Cache, X-Vercel-Cache, X-Vercel-Error',
      'cross-origin-resource-policy': 'cross-origin',
      'timing-allow-origin': '*',
    },
  });
}

async function attempt(request, env, context) {
  let reject;
  const crash = new Promise((_, give) => (reject = give));
  crash.catch(() => {}); // a request that has its answer already does not care
  inFlight.add(reject);
  const answered = run(context, (counting) => Promise.race([answer(request, env, counting), crash]));
  // When its client goes away, a request is brought to its end all the same: the platform would stop it where it stands, and what it
  // holds of the module's memory would never be given back.
  context.waitUntil(answered.catch(() => {}));
  try {
    return await answered;
  } catch (error) {
    console.error(error);
    return crashed(request);
  } finally {
    inFlight.delete(reject);
  }
}

export default {
  async fetch(request, env, context) {
    await turn();
    const reply = await attempt(request, env, context);
    if (reply.status !== 503 || !isOutgrown()) return reply;
    // The module's memory was in the way: once more, with a new instance.
    await turn();
    return attempt(request, env, context);
  },
};
