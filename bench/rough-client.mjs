// One request over a socket of its own, by a client that does not keep to the rules: any method, any target, slow to read, or gone early.

import net from 'node:net';

/**
 * Resolves to { status, headers, bytes }. `leaveAfter` hangs up after so many bytes of the answer, and then `left` is true and there is no
 * more than that; `pauseMs` rests for so long after every piece that is read.
 */
export function rough({ host, port }, path, { method = 'GET', headers = [], leaveAfter = Infinity, pauseMs = 0, timeoutMs = 60_000 } = {}) {
  return new Promise((resolve, reject) => {
    const pieces = [];
    let received = 0;
    let left = false;
    const socket = net.connect({ host, port, highWaterMark: 16_384 });
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    socket.on('data', (piece) => {
      pieces.push(piece);
      received += piece.length;
      if (received >= leaveAfter) {
        left = true;
        socket.resetAndDestroy();
      } else if (pauseMs) {
        socket.pause();
        setTimeout(() => socket.resume(), pauseMs);
      }
    });
    socket.on('error', reject);
    socket.on('close', () => resolve({ ...parse(Buffer.concat(pieces)), left }));
    const fields = [['host', 'img.example.com'], ['connection', 'close'], ...headers];
    socket.write(`${method} ${path} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  });
}

function parse(answer) {
  const end = answer.indexOf('\r\n\r\n');
  const [first, ...lines] = answer.toString('latin1', 0, end < 0 ? answer.length : end).split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => [line.split(':', 1)[0].toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]), headers, bytes: end < 0 ? Buffer.alloc(0) : answer.subarray(end + 4) };
}
