// Whether the crates of ours that are of use to others could be published: `cargo package` takes them, with all that belongs into a package.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, Problem, program } from './program.mjs';
import { root } from './tools.mjs';

/** What every package has besides its manifest. */
const wanted = ['Cargo.toml', 'LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'src/lib.rs'];

/** What its page in a registry is made of. */
const fields = ['description', 'license', 'readme', 'keywords', 'categories'];

/** Rejects unless all crates below crates/ can be packaged. Nothing is compiled: they are what has been tested. */
export async function packages() {
  const { packages: all } = JSON.parse(await cargo(['metadata', '--no-deps', '--format-version', '1', '--locked']));
  // An empty list of registries is `publish = false`.
  const crates = all.filter(({ manifest_path: path, publish }) => path.startsWith(join(root, 'crates')) && publish?.length !== 0);
  const names = crates.map(({ name }) => name);
  const problems = (await Promise.all(names.map(listed))).flat();
  problems.push(...crates.flatMap(described));
  if (problems.length) throw new Problem(problems.join('\n'));
  // In one call, because one of them is made of another one that no registry has yet. A tree with changes is what is to be tested.
  await cargo(['package', '--no-verify', '--allow-dirty', '--locked', ...names.flatMap((name) => ['--package', name])]);
}

async function listed(name) {
  const files = (await cargo(['package', '--list', '--allow-dirty', '--locked', '--package', name])).split('\n');
  const folder = join('crates', name.replace('letterbox-', ''));
  const stale = wanted.filter((file) => file.startsWith('LICENSE') && files.includes(file) && text(join(folder, file)) !== text(file));
  return [
    ...wanted.filter((file) => !files.includes(file)).map((file) => `${name}: the package has no ${file}`),
    ...stale.map((file) => `${name}: its ${file} is not the repository's`),
  ];
}

const text = (path) => readFileSync(join(root, path), 'utf8');

function described(crate) {
  // What only its tests need is left out of a package, unless it has a version.
  const needed = crate.dependencies.filter(({ path, req, kind }) => path && req === '*' && kind !== 'dev');
  return [
    ...fields.filter((field) => !crate[field]?.length).map((field) => `${crate.name}: no ${field}`),
    ...needed.map(({ name }) => `${crate.name}: ${name} has a path and no version`),
  ];
}

async function cargo(args) {
  const { code, output } = await capture('cargo', args);
  if (code !== 0) throw new Problem(`${output}\nfailed: cargo ${args.join(' ')}`);
  return output;
}

await program(import.meta.url, packages);
