// What every error and every image of the worker's own must look like.
import assert from 'node:assert/strict';
import sharp from 'sharp';

const types = { jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', gif: 'image/gif' };

/** Checks status, code, shape, lifetime and security headers of an error, and returns its body. */
export function assertError(reply, status, code) {
  assert.equal(reply.status, status, `status of ${reply.text()}`);
  assert.match(reply.headers.get('content-type'), /^application\/(problem\+)?json\b/);
  assertShortLived(reply);
  assertSecured(reply);
  const body = reply.json();
  assert.equal(body.error, code);
  assert.match(body.message, /^\S.*\s.*\S$/, 'the message is a sentence');
  assert.ok(typeof body.request_id === 'string' && body.request_id.length >= 8, `request_id: ${body.request_id}`);
  return body;
}

/** Checks that the reply is an image of this format and size, of the worker's own making, and returns its metadata. */
export async function assertImage(reply, format, width, height) {
  assert.equal(reply.status, 200, `status of ${reply.status === 200 ? 'an image' : reply.text()}`);
  assert.equal(reply.headers.get('content-type'), types[format]);
  assertSecured(reply);
  const metadata = await sharp(reply.bytes).metadata();
  assert.equal(metadata.format, format);
  assert.equal(`${metadata.width}x${metadata.height}`, `${width}x${height}`);
  return metadata;
}

export function assertSecured({ headers }) {
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('content-security-policy'), "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  assert.equal(headers.get('timing-allow-origin'), '*');
  const exposed = headers.get('access-control-expose-headers').toLowerCase().split(', ');
  for (const name of ['etag', 'age', 'cache-status', 'x-cache', 'server-timing', 'x-image-source-size']) assert.ok(exposed.includes(name), name);
}

function assertShortLived({ headers }) {
  const lifetime = headers.get('cache-control') ?? '';
  assert.match(lifetime, /no-store|max-age=\d+/, 'the lifetime is stated');
  for (const [, seconds] of lifetime.matchAll(/max-?age=(\d+)/g)) assert.ok(Number(seconds) <= 60, lifetime);
}
