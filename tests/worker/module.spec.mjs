// The compiled module itself: what it may grow to, and what the platform takes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

const file = readFileSync(new URL('../../build/index_bg.wasm', import.meta.url));

/** A number of the binary format (LEB128), and where the next byte stands. */
function number(at) {
  let value = 0;
  for (let shift = 0; ; shift += 7, at += 1) {
    value += (file[at] & 127) * 2 ** shift;
    if (file[at] < 128) return [value, at + 1];
  }
}

/** Where a section's content starts. */
function section(wanted) {
  for (let at = 8; at < file.length; ) {
    const [size, content] = number(at + 1);
    if (file[at] === wanted) return content;
    at = content + size;
  }
  throw new Error(`no section ${wanted}`);
}

test('its memory may not grow beyond 88 MiB', () => {
  const [count, flags] = number(section(5));
  assert.equal(count, 1);
  assert.equal(file[flags] & 1, 1, 'the memory has no maximum');
  const [, most] = number(flags + 1);
  assert.equal(number(most)[0] * 65_536, 88 * 1024 * 1024);
});

test('it fits the smallest plan of the platform: 3 MB with gzip', () => {
  assert.ok(gzipSync(file).length < 3_000_000);
});
