// What `npm start` starts: it prints an address that works and a playground that is all there, it takes a dropped file, and it ends when told.
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

test('every picture, link and module of the playground answers', async () => {
  const home = `http://localhost:${port}/`;
  const reply = await fetch(home);
  assert.equal(reply.status, 200);
  assert.match(reply.headers.get('content-type'), /^text\/html/);
  const page = await reply.text();
  const places = linksOf(page, home);
  assert.match(reply.headers.get('content-security-policy'), /^default-src 'none'; script-src 'self'; style-src 'self';/);
  assert.doesNotMatch(page, /<style|style=|<script(?![^>]*src=)|\son\w+=/);
  const { samples } = await (await fetch(`${home}site/sources.json`)).json();
  assert.ok(samples.length >= 7, `${samples.length} samples`);
  for (const { path, start } of samples) places.images.add(`${home}?s=${path}&${start}`);
  for (const place of new Set([...places.images, ...places.links])) {
    const { status, headers } = await fetch(place);
    assert.equal(status, 200, place);
    if (places.images.has(place)) assert.match(headers.get('content-type'), /^image\//, place);
  }
  const modules = new Set([`${home}site/main.mjs`]);
  for (const module of modules) {
    const reply = await fetch(module);
    assert.equal(`${reply.status} ${reply.headers.get('content-type')}`, '200 text/javascript; charset=utf-8', module);
    for (const [, name] of (await reply.text()).matchAll(/^import [^;]*?from '(\.[^']+)'/gm)) modules.add(new URL(name, module).href);
  }
  assert.ok(modules.size > 15, `${modules.size} modules`);
});

test('a file that is dropped is a source; other pages drop none, and nothing hidden is served', async () => {
  const home = `http://localhost:${port}`;
  const { drop } = await (await fetch(`${home}/site/sources.json`)).json();
  const body = await sharp({ create: { width: 50, height: 40, channels: 3, background: 'teal' } }).png().toBuffer();
  const dropped = (origin, path = drop.url) => fetch(path, { method: 'POST', headers: { origin }, body });
  const reply = await dropped(home);
  assert.equal(`${reply.status} ${reply.headers.get('access-control-allow-origin')}`, `200 ${home}`);
  const { path } = await reply.json();
  const answer = await fetch(`${home}/?s=${path}&w=20&h=auto&f=jpg`);
  const { width, height } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata();
  assert.equal(`${answer.status} ${width}x${height}`, '200 20x16');
  assert.equal((await dropped('https://evil.example')).status, 403);
  assert.notEqual((await dropped(home, `${drop.url}0`)).status, 200);
  const large = await fetch(drop.url, { method: 'POST', headers: { origin: home }, body: new Uint8Array(drop.most + 1) }).then(({ status }) => status, () => 'closed');
  assert.ok([413, 'closed'].includes(large), `${large}`);
  for (const hidden of ['/site/..%2fpackage.json', '/..%2f..%2fetc%2fpasswd', '/.git/config', '/package.json']) assert.notEqual((await fetch(home + hidden)).status, 200, hidden);
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
  return { images: local(/<img\b[^>]*?\ssrc="([^"]+)"/g), links: local(/<(?:a|link|script)\b[^>]*?\s(?:href|src)="([^"]+)"/g) };
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
