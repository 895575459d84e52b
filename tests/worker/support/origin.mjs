// The one origin behind every host name, on loopback only. workerd sends it each outbound fetch in proxy form (`GET https://host/path`), over
// a real socket, so cut connections, slow heads and lying lengths reach the worker as they would in the open.
//
// Every host has the faults of faults.mjs; what a spec serves by itself comes first.
import http from 'node:http';
import { status } from './answers.mjs';
import { faultsOf } from './faults.mjs';
import { isKeeping } from './kept.mjs';

// Nothing that is asked of it goes on for ever.
const longestMs = 10 * 60_000;
const mostConnections = 2_000;
const mostHits = 20_000;

/** Starts it on `port`, any free one by default. `photo` is the JPEG that goes wrong, by default a sample photo. */
export async function startOrigin({ port = 0, photo } = {}) {
  const routes = new Map();
  const faults = faultsOf(photo);
  const hits = [];
  const running = new Set();

  async function answer(request, response) {
    const url = new URL(request.url, `http://${request.headers.host ?? 'unknown.invalid'}`);
    const hit = {
      method: request.method,
      scheme: url.protocol.slice(0, -1),
      host: url.host,
      path: url.pathname + url.search,
      headers: request.headers,
    };
    hits.push(hit);
    if (hits.length > mostHits) hits.splice(0, mostHits / 2);
    running.add(response);
    const end = setTimeout(() => response.destroy(), longestMs).unref();
    response.once('close', () => {
      clearTimeout(end);
      running.delete(response);
    });
    const handler = routes.get(url.host + hit.path) ?? routes.get(url.host + url.pathname) ?? faults.find(url.pathname) ?? status(404, 'no such route');
    try {
      await handler(request, response, hit);
    } catch (error) {
      response.destroy(error);
    }
  }

  const server = await serverFor(answer, port);
  return {
    address: `127.0.0.1:${server.port}`,
    /** The rows of faults.mjs. */
    faults: faults.rows,
    /** Every request that arrived, oldest first. */
    hits,
    /** Answers `host/path` with `handler` and returns the URL to give as `s`. */
    serve(place, handler, scheme = 'https') {
      routes.set(place, handler);
      return `${scheme}://${place}`;
    },
    hitsOn(host) {
      return hits.filter((hit) => hit.host === host);
    },
    async close() {
      for (const response of running) response.destroy();
      await server.close();
    },
  };
}

/** The server that specs in one process hand on (kept.mjs): whoever started last is asked, and it ends with the process. */
let shared;
const asked = [];

/** A server that has `answer` asked, and how to end that. */
async function serverFor(answer, port) {
  if (!isKeeping() || port !== 0) {
    const server = await listening(answer, port);
    return {
      port: server.address().port,
      async close() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }
  shared ??= listening((request, response) => (asked.at(-1) ?? gone)(request, response), port);
  const server = (await shared).unref();
  asked.push(answer);
  return { port: server.address().port, close: () => asked.splice(asked.indexOf(answer), 1) };
}

const gone = (_request, response) => response.destroy();

async function listening(answer, port) {
  // Connections are kept longer than the worker needs them: who closes one that is about to be used again has broken off.
  const server = http.createServer({ requireHostHeader: false, keepAliveTimeout: 120_000 }, answer);
  server.maxConnections = mostConnections;
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return server;
}
