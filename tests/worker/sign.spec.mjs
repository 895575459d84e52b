// Every signer there is, held to the vectors that the worker's verifier is held to; and `npx letterbox-sign`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { generateKey, sign, signedText, srcset, Unsignable } from 'letterbox/sign';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (name) => readFileSync(join(root, name), 'utf8');
const vectors = JSON.parse(read('tests/vectors/signature.json')).cases;
const [{ key }] = vectors;
const base = 'https://img.example.com/?';

function run(command, args, env = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, LETTERBOX_SIGNING_KEY: undefined, ...env },
  });
  return { status, stdout, said: stdout + stderr };
}
const cli = (args, env) => run(process.execPath, ['sign/cli.mjs', ...args], env);

/** The vectors by key: [key, cases]. */
const byKey = [...new Set(vectors.map(({ key }) => key))].map((key) => [key, vectors.filter((one) => one.key === key)]);

const sigOf = (url) => new URL(url).searchParams.get('sig');

for (const { what, key, query, text, sig } of vectors) {
  test(`letterbox/sign: ${what}`, async () => {
    assert.equal(signedText(base + query), text);
    const signed = await sign(base + query, key);
    assert.ok(signed.startsWith(base + query), 'the URL is left as it is');
    assert.equal(sigOf(signed), sig);
  });
}

for (const [key, cases] of byKey) {
  const urls = cases.map(({ query }) => base + query);
  const expected = cases.map(({ sig }) => sig);
  const signatures = ({ status, stdout, said }) => {
    assert.equal(status, 0, said);
    return stdout.trim().split('\n').map(sigOf);
  };

  test(`letterbox-sign: the vectors of ${key.length / 2} bytes of key`, () => {
    assert.deepEqual(signatures(cli(urls, { LETTERBOX_SIGNING_KEY: key })), expected);
  });

  test(`examples/sign.rs: the vectors of ${key.length / 2} bytes of key`, () => {
    const args = ['run', '--quiet', '--locked', '--example', 'sign', '--', ...urls];
    assert.deepEqual(signatures(run('cargo', args, { LETTERBOX_SIGNING_KEY: key })), expected);
  });
}

// The few lines of the README know no aliases and no `widths`.
const plain = vectors.filter(({ query, text }) =>
  [...new URLSearchParams(query).keys()].every((name) => text.includes(`${name}=`) && !text.includes('widths=')));
const readme = read('README.md');
function lines(language, start) {
  const blocks = [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code);
  const found = blocks.find((code) => code.includes(start));
  assert.ok(found, `the README has a block of ${language} with ${start}`);
  return found;
}

test('the JavaScript lines of the README sign as the verifier reads', async () => {
  const code = `${lines('js', 'function signed(')}\nexport { signed };`;
  const { signed } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  assert.ok(plain.length > 20, `${plain.length} vectors`);
  for (const { key, query, sig } of plain) assert.equal(sigOf(signed(base + query, key)), sig, query);
});

test('the Python lines of the README sign as the verifier reads', (t) => {
  if (run('python3', ['--version']).status !== 0) return t.skip('no Python here');
  const code = `${lines('python', 'def signed(')}\nimport json, sys\nfor url, key in json.loads(sys.argv[1]): print(signed(url, key))`;
  const { status, stdout, said } = run('python3', ['-c', code, JSON.stringify(plain.map(({ key, query }) => [base + query, key]))], {
    PYTHONUTF8: '1',
  });
  assert.equal(status, 0, said);
  assert.deepEqual(stdout.trim().split('\n').map(sigOf), plain.map(({ sig }) => sig));
});

test('expiry and widths are added, and the fragment stays last', async () => {
  const expires = new Date('2100-01-01T00:00:00.999Z');
  const signed = await sign('/?s=/a.jpg&h=300#top', key, { expires, widths: [640, 320] });
  assert.match(signed, /^\/\?s=\/a\.jpg&h=300&widths=320,640&exp=4102444800&sig=[\w-]{43}#top$/);
  assert.equal(signedText('/?s=/a.jpg&h=300&widths=320,640&exp=4102444800&w=320&dpr=2'), 'v1\nexp=4102444800&h=300&s=%2Fa.jpg&widths=320%2C640');
});

test('a srcset has one signature, and no space where none belongs', async () => {
  const set = await srcset('/?s=/a b.jpg', key, { widths: new Set([320, 640]) });
  const candidates = set.split(', ').map((candidate) => candidate.split(' '));
  assert.deepEqual(candidates.map(([, width]) => width), ['320w', '640w']);
  const [first, second] = candidates.map(([url]) => url.split('&w='));
  assert.equal(first[0], second[0]);
  await assert.rejects(srcset('/?s=/a&w=5', key, { widths: [5] }), Unsignable);
});

const refused = {
  'no source': ['/?w=5'],
  'no query': ['/a.jpg'],
  'a signature already': ['/?s=/a&sig=x'],
  'an unknown parameter': ['/?s=/a&utm=1'],
  'a parameter twice': ['/?s=/a&w=5&width=5'],
  'a control character': ['/?s=/a\n'],
  'a name of an object': ['/?s=/a&constructor=1'],
  'an expiry twice': ['/?s=/a&exp=5', key, { expires: 6 }],
  'an expiry that is no moment': ['/?s=/a', key, { expires: '30d' }],
  'no width': ['/?s=/a', key, { widths: [] }],
  'a width twice': ['/?s=/a', key, { widths: [5, 5] }],
  'a width that is none': ['/?s=/a', key, { widths: [0] }],
  'a short key': ['/?s=/a', key.slice(2)],
  'a key with half a byte': ['/?s=/a', `${key}0`],
  'a key that is no key': ['/?s=/a', 'x'.repeat(64)],
  'no key': ['/?s=/a', undefined],
};
for (const [what, [url, by = what === 'no key' ? undefined : key, options]] of Object.entries(refused)) {
  test(`${what} is not signed`, () => assert.rejects(sign(url, by, options), Unsignable));
}

test('of a list of keys the first one signs', async () => {
  assert.equal(await sign('/?s=/a', `${key},${'0'.repeat(64)}`), await sign('/?s=/a', key));
});

test('a generated key is a key, and another one each time', async () => {
  const [one, two] = [cli(['--generate-key']).stdout.trim(), generateKey()];
  assert.match(one, /^[0-9a-f]{64}$/);
  assert.notEqual(one, two);
  await sign('/?s=/a', two);
});

test('letterbox-sign takes its key from a file too, and options', () => {
  const folder = mkdtempSync(join(tmpdir(), 'letterbox-'));
  try {
    const file = join(folder, 'key');
    writeFileSync(file, `${key}\n`);
    const before = Math.floor(Date.now() / 1000);
    const { stdout } = cli(['--key-file', file, '--exp', '30d', '--widths', '320,640', '--srcset', '/?s=/a.jpg']);
    const exp = Number(/&exp=(\d+)/.exec(stdout)[1]) - 30 * 86_400;
    assert.ok(exp >= before && exp < before + 60);
    assert.match(stdout, /&w=320 320w, .*&w=640 640w\n$/);
    assert.match(cli(['--key-file', join(folder, 'none'), '/?s=/a']).said, /cannot be read: ENOENT/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const misuse = {
  'no URL': [[], /which URL/],
  'no key': [['/?s=/a'], /LETTERBOX_SIGNING_KEY/, { LETTERBOX_SIGNING_KEY: '' }],
  'a bad key': [['/?s=/a'], /64 or more hexadecimal digits/, { LETTERBOX_SIGNING_KEY: 'hunter2' }],
  'a key on the command line': [['--key=c0ffee', '/?s=/a'], /does not belong on the command line/],
  'a time without unit': [['--exp', '30', '/?s=/a'], /--exp 30 is not a time/],
  'widths that are none': [['--widths', '320,x', '/?s=/a'], /widths are/],
  'a srcset of nothing': [['--srcset', '/?s=/a'], /needs --widths/],
  'an unknown option': [['--wmax', '5', '/?s=/a'], /--widths <list>/],
};
for (const [what, [args, said, env = { LETTERBOX_SIGNING_KEY: key }]] of Object.entries(misuse)) {
  test(`letterbox-sign: ${what} is explained in a sentence`, () => {
    const result = cli(args, env);
    assert.equal(result.status, 1);
    assert.match(result.said, said);
    assert.doesNotMatch(result.said, /\n {4}at |c0ffee|hunter2/);
  });
}
