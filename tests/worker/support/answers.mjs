// What an origin can answer, the faults included. Each function returns a handler for `origin.serve`.
import { setTimeout as pause } from 'node:timers/promises';

export function bytes(body, type, headers = {}) {
  return (_request, response) => {
    response.writeHead(200, { ...(type && { 'content-type': type }), 'content-length': body.length, ...headers });
    response.end(body);
  };
}

export function status(code, body = '', headers = {}) {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'text/plain', ...headers });
    response.end(body);
  };
}

/** A redirect to `location`; without one the header is left out. */
export function redirect(location, code = 302, headers = {}) {
  return (_request, response) => {
    response.writeHead(code, { ...(location !== undefined && { location }), ...headers });
    response.end();
  };
}

/** A redirect with these bytes for its Location, which Node would not send as they are. */
export function rawRedirect(location) {
  const head = [Buffer.from('HTTP/1.1 302 Found\r\nLocation: '), location, Buffer.from('\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')];
  return (_request, response) => void response.socket.end(Buffer.concat(head));
}

/** Each of `handlers` once, then the last one for ever. */
export function inTurn(...handlers) {
  let next = 0;
  return (...request) => handlers[Math.min(next++, handlers.length - 1)](...request);
}

/** No Content-Length: the size is known only when the body ends. */
export function chunked(body, type) {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': type, 'transfer-encoding': 'chunked' });
    const half = body.length >> 1;
    response.write(body.subarray(0, half));
    response.end(body.subarray(half));
  };
}

/** Promises the whole body and resets the connection half-way. `length: false` does the same to a chunked body. */
export function cut(body, type, { length = true, headers = {} } = {}) {
  return async (_request, response) => {
    response.writeHead(200, { 'content-type': type, ...(length && { 'content-length': body.length }), ...headers });
    await new Promise((resolve) => response.write(body.subarray(0, body.length >> 1), resolve));
    await pause(50);
    response.destroy();
  };
}

/** Resets the connection before there is a header. */
export function reset() {
  return (_request, response) => void response.destroy();
}

/** Says that `length` bytes come, and sends `body`. What is missing then never comes: the connection breaks off. */
export function promise(body, length) {
  return (_request, response) => {
    // Nobody else may find on this connection what was too much.
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': length, connection: 'close' });
    response.write(body, () => setTimeout(() => response.destroy(), 50));
  };
}

/** `start`, and blanks behind it as fast as they are taken, `most` bytes in all. */
export function endless(start, type, most) {
  const block = Buffer.alloc(1 << 16, 0x20);
  return (_request, response) => {
    response.writeHead(200, { 'content-type': type });
    let sent = start.length;
    const more = () => {
      while (!response.destroyed && sent < most) {
        sent += block.length;
        if (!response.write(block)) return;
      }
      response.destroy();
    };
    response.on('drain', more);
    response.write(start, more);
  };
}

/** Answers rightly, `ms` too late. */
export function slowHead(ms, handler) {
  return async (request, response, hit) => {
    await gone(response, ms);
    if (!response.destroyed) handler(request, response, hit);
  };
}

/** Sends one byte at a time, `everyMs` apart, until the client goes away. */
export function drip(body, type, everyMs) {
  return async (_request, response) => {
    response.writeHead(200, { 'content-type': type, 'content-length': body.length });
    for (const byte of body) {
      if (response.destroyed) return;
      response.write(Buffer.of(byte));
      await gone(response, everyMs);
    }
    response.end();
  };
}

// Waits `ms`, or until the other side has closed the connection.
function gone(response, ms) {
  const closed = new AbortController();
  const close = () => closed.abort();
  response.once('close', close);
  return pause(ms, undefined, { signal: closed.signal })
    .catch(() => {})
    .finally(() => response.off('close', close));
}
