// What a release says of itself: the changelog's part, and the list of what is in the package.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bom, dated } from '../../scripts/release.mjs';

const read = (name) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

test('what is unreleased gets the version and the date, and the part stays for what comes', () => {
  const before = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- This.\n\n## [0.1.0] - 2026-01-01\n\n- That.\n';
  const { text, notes } = dated(before, '0.2.0', '2026-11-29');
  assert.equal(notes, '### Added\n\n- This.\n');
  assert.equal(text, '# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-11-29\n\n### Added\n\n- This.\n\n## [0.1.0] - 2026-01-01\n\n- That.\n');
  assert.throws(() => dated(text, '0.2.0', '2026-11-30'), /0\.2\.0 already: raise the version in Cargo\.toml/);
  assert.throws(() => dated(text, '0.3.0', '2026-11-30'), /nothing that is unreleased/);
  assert.throws(() => dated('# Changelog\n', '0.3.0', '2026-11-30'), /no part/);
});

test('the list of what is in the package has each row of THIRD-PARTY.md, with its licence, and each crate with its checksum', () => {
  const list = read('THIRD-PARTY.md');
  const { components, dependencies } = bom({ version: '0.1.0', digest: 'a'.repeat(64), moment: '2026-11-29T00:00:00Z', list, lock: read('Cargo.lock') });
  const rows = list.split('\n').filter((line) => /^\| \S+ \| \d/.test(line));
  assert.equal(components.length, rows.length);
  assert.ok(components.length > 50, `${components.length}`);
  for (const { name, version, purl, hashes, licenses } of components) {
    assert.ok(rows.some((row) => row.replaceAll('`', '').startsWith(`| ${name} | ${version} | `)), name);
    assert.match(licenses[0].expression, /^[A-Za-z0-9.() -]+$/, name);
    if (purl.startsWith('pkg:cargo/')) assert.match(hashes[0].content, /^[0-9a-f]{64}$/, name);
  }
  assert.deepEqual(new Set(dependencies[0].dependsOn).size, components.length);
});
