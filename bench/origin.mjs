// The loopback origin of every contestant. Requests come in proxy form (`GET https://host/path`), so that a source has the https URL
// on a public name that letterbox's rules want, and no name is ever looked up.

import http from 'node:http';

/** Serves files by name: `https://images.example.com/<name>?<anything>`. */
export async function startOrigin() {
  const files = new Map();
  let asked = 0;
  const server = http.createServer({ requireHostHeader: false, keepAliveTimeout: 120_000 }, (request, response) => {
    asked += 1;
    const file = files.get(new URL(request.url, 'https://images.example.com').pathname);
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': file.type, 'content-length': file.bytes.length, 'cache-control': 'public, max-age=60' });
    response.end(file.bytes);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  let requests = 0;

  return {
    host: '127.0.0.1',
    port: server.address().port,
    serve: (name, bytes, type) => files.set(`/${name}`, { bytes, type }),
    /** How many requests there have been. */
    asked: () => asked,
    forget: (name) => files.delete(`/${name}`),
    /** A URL that nobody has asked for before, so that no cache has its answer. */
    freshUrl: (name) => `${allowedSource}${name}?request=${(requests += 1)}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const allowedHost = 'images.example.com';
const allowedSource = `https://${allowedHost}/`;

/** What letterbox is configured with: its defaults, but for the size of a file, which would keep the largest PNG out. */
export const production = { ALLOWED_SOURCES: allowedHost, MAX_SOURCE_BYTES: `${256 << 20}` };
