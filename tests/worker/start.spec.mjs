// What `npm start` starts: it prints an address that works and a page of samples that are all there, and it ends when told.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { until } from './support/until.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const minutes = (count) => count * 60_000;
let started, port, printed;
let output = '';

// The first start on a machine may compile everything.
before(async () => {
  port = await freePort();
  started = spawn(process.execPath, ['scripts/start.mjs', '--port', String(port)], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [started.stdout, started.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  printed = await until(
    'the address is printed',
    () => {
      if (started.exitCode !== null) throw new Error(`ended with ${started.exitCode}:\n${output}`);
      return new RegExp(`http://localhost:${port}/\\?s=\\S+`).exec(output)?.[0];
    },
    { withinMs: minutes(12), everyMs: 200 },
  );
}, { timeout: minutes(13) });

after(async () => {
  if (started?.exitCode === null && started.signalCode === null) {
    started.kill('SIGTERM');
    await once(started, 'exit');
  }
});

test('the printed address is an image of 1200 x 627', async () => {
  const reply = await fetch(printed);
  assert.equal(`${reply.status} ${reply.headers.get('content-type')}`, '200 image/jpeg');
  const { width, height } = await sharp(Buffer.from(await reply.arrayBuffer())).metadata();
  assert.equal(`${width}x${height}`, '1200x627');
});

test('every picture and link of the samples page answers', async () => {
  const home = `http://localhost:${port}/`;
  const reply = await fetch(home);
  assert.equal(reply.status, 200);
  assert.match(reply.headers.get('content-type'), /^text\/html/);
  const places = linksOf(await reply.text(), home);
  assert.ok(places.images.size >= 6, `${places.images.size} pictures`);
  for (const place of new Set([...places.images, ...places.links])) {
    const { status, headers } = await fetch(place);
    assert.equal(status, 200, place);
    if (places.images.has(place)) assert.match(headers.get('content-type'), /^image\//, place);
  }
});

test('it says once that it builds, and not that it restarts', () => {
  assert.equal(output.match(/^build: (up to date|done in)/gm)?.length, 1, output);
  assert.doesNotMatch(output, /restarting|custom build/i);
});

test('it ends within seconds of being told to, and leaves the port free', async () => {
  const exited = once(started, 'exit');
  started.kill('SIGINT');
  const [code, signal] = await Promise.race([exited, rejectAfter(15_000)]);
  assert.ok(code === 0 || code === 130 || signal === 'SIGINT', `exit ${code}, signal ${signal}:\n${output}`);
  await until('the port is free', () => canListen(port));
});

/** The addresses on this server in the attributes of a page: { images, links }. */
function linksOf(page, home) {
  const local = (attribute) => {
    const found = [...page.matchAll(attribute)].map(([, value]) => new URL(value.replaceAll('&amp;', '&'), home));
    return new Set(found.filter(({ origin }) => origin === new URL(home).origin).map(({ href }) => href.split('#')[0]));
  };
  return { images: local(/<img\b[^>]*?\ssrc="([^"]+)"/g), links: local(/<(?:a|link)\b[^>]*?\shref="([^"]+)"/g) };
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address();
  server.close();
  await once(server, 'close');
  return free;
}

function canListen(wanted) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(wanted, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function rejectAfter(ms) {
  return new Promise((_resolve, reject) => setTimeout(() => reject(new Error(`still running after ${ms} ms`)), ms).unref());
}
