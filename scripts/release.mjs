// `npm run release`: what a release consists of, in build/release: the package, a list of what is in it (SBOM, CycloneDX), checksums, and from what
// and with what it was made. `-- --dry-run` leaves CHANGELOG.md as it is; without it, what is unreleased gets the version and the date. The version
// stands in Cargo.toml alone.

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makePackage } from './package.mjs';
import { capture, Problem, program, say } from './program.mjs';
import { root, version } from './tools.mjs';

const folder = join(root, 'build', 'release');
const changelog = join(root, 'CHANGELOG.md');

async function release(args) {
  const stranger = args.find((arg) => arg !== '--dry-run');
  if (stranger) throw new Problem(`${stranger}: unknown\nusage: npm run release [-- --dry-run]`);
  const dry = args.includes('--dry-run');
  const [commit, changed, moment] = await Promise.all([git('rev-parse', 'HEAD'), git('status', '--porcelain'), git('log', '-1', '--format=%cI')]);
  if (changed && !dry) throw new Problem(`the tree has changes that are in no commit:\n${changed}`);
  const { text, notes } = dated(readFileSync(changelog, 'utf8'), version, new Date().toISOString().slice(0, 10));
  const { path } = await makePackage();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const name = basename(path);
  copyFileSync(path, join(folder, name));
  const digest = sha256(readFileSync(path));
  const write = (file, content) => writeFileSync(join(folder, file), content);
  write('sbom.cdx.json', json(bom({ version, digest, moment, list: readFileSync(join(root, 'THIRD-PARTY.md'), 'utf8'), lock: readFileSync(join(root, 'Cargo.lock'), 'utf8') })));
  write('provenance.json', json({ package: name, sha256: digest, commit, changed: changed !== '', madeWith: await tools() }));
  write('NOTES.md', notes);
  const files = [name, 'sbom.cdx.json', 'provenance.json', 'NOTES.md'];
  write('SHA256SUMS', files.map((file) => `${sha256(readFileSync(join(folder, file)))}  ${file}\n`).join(''));
  if (!dry) writeFileSync(changelog, text);
  say(`release: ${version}, of ${commit.slice(0, 12)}${changed ? ' with changes' : ''}, in ${folder}\n${[...files, 'SHA256SUMS'].map((file) => `  ${file}`).join('\n')}`);
  say(dry ? 'release: a dry run: CHANGELOG.md is as it was' : `release: CHANGELOG.md has ${version}. What follows: commit it, and push the tag v${version}`);
}

/** The changelog with its unreleased part under a version and a date, and that part. */
export function dated(text, number, date) {
  if (text.includes(`\n## [${number}]`)) throw new Problem(`CHANGELOG.md has ${number} already: raise the version in Cargo.toml`);
  const heading = '## [Unreleased]\n';
  const start = text.indexOf(heading);
  if (start < 0) throw new Problem('CHANGELOG.md has no part "## [Unreleased]"');
  const begins = start + heading.length;
  const next = text.indexOf('\n## [', begins);
  const notes = text.slice(begins, next < 0 ? undefined : next).trim();
  if (notes === '') throw new Problem('CHANGELOG.md has nothing that is unreleased');
  return { notes: `${notes}\n`, text: `${text.slice(0, begins)}\n## [${number}] - ${date}\n${text.slice(begins)}` };
}

/** What is in the package, as CycloneDX 1.6 has it: from the list that ships with it, and the checksums of the lock file. */
export function bom({ version: number, digest, moment, list, lock }) {
  const sums = new Map([...lock.matchAll(/^name = "(.*)"\nversion = "(.*)"\nsource = .*\nchecksum = "(.*)"$/gm)].map(([, name, at, sum]) => [`${name} ${at}`, sum]));
  const components = [...list.matchAll(/^\| `?([^`| ]+)`? \| ([\d.][^ |]*) \| ([^|]+) \|/gm)].map(([, name, at, licence]) => {
    const sum = sums.get(`${name} ${at}`);
    const purl = name.startsWith('@') ? `pkg:npm/${name.replace('@', '%40')}@${at}` : `pkg:cargo/${name}@${at}`;
    return {
      type: 'library',
      'bom-ref': purl,
      name,
      version: at,
      ...(sum && { hashes: [{ alg: 'SHA-256', content: sum }] }),
      licenses: [{ expression: licence.trim().replaceAll('/', ' OR ') }],
      purl,
    };
  });
  const own = `pkg:npm/letterbox-images@${number}`;
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: moment,
      component: { type: 'library', 'bom-ref': own, name: 'letterbox-images', version: number, hashes: [{ alg: 'SHA-256', content: digest }], licenses: [{ expression: 'MIT OR Apache-2.0' }], purl: own },
    },
    components,
    dependencies: [{ ref: own, dependsOn: components.map(({ purl }) => purl) }],
  };
}

async function tools() {
  const [rustc, npm] = await Promise.all([capture('rustc', ['--version']), capture('npm', ['--version'])]);
  return { rustc: rustc.output, node: process.version, npm: npm.output, platform: `${process.platform} ${process.arch}` };
}

async function git(...args) {
  const { code, output } = await capture('git', args);
  if (code !== 0) throw new Problem(`failed: git ${args.join(' ')}\n${output}`);
  return output;
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

await program(import.meta.url, release);
