// Whether the lock files are complete: every dependency that a manifest names is pinned, and everything pinned has a checksum.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './program.mjs';
import { root } from './tools.mjs';

/** What is built or installed by itself, and so has a lock file of its own. */
const cargoFolders = ['', 'fuzz', 'crates/jpeg/bench', 'crates/resize/bench'];
const npmFolders = ['', 'bench'];

/** One sentence for everything that is missing. */
export async function incompleteLocks() {
  const cargo = await Promise.all(cargoFolders.map(cargoProblems));
  return [...cargo.flat(), ...npmFolders.flatMap(npmProblems)];
}

async function cargoProblems(folder) {
  const path = join(folder, 'Cargo.lock');
  const { code, output } = await capture('cargo', ['metadata', '--no-deps', '--offline', '--quiet', '--format-version', '1', '--manifest-path', join(folder, 'Cargo.toml')]);
  if (code !== 0) return [`${join(folder, 'Cargo.toml')} cannot be read: ${output}`];
  const locked = lockedPackages(readFileSync(join(root, path), 'utf8'));
  const unpinned = JSON.parse(output).packages.flatMap(({ name, dependencies }) => {
    const pins = locked.find((each) => each.name === name)?.dependencies ?? [];
    return dependencies.filter((wanted) => !pins.includes(wanted.name)).map((wanted) => `${path} does not pin ${wanted.name} of ${name}: run cargo update --workspace`);
  });
  const unchecked = locked.filter(({ source, checksum }) => source && !checksum);
  return [...new Set(unpinned), ...unchecked.map(({ name }) => `${path} has no checksum of ${name}`)];
}

function lockedPackages(text) {
  return text.split('[[package]]').slice(1).map((part) => {
    const field = (name) => new RegExp(`^${name} = "([^"]*)"`, 'm').exec(part)?.[1];
    const dependencies = /^dependencies = \[([^\]]*)\]/m.exec(part)?.[1] ?? '';
    const names = [...dependencies.matchAll(/"([^" ]+)/g)].map(([, dependency]) => dependency);
    return { name: field('name'), source: field('source'), checksum: field('checksum'), dependencies: names };
  });
}

function npmProblems(folder) {
  const read = (name) => JSON.parse(readFileSync(join(root, folder, name), 'utf8'));
  const path = join(folder, 'package-lock.json');
  const manifest = read('package.json');
  const { '': own, ...packages } = read('package-lock.json').packages;
  const wanted = { ...manifest.dependencies, ...manifest.devDependencies };
  const pinned = { ...own.dependencies, ...own.devDependencies };
  const stale = Object.keys({ ...wanted, ...pinned }).filter((name) => wanted[name] !== pinned[name] || !packages[`node_modules/${name}`]);
  const unchecked = Object.entries(packages).filter(([, { integrity, link }]) => !integrity && !link);
  return [
    ...stale.map((name) => `${path} does not pin ${name} as package.json wants it: run npm install`),
    ...unchecked.map(([name]) => `${path} has no checksum of ${name}`),
  ];
}
