// The one origin behind every host name. workerd sends it each outbound fetch in proxy form (`GET https://host/path`), over a
// real socket, so cut connections, slow heads and lying lengths reach the worker as they would in the open.
import http from 'node:http';
import { status } from './answers.mjs';

export async function startOrigin() {
  const routes = new Map();
  const hits = [];

  // Connections are kept longer than the worker needs them: who closes one that is about to be used again has broken off.
  const server = http.createServer({ requireHostHeader: false, keepAliveTimeout: 120_000 }, async (request, response) => {
    const url = new URL(request.url, `http://${request.headers.host ?? 'unknown.invalid'}`);
    const hit = {
      method: request.method,
      scheme: url.protocol.slice(0, -1),
      host: url.host,
      path: url.pathname + url.search,
      headers: request.headers,
    };
    hits.push(hit);
    const handler = routes.get(url.host + hit.path) ?? routes.get(url.host + url.pathname) ?? status(404, 'no such route');
    try {
      await handler(request, response, hit);
    } catch (error) {
      response.destroy(error);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    address: `127.0.0.1:${server.address().port}`,
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
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
