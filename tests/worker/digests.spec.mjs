// `npm run digests`: answers that are others are told, by format and question, and end it with 1.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { label, native, runtime } from '../../scripts/digests/queries.mjs';
import { compare, line, read, write } from '../../scripts/digests/record.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'letterbox-digests-'));
after(() => rmSync(folder, { recursive: true }));

function digests(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/digests.mjs', '--native', '--only', 'samples/logo', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 600_000,
  });
  return { status, said: stdout + stderr };
}

test('no question is asked twice, and there are enough of them', () => {
  for (const [questions, least] of [[native, 24], [runtime, 8]]) {
    assert.ok(questions.length >= least);
    assert.equal(new Set(questions.map(label)).size, questions.length);
  }
});

test('a record is written, and the same answers are the same; one that is another is told, and the end is 1', () => {
  const record = join(folder, 'record');
  const written = digests('--write', record);
  assert.equal(written.status, 0, written.said);
  const file = join(record, 'native', 'samples.tsv');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  assert.equal(lines.length, native.length);
  assert.deepEqual(lines, [...lines].sort());
  assert.ok(lines.some((one) => /^samples\/logo\.png\t\(defaults\)\t200\timage\/png\t\d+\t[0-9a-f]{20}$/.test(one)), lines[0]);
  assert.ok(lines.some((one) => /\t422\tno-such-page\t\d+\tpage=1 is not there/.test(one)));

  const same = digests('--before', record);
  assert.equal(same.status, 0, same.said);
  assert.match(same.said, new RegExp(`${native.length} answers are those of`));

  writeFileSync(file, lines.join('\n').replace(/^(.*\tf=json\t200\t.*\t)\w+$/m, '$100112233445566778899'));
  const other = digests('--before', record);
  assert.equal(other.status, 1, other.said);
  assert.match(other.said, /native, samples: f=json: 1 answer differs\n +samples\/logo\.png\n +before .*00112233445566778899\n +after /);
});

test('misuse is told in a sentence', () => {
  for (const [args, wanted] of [
    [[], /either --write or --before/],
    [['--before', join(folder, 'nowhere')], /there is no such folder/],
    [['--write', folder, '--threads', '0'], /--threads 0: expected a whole number/],
    [['--wrote', folder], /--wrote/],
  ]) {
    const { status, said } = digests(...args);
    assert.equal(status, 1, said);
    assert.match(said, wanted);
    assert.doesNotMatch(said, /\n {4}at /);
  }
});

test('records are compared as far as both go, and what is in one alone is told', () => {
  const error = { status: 415, type: 'application/problem+json', body: Buffer.from('{"error":"unsupported-format","message":"no image"}') };
  const image = (text) => ({ status: 200, type: 'image/png', body: Buffer.from(text) });
  const one = [line('png/a.png', 'f=png', image('one')), line('png/a.png', 'f=gif', error), line('gif/a.gif', 'f=png', image('one'))];
  const two = [line('png/a.png', 'f=png', image('two')), line('png/b.png', 'f=gif', error)];
  write(join(folder, 'one'), 'native', one);
  write(join(folder, 'two'), 'native', two);
  const { compared, differences, text } = compare(read(join(folder, 'one')), read(join(folder, 'two')));
  assert.equal(compared, 1);
  assert.equal(differences, 3);
  assert.match(text, /native, png: f=gif: 2 answers differ\n +png\/a\.png\n +before +415 {2}unsupported-format {2}\d+ {2}no image\n +after +not asked/);
  assert.doesNotMatch(text, /gif\/a\.gif/);
  const partly = compare(read(join(folder, 'one'), (name) => name.startsWith('gif/')), read(join(folder, 'two')));
  assert.equal(partly.differences, 0);
});
