// A record of answers: a folder with one file a format, a line an answer.
//
// name, question, status, media type or code of the error, bytes, and the beginning of the answer's SHA-256 or the error's message: with tabs
// between them, sorted, so that two records can be laid side by side with any tool.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The line of an answer. */
export function line(name, asked, { status, type, body }) {
  const error = status < 400 ? null : JSON.parse(body.toString());
  const shown = error ? [error.error, body.length, error.message] : [type, body.length, createHash('sha256').update(body).digest('hex').slice(0, 20)];
  return [name, asked, status, ...shown].join('\t');
}

/** Writes lines into `<folder>/<home>/<group>.tsv`, `home` being where the answers were made. */
export function write(folder, home, lines) {
  mkdirSync(join(folder, home), { recursive: true });
  for (const [group, those] of grouped(lines, groupOf)) {
    writeFileSync(join(folder, home, `${group}.tsv`), `${those.sort().join('\n')}\n`);
  }
}

/** The lines of a record about files that `counts`: a map from home, name and question to the rest. */
export function read(folder, counts = () => true) {
  const answers = new Map();
  for (const home of ['native', 'runtime']) {
    if (!existsSync(join(folder, home))) continue;
    for (const name of readdirSync(join(folder, home)).filter((name) => name.endsWith('.tsv'))) {
      for (const line of readFileSync(join(folder, home, name), 'utf8').trimEnd().split('\n')) {
        const [file, asked, ...answer] = line.split('\t');
        if (counts(file)) answers.set([home, file, asked].join('\t'), answer.join('  '));
      }
    }
  }
  return answers;
}

/**
 * What is another answer than before, or there in one record only: a text grouped by home, format and question, and how many there are.
 * A record that lacks a home or a format altogether was asked for less, and is compared as far as it goes.
 */
export function compare(before, after) {
  const scope = (answers) => new Set([...answers.keys()].map(scopeOf));
  const [was, is] = [scope(before), scope(after)];
  const differences = [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => was.has(scopeOf(key)) && is.has(scopeOf(key)) && before.get(key) !== after.get(key))
    .sort();
  const groups = grouped(differences, (key) => {
    const [home, file, asked] = key.split('\t');
    return `${home}, ${file.split('/')[0]}: ${asked}`;
  });
  const told = [...groups].map(([title, keys]) => [
    `${title}: ${keys.length} ${keys.length === 1 ? 'answer differs' : 'answers differ'}`,
    ...keys.slice(0, shown).map((key) => `  ${key.split('\t')[1]}\n    before  ${before.get(key) ?? 'not asked'}\n    after   ${after.get(key) ?? 'not asked'}`),
    ...(keys.length > shown ? [`  and ${keys.length - shown} more`] : []),
  ].join('\n'));
  const compared = [...before.keys()].filter((key) => after.has(key)).length;
  return { compared, differences: differences.length, text: told.join('\n\n') };
}

/** Differences that are shown of a group. */
const shown = 10;

const groupOf = (line) => line.split('/')[0];
const scopeOf = (key) => key.split('/')[0];

function grouped(values, by) {
  const groups = new Map();
  for (const value of values) {
    const name = by(value);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(value);
  }
  return groups;
}
