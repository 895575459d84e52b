// The origin in development: the playground, the images of some folders, and files that were dropped on the page. On this machine alone.

import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { address } from './serve.mjs';

/** Bytes of one dropped file: as many as a source may have (MAX_SOURCE_BYTES). */
export const mostBytes = 41_943_040;

/** Dropped files that are kept, in memory and until the server ends; a further one takes the place of the oldest. */
const mostDropped = 4;

/** Images of a folder that the page offers. */
const mostListed = 200;

const isImage = /\.(jpe?g|png|webp|gif|avif|tiff?|bmp|ico)$/i;

const types = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.avif': 'image/avif',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.bmp': 'image/bmp',
  '.ico': 'image/x-icon',
};

/**
 * Serves the playground in `home`, a clone or an installed package, and the files of `folders`, of the first that has one. The images of
 * `listed` are offered on the page. `pages` are the origins whose pages may drop a file, by their port. Resolves to { url, close }.
 */
export function startOrigin({ home, folders, listed, port }) {
  const token = randomBytes(16).toString('hex');
  const dropped = new Map();
  const pages = ['localhost', address, '[::1]'].map((host) => `http://${host}:${port}`);
  const places = [...playground(home), ...folders.map((folder) => ['/', folder]), ['/', join(home, 'site')]];
  const server = createServer((request, reply) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === `/drop/${token}`) return drop(request, reply, { dropped, pages });
    if (request.method !== 'GET' && request.method !== 'HEAD') return say(reply, 405, 'GET and HEAD are answered');
    const own = `http://${address}:${server.address().port}`;
    if (pathname === '/site/sources.json') return json(reply, sources({ home, listed, drop: `${own}/drop/${token}` }));
    if (dropped.has(pathname)) return reply.writeHead(200, { 'content-type': types[extname(pathname)] ?? 'application/octet-stream' }).end(dropped.get(pathname));
    return file(reply, pathname, places, own);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, () => resolve({ url: `http://${address}:${server.address().port}`, close: () => server.close() }));
  });
}

/** Where the page and what it imports lie, from the path to the folder. */
const playground = (home) => ['site', 'url', 'sign'].map((name) => [`/${name}/`, join(home, name)]);

/** What the browser lets the page do: its own files and images, and to drop a file here. Nothing of another host. */
const policy = (own) =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self' ${own}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

function file(reply, pathname, places, own) {
  let path;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return say(reply, 400, 'the path is not UTF-8');
  }
  // No part of a path leads out of its folder, or to what is hidden.
  if (path.split(/[/\\]/).some((part) => part.startsWith('.')) || path.includes('\0')) return say(reply, 404, 'not found');
  if (path === '/') path = '/site/index.html'; // the playground, whatever a folder has
  for (const [prefix, folder] of places) {
    if (!path.startsWith(prefix)) continue;
    const at = join(folder, path.slice(prefix.length), path.endsWith('/') ? 'index.html' : '');
    const found = statSync(at, { throwIfNoEntry: false });
    if (!found?.isFile()) continue;
    const type = types[extname(at).toLowerCase()] ?? 'application/octet-stream';
    reply.writeHead(200, {
      'content-type': type,
      'content-length': found.size,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      ...(type.startsWith('text/html') && { 'content-security-policy': policy(own), 'referrer-policy': 'no-referrer' }),
    });
    return pipeline(createReadStream(at), reply, () => {});
  }
  return say(reply, 404, 'not found');
}

/** The pictures that the page offers: those of a folder, or else the gallery; and where a file may be dropped. */
function sources({ home, listed, drop }) {
  const gallery = JSON.parse(readFileSync(join(home, 'site', 'sources.json'), 'utf8'));
  const own = listed === undefined ? [] : imagesIn(listed).slice(0, mostListed).map((name) => ({ path: `/${name.split(sep).map(encodeURIComponent).join('/')}`, title: name }));
  return { ...gallery, own, drop: { url: drop, most: mostBytes } };
}

/** The images in a folder, those near its top first. */
export function imagesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => relative(folder, join(folder, name)))
    .filter((name) => isImage.test(name) && !name.split(sep).some((part) => part.startsWith('.')))
    .sort((a, b) => a.split(sep).length - b.split(sep).length || (a < b ? -1 : 1));
}

/** Takes a file from the page. Other pages do not know the token, and their browsers tell on them (Origin). */
function drop(request, reply, { dropped, pages }) {
  const page = request.headers.origin;
  if (!pages.includes(page)) return say(reply, 403, 'only the playground drops files here');
  const allowed = { 'access-control-allow-origin': page, 'access-control-allow-headers': 'content-type', 'access-control-allow-methods': 'POST', vary: 'Origin' };
  if (request.method === 'OPTIONS') return reply.writeHead(204, allowed).end();
  if (request.method !== 'POST') return say(reply, 405, 'POST is answered', allowed);
  const chunks = [];
  let bytes = 0;
  request.on('data', (chunk) => {
    bytes += chunk.length;
    if (bytes <= mostBytes) return chunks.push(chunk);
    chunks.length = 0;
    say(reply, 413, `the file has more than ${mostBytes} bytes`, { ...allowed, connection: 'close' });
    request.destroy();
  });
  request.on('error', () => {});
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const name = `/dropped/${createHash('sha256').update(body).digest('hex').slice(0, 16)}`;
    dropped.delete(name);
    dropped.set(name, body);
    if (dropped.size > mostDropped) dropped.delete(dropped.keys().next().value);
    json(reply, { path: name }, allowed);
  });
}

const json = (reply, value, fields = {}) => reply.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store', ...fields }).end(JSON.stringify(value));

const say = (reply, status, text, fields = {}) => reply.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...fields }).end(text);
