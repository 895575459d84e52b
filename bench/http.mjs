// One request to one contestant over a connection that is kept, cut off when it takes too long.

import http from 'node:http';

/** A function `path -> { status, headers, bytes, ms }` for the server at host and port. */
export function client({ host, port }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const get = (path, { method = 'GET', timeoutMs = 60_000 } = {}) =>
    new Promise((resolve, reject) => {
      const started = performance.now();
      const request = http.request({ agent, method, host, port, path, headers: { host: 'img.example.com' } }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => {
          clearTimeout(timer);
          resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks), ms: performance.now() - started });
        });
      });
      const fail = (error) => {
        clearTimeout(timer);
        // The server closes a connection that has been idle for some seconds, which may be just now.
        if (error.code === 'ECONNRESET' && request.reusedSocket) resolve(get(path, { method, timeoutMs }));
        else reject(error);
      };
      request.on('error', fail);
      request.end();
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    });
  return { get, close: () => agent.destroy() };
}
