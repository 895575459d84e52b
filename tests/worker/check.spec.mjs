// `npm run check` says whether a deployment would serve, and refuses one that would serve strangers.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Exit code and everything that is said. */
function run(command, args, input = '') {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, input, encoding: 'utf8', timeout: 120_000 });
  return { status, said: stdout + stderr };
}

const settings = (vars, secrets = []) =>
  run('cargo', ['run', '--quiet', '--locked', '--example', 'check_config'], JSON.stringify({ vars, bindings: [], secrets }));

test('the configuration as it comes is not deployable, and the check says what to fill in', () => {
  const { status, said } = run(process.execPath, ['scripts/check.mjs']);
  assert.equal(status, 1, said);
  assert.match(said, /ALLOWED_SOURCES/);
});

test('a list of hosts is deployable, and the settings in force are shown', () => {
  const { status, said } = settings({ ALLOWED_SOURCES: 'images.example.com', CACHE_TTL: '60' });
  assert.equal(status, 0, said);
  assert.match(said, /CACHE_TTL +60\n/);
  assert.match(said, /DEFAULT_WIDTH +1200 \(default\)/);
});

test('signing keys are a secret, and stand in the place of a list of hosts', () => {
  const { status, said } = settings({ ALLOWED_SOURCES: '*', PRESETS: 'card: w=600', WIDTH_LADDER: '320,640' }, ['SIGNING_KEYS']);
  assert.equal(status, 0, said);
  assert.match(said, /SIGNING_KEYS +\(secret: npx wrangler secret put SIGNING_KEYS\)/);
  assert.match(said, /PRESETS +card: w=600\n/);
  assert.equal(settings({}, ['SIGNING_KEYS']).status, 0);
});

test('signing keys in a file are refused and not repeated', () => {
  const key = '0123456789abcdef'.repeat(4);
  const { status, said } = settings({ ALLOWED_SOURCES: 'images.example.com', SIGNING_KEYS: key });
  assert.equal(status, 1, said);
  assert.match(said, /wrangler secret put SIGNING_KEYS/);
  assert.ok(!said.includes('0123456789'), said);
});

const refused = {
  'every host': { ALLOWED_SOURCES: '*' },
  'development mode': { MODE: 'development' },
  'every host, and keys that are too short': { ALLOWED_SOURCES: '*', SIGNING_KEYS: '00' },
  'a preset that cannot be read': { ALLOWED_SOURCES: 'images.example.com', PRESETS: 'card: w=1e3' },
  'presets only, and none': { ALLOWED_SOURCES: 'images.example.com', PRESETS_ONLY: 'true' },
  'a ladder that goes down': { ALLOWED_SOURCES: 'images.example.com', WIDTH_LADDER: '640,320' },
  'a setting that does not exist': { ALLOWED_SOURCES: 'images.example.com', ALOWED_SOURCES: 'x.example.com' },
  'an origin without TLS': { ALLOWED_SOURCES: 'images.example.com', ORIGIN: 'http://www.example.com' },
};
for (const [what, vars] of Object.entries(refused)) {
  test(`${what} is refused`, () => {
    const { status, said } = settings(vars);
    assert.equal(status, 1, said);
  });
}
