// `npm run check` says whether a deployment would serve, and refuses one that would serve strangers.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { review } from '../../cli/deployment.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Exit code and everything that is said. */
function run(command, args, input = '') {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, input, encoding: 'utf8', timeout: 600_000 });
  return { status, said: stdout + stderr };
}

const check = (...args) => run(process.execPath, ['scripts/check.mjs', ...args]);

test('the configuration as it comes is not deployable, and the check says what to fill in', () => {
  const { status, said } = check();
  assert.equal(status, 1, said);
  assert.match(said, /ALLOWED_SOURCES/);
});

test('a check says what it finds, and nothing of work that it does not do', () => {
  const { said } = check();
  assert.doesNotMatch(said, /compiling|building|first time|a minute/i, said);
});

// What the parser says is tested where it is (src/deployment.rs), and that the module says it, below.
test('the same is to be had natively, with Rust alone', () => {
  const given = { vars: { ALLOWED_SOURCES: 'images.example.com', CACHE_TTL: 60 }, bindings: ['ORIGIN_BUCKET'], secrets: [] };
  const native = (input) => run('cargo', ['run', '--quiet', '--locked', '--profile', 'test', '--example', 'check_config'], input);
  const { status, said } = native(JSON.stringify(given));
  assert.equal(status, 0, said);
  assert.match(said, /CACHE_TTL +60\n[^]*ORIGIN_BUCKET +bound\n/);
  assert.equal(native('{"vars": {"ALLOWED_SOURCES": "*"}}').status, 1);
  assert.match(native('no JSON').said, /standard input is not JSON/);
});

const route = { pattern: 'img.shop.example', custom_domain: true };
const good = {
  routes: [route],
  workers_dev: false,
  preview_urls: false,
  vars: { ALLOWED_SOURCES: 'images.shop.example' },
  compatibility_flags: ['global_fetch_strictly_public'],
  observability: { enabled: true },
  r2_buckets: [],
  ratelimits: [{ name: 'RATE_LIMITER', namespace_id: '1001', simple: { limit: 100, period: 60 } }],
};

test('a deployment with a domain, logs and a rate limit lacks nothing', () => {
  assert.deepEqual(review(good), { problems: [], notes: [] });
  assert.deepEqual(review({ ...good, routes: [], route: { pattern: 'img.shop.example/*', zone_name: 'shop.example' } }).problems, []);
  assert.deepEqual(review({ ...good, routes: undefined }, [route]).problems, [], 'a route of the command line');
});

const lacking = {
  'no route': [{ routes: [] }, /there is no route.*custom_domain = true/],
  'the route of the example': [{ routes: [{ pattern: 'images.example.com', custom_domain: true }] }, /images\.example\.com is the example's/],
  'a custom domain with a path': [{ routes: [{ ...route, pattern: 'img.shop.example/*' }] }, /is a host alone/],
  'a route to one address': [{ routes: [{ pattern: 'img.shop.example/', zone_name: 'shop.example' }] }, /end it with \/\*/],
  'itself as its origin': [{ vars: { ORIGIN: 'https://img.shop.example' } }, /it would ask itself/],
  'the bucket of the example': [{ r2_buckets: [{ binding: 'ORIGIN_BUCKET', bucket_name: 'my-images' }] }, /still called my-images/],
  'a bucket under another name': [{ r2_buckets: [{ binding: 'BUCKET', bucket_name: 'photos' }] }, /BUCKET is not read: call it ORIGIN_BUCKET/],
  'assets under another name': [{ assets: { directory: 'public', binding: 'FILES' } }, /FILES is not read: call it ASSETS/],
  'a dataset under another name': [{ analytics_engine_datasets: [{ binding: 'ANALYTICS', dataset: 'letterbox' }] }, /ANALYTICS is not written to: call it METRICS/],
  'a rate limit under another name': [{ ratelimits: [{ ...good.ratelimits[0], name: 'LIMITER' }] }, /LIMITER is not read: call it RATE_LIMITER/],
  'a rate limit without a number': [{ ratelimits: [{ ...good.ratelimits[0], namespace_id: 'images' }] }, /namespace_id is images/],
  'fetches past its own firewall': [{ compatibility_flags: [] }, /global_fetch_strictly_public/],
};
for (const [what, [change, wanted]] of Object.entries(lacking)) {
  test(`${what} is told with its remedy, and stops a deploy`, () => {
    const { problems } = review({ ...good, ...change });
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0], wanted);
  });
}

const noted = {
  'workers.dev': [{ workers_dev: true, routes: [] }, /caches nothing on workers\.dev/],
  'addresses of previews': [{ preview_urls: true }, /preview_urls = false/],
  'no logs': [{ observability: undefined }, /observability is off/],
  'neither rate limit nor signatures': [{ ratelimits: [] }, /neither a rate limit nor signed URLs/],
  'a bucket beside ORIGIN': [{ vars: { ORIGIN: 'https://www.shop.example' }, r2_buckets: [{ binding: 'ORIGIN_BUCKET', bucket_name: 'photos' }] }, /never asked while ORIGIN is set/],
  'a route without a record': [{ routes: [{ pattern: 'img.shop.example/*' }] }, /proxied DNS record/],
};
for (const [what, [change, wanted]] of Object.entries(noted)) {
  test(`${what} is worth a note, and stops nothing`, () => {
    const { problems, notes } = review({ ...good, ...change });
    assert.deepEqual(problems, []);
    assert.equal(notes.length, 1, notes.join('\n'));
    assert.match(notes[0], wanted);
  });
}

test('signed URLs need no rate limit', () => {
  assert.deepEqual(review({ ...good, ratelimits: [], secrets: { required: ['SIGNING_KEYS'] } }).notes, []);
});

test('everything that the configuration lacks is told at once, settings and routes', () => {
  const { status, said } = check();
  assert.equal(status, 1, said);
  assert.match(said, /there is no route/);
  assert.match(said, /ALLOWED_SOURCES is empty/);
});

/** Runs `work` with a function that writes a configuration and returns the option that names it. */
function withFile(work) {
  const folder = mkdtempSync(join(tmpdir(), 'letterbox-check-'));
  const file = join(folder, 'wrangler.toml');
  try {
    return work((routes, vars = 'ALLOWED_SOURCES = "images.shop.example"', more = '') => {
      writeFileSync(file, `name = "images"
main = "index.js"
compatibility_date = "2026-04-01"
compatibility_flags = ["global_fetch_strictly_public"]
workers_dev = false
routes = [${routes}]
[vars]
${vars}
[[ratelimits]]
name = "RATE_LIMITER"
namespace_id = "1001"
simple = { limit = 100, period = 60 }
${more}`);
      return ['--config', file];
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const domain = '{ pattern = "img.shop.example", custom_domain = true }';

test('a file of one\'s own is read, and one that is complete passes', () => withFile((written) => {
  const complete = check(...written(domain));
  assert.equal(complete.status, 0, complete.said);
  assert.match(complete.said, /ALLOWED_SOURCES +images\.shop\.example/);
  assert.match(complete.said, /DEFAULT_WIDTH +1200 \(default\)/);
  assert.match(complete.said, /deployable\n$/);
  const options = written('');
  const { status, said } = check(...options);
  assert.equal(status, 1, said);
  assert.match(said, /there is no route/);
  assert.equal(check(...options, '--domain', 'img.shop.example').status, 0);
}));

test('the settings of the file are read by the module that would go up, numbers and switches as it reads them', () => withFile((written) => {
  const numbers = check(...written(domain, 'ALLOWED_SOURCES = "images.shop.example"\nCACHE_TTL = 60\nPRESETS_ONLY = false'));
  assert.equal(numbers.status, 0, numbers.said);
  assert.match(numbers.said, /CACHE_TTL +60\n/);
  const refused = check(...written(domain, 'ALLOWED_SOURCES = "*"\nALOWED_SOURCES = "x.example.com"\nWIDTH_LADDER = "640,320"'));
  assert.equal(refused.status, 1, refused.said);
  for (const wanted of [/strangers/, /ALOWED_SOURCES is no setting/, /ascending/]) assert.match(refused.said, wanted);
}));

test('signing keys are a secret, and stand in the place of a list of hosts', () => withFile((written) => {
  const secret = check(...written(domain, '', '[secrets]\nrequired = ["SIGNING_KEYS"]\n'));
  assert.equal(secret.status, 0, secret.said);
  assert.match(secret.said, /SIGNING_KEYS +\(secret: npx wrangler secret put SIGNING_KEYS\)/);
}));

test('signing keys in a file are refused and not repeated', () => withFile((written) => {
  const { status, said } = check(...written(domain, `ALLOWED_SOURCES = "images.shop.example"\nSIGNING_KEYS = "${'0123456789abcdef'.repeat(4)}"`));
  assert.equal(status, 1, said);
  assert.match(said, /wrangler secret put SIGNING_KEYS/);
  assert.ok(!said.includes('0123456789'), said);
}));
