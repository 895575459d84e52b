// What may ship: licences, sources and second versions, as deny.toml says. The list itself is checked by `npm run third-party -- --check`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowed, policy } from '../../scripts/licences.mjs';
import { graphProblems } from '../../scripts/third-party.mjs';

const licences = new Set(['MIT', 'Apache-2.0', 'Apache-2.0 WITH LLVM-exception', 'BSD-3-Clause']);
const registry = 'registry+https://github.com/rust-lang/crates.io-index';

const expressions = {
  MIT: true,
  'MIT OR GPL-3.0-only': true,
  'GPL-3.0-only OR MIT': true,
  'MIT/Apache-2.0': true,
  'MIT AND BSD-3-Clause': true,
  'Apache-2.0 WITH LLVM-exception': true,
  '(GPL-2.0-only OR MIT) AND Apache-2.0': true,
  'MIT AND GPL-3.0-only': false,
  'GPL-3.0-only': false,
  'MIT OR Apache-2.0 AND GPL-3.0-only': true, // AND binds closer
  'GPL-3.0-only AND MIT OR GPL-2.0-only': false,
  'MIT WITH an-exception': false,
  'MIT Apache-2.0': false,
  '(MIT': false,
  '': false,
};
for (const [expression, wanted] of Object.entries(expressions)) {
  test(`the licence ${JSON.stringify(expression)} is ${wanted ? 'allowed' : 'refused'}`, () => {
    assert.equal(allowed(expression, licences), wanted);
  });
}

test('a crate without a licence is refused', () => {
  assert.equal(allowed(null, licences), false);
});

test('deny.toml is read: no copyleft for anybody, one exception, and versions that may be there twice', () => {
  const rules = policy();
  assert.ok(rules.licences.has('MIT') && rules.licences.has('Unicode-3.0'));
  assert.ok(![...rules.licences].some((licence) => /GPL|MPL|EUPL|CDDL|SSPL|BUSL/.test(licence)));
  assert.deepEqual([...rules.exceptions], [['jpeg-encoder', ['IJG']]]);
  assert.ok(rules.twice.every((crate) => /^[\w-]+:\d/.test(crate)), rules.twice.join());
});

const crate = (name, version, more = {}) => [`${name} ${version}`, { name, version, license: 'MIT', source: registry, ...more }];
const rules = { licences, exceptions: new Map([['tables', ['IJG']]]), twice: ['old:1'] };
const problems = (...crates) => graphProblems(new Map(crates), rules);

test('a graph of permissive crates from the registry, each once, has no problem', () => {
  assert.deepEqual(problems(crate('a', '1.0.0'), crate('b', '2.0.0'), crate('ours', '0.1.0', { source: null, license: null })), []);
});

test('a licence that is not allowed, a source that is not the registry, and a second version are told', () => {
  assert.match(problems(crate('a', '1.0.0', { license: 'AGPL-3.0-only' })).join(), /a 1\.0\.0 is licensed AGPL-3\.0-only/);
  assert.match(problems(crate('a', '1.0.0', { source: 'git+https://git.example.com/a' })).join(), /a comes from git/);
  assert.match(problems(crate('a', '1.0.0'), crate('a', '2.0.0')).join(), /a is there as 1\.0\.0 and 2\.0\.0/);
});

test('any version will not do, but for a crate of our own', () => {
  const ours = (dependencies) => crate('ours', '0.1.0', { source: null, dependencies });
  assert.match(problems(ours([{ name: 'a', req: '*' }])).join(), /ours takes any version of a/);
  assert.deepEqual(problems(ours([{ name: 'mine', req: '*', path: '/crates/mine' }])), []);
});

test('an exception is for its crate only, and so is a second version', () => {
  assert.deepEqual(problems(crate('tables', '1.0.0', { license: 'MIT AND IJG' })), []);
  assert.equal(problems(crate('a', '1.0.0', { license: 'MIT AND IJG' })).length, 1);
  assert.deepEqual(problems(crate('old', '1.2.3'), crate('old', '2.0.0')), []);
  assert.equal(problems(crate('old', '10.2.3'), crate('old', '2.0.0')).length, 1);
});
