// The compiled module itself: what it may grow to, and what the platform takes.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
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

/** Bytes of the deployment's files that `wanted` takes, as they are and after gzip, in MB as the docs write them. */
function megabytes(wanted) {
  const build = new URL('../../build/', import.meta.url);
  const names = readdirSync(build).filter((name) => name === 'index.js' || /\.(wasm|bin)$/.test(name));
  const files = names.filter(wanted).map((name) => readFileSync(new URL(name, build)));
  const sum = (size) => files.reduce((bytes, each) => bytes + size(each), 0) / 1e6;
  return { raw: sum((each) => each.length), gzip: sum((each) => gzipSync(each, { level: 9 }).length) };
}

test('with all that is beside it, it fits the smallest plan of the platform: 3 MB with gzip', () => {
  const { gzip } = megabytes(() => true);
  assert.ok(gzip < 3, `${gzip}`);
});

test('its sizes are those that the docs name', () => {
  const all = megabytes(() => true);
  const plain = megabytes((name) => !name.startsWith('avif_')).gzip.toFixed(1);
  const docs = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const deploy = docs('docs/deploy.md');
  for (const [text, words] of [
    [deploy, `A worker without AVIF is ${plain} MB instead of ${all.gzip.toFixed(1)} with gzip`],
    [deploy, `${all.raw.toFixed(1)} MB, and ${all.gzip.toFixed(1)} MB with gzip; with \`--no-avif\` ${plain} MB with gzip`],
    [docs('npm/README.md'), `${plain} MB with gzip instead of ${all.gzip.toFixed(1)}`],
  ]) {
    assert.ok(text.includes(words), `the docs do not say: ${words}`);
  }
});
