// `npm run third-party`: writes THIRD-PARTY.md, the list of what ships. `-- --check` fails instead when it is stale. Both fail on a licence, a
// source or a second version that deny.toml does not allow, and on a lock file with a gap.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allowed, policy } from './licences.mjs';
import { incompleteLocks } from './locks.mjs';
import { capture, Problem, program, say } from './program.mjs';
import { root, wasmTarget } from './tools.mjs';

const path = join(root, 'THIRD-PARTY.md');
const registry = 'registry+https://github.com/rust-lang/crates.io-index';

/** Writes the list, or with `--check` compares it with the one that is there. */
export async function thirdParty(args) {
  const stranger = args.find((arg) => arg !== '--check');
  if (stranger) throw new Problem(`${stranger}: expected --check or nothing`);
  const [packages, shipped, bundled] = await Promise.all([graph(), shippedIds(), bundledFiles()]);
  const rules = policy();
  const problems = [...graphProblems(packages, rules), ...bundleProblems(bundled), ...(await incompleteLocks())];
  if (problems.length) throw new Problem(`third-party:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  const list = document(packages, shipped);
  const old = readList();
  const count = [...shipped].filter((id) => packages.get(id).source !== null).length;
  if (args.includes('--check')) {
    if (list !== old) throw new Problem(`THIRD-PARTY.md is not what ships (${changes(old, list)}): run npm run third-party, and read what has changed`);
    return say(`third-party: ${count} crates of others ship, all of them listed; licences, sources, versions and locks are as deny.toml wants them`);
  }
  writeFileSync(path, list);
  return say(`third-party: THIRD-PARTY.md has ${count} crates (${list === old ? 'as before' : changes(old, list)})`);
}

/** Every package that takes part in a build or a test, on the targets of deny.toml: by `name version`. */
async function graph() {
  const targets = [wasmTarget, 'x86_64-unknown-linux-gnu'].flatMap((target) => ['--filter-platform', target]);
  const { packages, resolve } = JSON.parse(await cargo(['metadata', '--locked', '--quiet', '--format-version', '1', ...targets]));
  const id = ({ name, version }) => `${name} ${version}`;
  const byCargoId = new Map(packages.map((each) => [each.id, each]));
  const needs = new Map(resolve.nodes.map((node) => [node.id, node.deps.filter(({ dep_kinds }) => dep_kinds.some(({ kind }) => kind === null)).map(({ pkg }) => pkg)]));
  return new Map(packages.map((each) => [id(each), { ...each, needs: (needs.get(each.id) ?? []).map((needed) => id(byCargoId.get(needed))) }]));
}

/**
 * What is compiled into the module, ours included. Asked of `cargo tree`: the graph that `cargo metadata` gives has the features that the tests
 * want in it as well, and so crates that do not ship.
 */
async function shippedIds() {
  const output = await cargo(['tree', '--locked', '--quiet', '--package', 'letterbox', '--edges', 'normal,no-proc-macro', '--target', wasmTarget, '--prefix', 'none', '--format', '{p}']);
  return new Set(output.split('\n').map((line) => /^(\S+) v(\S+)/.exec(line)).map(([, name, version]) => `${name} ${version}`));
}

async function cargo(args) {
  const { code, output } = await capture('cargo', args);
  if (code !== 0) throw new Problem(`failed: cargo ${args.join(' ')}\n${output}`);
  return output;
}

/** The files that the bundler puts beside the glue: the entry, and whatever it imports. */
async function bundledFiles() {
  const { build } = await import('esbuild'); // installed by setup
  const { metafile } = await build({
    entryPoints: [join(root, 'src', 'worker.mjs')],
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    metafile: true,
    write: false,
    external: ['../build/bindgen/index.js', 'node:*'],
    loader: { '.wasm': 'empty', '.ttf': 'empty' },
  });
  return Object.keys(metafile.inputs);
}

/** The packages of npm that ship, with what is in them and why. They are pinned in package.json. */
const npm = {
  '@jsquash/avif': ['libavif (BSD-2-Clause), libaom (BSD-2-Clause, Alliance for Open Media Patent License 1.0) and libyuv (BSD-3-Clause)', 'AVIF codec, as modules of their own'],
  '@jsquash/webp': ['libwebp (BSD-3-Clause)', 'lossy WebP encoder, as a module of its own'],
};

/** The fonts that ship, made from packages of npm by fonts/make.mjs. */
const fonts = {
  'fonts/NotoSans-SemiBold.ttf': [...fontSource(), 'OFL-1.1', 'a subset of Noto Sans SemiBold: Latin, Greek and Cyrillic', 'the font of `txt`, as a file of its own'],
};

/** Name and version of the package that fonts/make.mjs takes the font from. */
function fontSource() {
  const [, name, version] = /name: '(.+)@([\d.]+)'/.exec(readFileSync(join(root, 'fonts', 'make.mjs'), 'utf8'));
  return [name, version];
}

const isListed = (file) => file in fonts || /^src\/(guests\/)?[\w-]+\.mjs$/.test(file) || Object.keys(npm).some((name) => file.startsWith(`node_modules/${name}/`));

function npmRow([name, [inside, why]]) {
  const { version, license } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
  return `| ${[`\`${name}\``, version, license, inside, why].join(' | ')} |`;
}

const fontRow = ([name, ...rest]) => `| ${[`\`${name}\``, ...rest].join(' | ')} |`;

const bundleProblems = (files) => files.filter((file) => !isListed(file)).map((file) => `${file} is in the bundle: list it in scripts/third-party.mjs, with its licence`);

/** One sentence for every package that the rules do not let in. */
export function graphProblems(packages, { licences, exceptions, twice }) {
  const theirs = [...packages.values()].filter(({ source }) => source !== null);
  const versions = (name) => theirs.filter((each) => each.name === name && !twice.some((skip) => names(skip, each)));
  const ours = [...packages.values()].filter(({ source }) => source === null);
  return [
    ...ours.flatMap(({ name, dependencies = [] }) => dependencies.filter(({ req, path }) => req === '*' && !path).map((any) => `${name} takes any version of ${any.name}: name one`)),
    ...theirs.filter(({ source }) => source !== registry).map(({ name, source }) => `${name} comes from ${source}: only the registry may be a source`),
    ...theirs
      .filter(({ name, license }) => !allowed(license, new Set([...licences, ...(exceptions.get(name) ?? [])])))
      .map(({ name, version, license }) => `${name} ${version} is licensed ${license ?? 'in no words'}, which deny.toml does not allow`),
    ...[...new Set(theirs.map(({ name }) => name))]
      .filter((name) => versions(name).length > 1)
      .map((name) => `${name} is there as ${versions(name).map(({ version }) => version).join(' and ')}: drop one, or let it in (skip in deny.toml)`),
  ];
}

/** Whether `name:1` or `name:1.2` means this package. */
function names(skip, { name, version }) {
  const [wanted, prefix] = skip.split(':');
  return wanted === name && (version === prefix || version.startsWith(`${prefix}.`));
}

function document(packages, shipped) {
  const all = [...shipped].map((id) => [id, packages.get(id)]).sort(([a], [b]) => (a < b ? -1 : 1));
  const ours = all.filter(([, { source }]) => source === null);
  const theirs = all.filter(([, { source }]) => source !== null);
  const reasons = new Map(ours.flatMap(([, { manifest_path }]) => [...reasonsIn(readFileSync(manifest_path, 'utf8'))]));
  const wantedBy = (id) => [...new Set(all.filter(([, { needs }]) => needs.includes(id)).map(([, { name }]) => name))];
  const row = ([id, { name, version, license, repository }]) => {
    const why = reasons.get(name) ?? `for ${wantedBy(id).join(', ')}`;
    return `| ${[name, version, license.replaceAll('/', ' OR '), repository?.replace(/\.git$/, '') ?? '', why].join(' | ')} |`;
  };
  return `# What ships that others have written

Written by \`npm run third-party\` from the lock file; \`npm test\` fails when it is stale, and on a licence that [deny.toml](deny.toml) does not
allow.

**In the module** (\`build/index_bg.wasm\`): our own ${ours.map(([, { name }]) => `\`${name}\``).join(', ')}, Rust's standard
library (MIT OR Apache-2.0), and the ${theirs.length} crates below. They are what is compiled for it: tests, build scripts and macros are not in it, and neither is
what the linker finds unused.

**In the script** (\`build/index.js\`): our \`src/*.mjs\` and \`src/guests/\`, the glue that \`wasm-bindgen\` generates (MIT OR Apache-2.0, below), and what
belongs to the codecs beside it. The other packages of npm are the bundler, the local runtime, and what the tests compare with.

**Beside the module** (the other \`.wasm\` files and the \`.bin\` of \`build/\`), from npm:

| package | version | licence | in it | why |
|---|---|---|---|---|
${[...Object.entries(npm).map(npmRow), ...Object.values(fonts).map(fontRow)].join('\n')}

The font is the work of The Noto Project Authors (2022), under the [SIL Open Font License 1.1](fonts/LICENSE-OFL.txt), which is in the font too.

**In the module, crate by crate:**

| crate | version | licence | repository | why |
|---|---|---|---|---|
${theirs.map(row).join('\n')}
`;
}

/** The comment behind each dependency of a manifest. */
function reasonsIn(manifest) {
  const tables = manifest.split(/^(?=\[)/m).filter((table) => /^\[(target\..+\.)?dependencies\]/.test(table));
  return new Map(tables.flatMap((table) => [...table.matchAll(/^([\w-]+) = .*?# (.*)$/gm)].map(([, name, why]) => [name, why])));
}

function readList() {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** What is new and what is gone, in a few words. */
function changes(old, list) {
  const crates = (text) => new Set([...text.matchAll(/^\| ([\w-]+) \| (\d\S*) \|/gm)].map(([, name, version]) => `${name} ${version}`));
  const [before, after] = [crates(old), crates(list)];
  const added = [...after].filter((each) => !before.has(each)).map((each) => `+ ${each}`);
  const removed = [...before].filter((each) => !after.has(each)).map((each) => `- ${each}`);
  return [...added, ...removed].slice(0, 12).join(', ') || 'other words';
}

await program(import.meta.url, thirdParty);
