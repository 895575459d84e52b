// Which files `resize` reads, and which it writes for them.

import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { imagesIn } from './origin.mjs';
import { Problem } from './program.mjs';
import { formatOf } from './asked.mjs';

/** The file in a folder that says of what and how each other file there was made. */
const notesName = '.letterbox-resized.json';

/** The files that the words of a command line name: [{ path, under }], where `under` is the path below a folder that was named. */
export function filesOf(words, without) {
  const left = without === undefined ? undefined : resolve(without);
  const isLeft = (path) => left !== undefined && (resolve(path) === left || resolve(path).startsWith(left + sep));
  return words.flatMap((word) => {
    if (word === '-') return [{ path: '-', under: 'stdin' }];
    const found = statSync(word, { throwIfNoEntry: false });
    if (found?.isFile()) return [{ path: word, under: basename(word) }];
    const files = found?.isDirectory() ? imagesIn(word).map((under) => ({ path: join(word, under), under })) : matching(word);
    const kept = files.filter(({ path }) => !isLeft(path));
    if (kept.length > 0) return kept;
    throw new Problem(found ? `${word} has no images in it` : `${word} is not there`);
  });
}

/** The files that a pattern with `*`, `?` and `**` names, for shells that leave patterns alone. */
function matching(pattern) {
  const parts = pattern.split(/[/\\]/);
  const first = parts.findIndex((part) => /[*?]/.test(part));
  if (first < 0) return [];
  const base = parts.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '.');
  if (!statSync(base, { throwIfNoEntry: false })?.isDirectory()) return [];
  const text = parts.slice(first).map((part) => (part === '**' ? '**' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*').replaceAll('?', '[^/]')));
  const rule = new RegExp(`^${text.join('/').replaceAll('**/', '(?:[^/]+/)*').replaceAll('**', '.*')}$`);
  const all = readdirSync(base, { recursive: true }).filter((name) => rule.test(name.split(sep).join('/')));
  return all.map((under) => ({ path: join(base, under), under })).filter(({ path }) => statSync(path).isFile()).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Pairs files with the answers that are wanted of them: [{ from, under, to, width }]. Where the source's format decides on the ending of `to`, that is the one
 * by the source's name. With one file and one answer the output is a file, unless it is a folder.
 */
export function planned(files, { output, widths, format }) {
  const isOne = files.length === 1 && !widths;
  const isFolder = output.endsWith('/') || output.endsWith(sep) || statSync(output, { throwIfNoEntry: false })?.isDirectory();
  if (output === '-' && !isOne) throw new Problem('one answer goes to standard output, and these are several: --output names a folder');
  if (isOne && !isFolder) return [{ from: files[0].path, under: files[0].under, to: output, whole: true }];
  if (!isFolder && existsSync(output)) throw new Problem(`${output} is a file, and several answers need a folder`);
  if (!isFolder && formatOf(output)) throw new Problem(`${output} is the name of a file, and several answers need a folder: ${output}/ is one`);
  return files.flatMap(({ path, under }) => {
    const stem = join(output, under.slice(0, under.length - extname(under).length));
    const ending = `.${format ?? formatOf(under) ?? 'png'}`; // of a source in a format that is not written, a PNG is made
    return (widths ?? [undefined]).map((width) => ({ from: path, under, to: `${stem}${width === undefined ? '' : `-${width}`}${ending}`, width }));
  });
}

/** Refuses outputs that would replace a source, or each other. */
export function checkClashes(jobs, files) {
  const sources = new Set(files.map(({ path }) => resolve(path)));
  const taken = new Map();
  for (const { from, to } of jobs) {
    const at = resolve(to);
    if (to !== '-' && sources.has(at)) throw new Problem(`${to} is one of the sources, and nothing is written over them: choose another folder or name`);
    if (taken.has(at)) throw new Problem(`${taken.get(at)} and ${from} would both become ${to}: give them to two calls`);
    taken.set(at, from);
  }
}

/** Writes a file so that nobody sees half of it. */
export function writeWhole(path, bytes) {
  const next = join(dirname(path), `.${basename(path)}.${process.pid}`);
  writeFileSync(next, bytes);
  renameSync(next, path);
}

/** What has been made in a folder before, and of what: `isMade(name, mark)`, `made(name, mark, file)`, `save()`. */
export function notesOf(folder) {
  const path = join(folder, notesName);
  let notes = {};
  try {
    notes = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // there are none yet, or somebody has been at them
  }
  const nameOf = (file) => relative(folder, file).split(sep).join('/');
  return {
    /** The file that was made so, if it is still there. */
    made(to, mark) {
      const note = notes[nameOf(to)];
      return note?.mark === mark && existsSync(join(folder, note.file)) ? join(folder, note.file) : undefined;
    },
    note(to, mark, file) {
      notes[nameOf(to)] = { mark, file: nameOf(file) };
    },
    save: () => writeWhole(path, `${JSON.stringify(notes)}\n`),
  };
}

/** A mark of all that an answer follows from: the files by size and time, the parameters, and the version of the program. */
export function markOf(paths, query, version) {
  const hash = createHash('sha256').update(`${version}\n${query}\n`);
  for (const path of paths) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${resolve(path)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('base64url').slice(0, 22);
}
