// Every signer there is, held to the vectors that the worker's verifier is held to; those of the docs included; and `sign/cli.mjs`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { generateKey, sign, signedText, srcset, Unsignable } from '../../sign/index.mjs';

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
  test(`sign/index.mjs: ${what}`, async () => {
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

  test(`sign/cli.mjs: the vectors of ${key.length / 2} bytes of key`, () => {
    assert.deepEqual(signatures(cli(urls, { LETTERBOX_SIGNING_KEY: key })), expected);
  });

  test(`examples/sign.rs: the vectors of ${key.length / 2} bytes of key`, () => {
    const args = ['run', '--quiet', '--locked', '--profile', 'test', '--example', 'sign', '--', ...urls];
    assert.deepEqual(signatures(run('cargo', args, { LETTERBOX_SIGNING_KEY: key })), expected);
  });
}

const docs = ['README.md', 'SECURITY.md', 'ARCHITECTURE.md', ...readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
const blocks = docs.flatMap((file) => [...read(file).matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, language, code]) => ({ file, language, code })));

/** Every block that signs, by how its language is run: [url, key] pairs in, signed URLs out. */
const runners = {
  js: async (code, pairs) => {
    const { signed } = await import(`data:text/javascript,${encodeURIComponent(`${code}\nexport { signed };`)}`);
    return pairs.map(([url, key]) => signed(url, key));
  },
  python: (code, pairs) => {
    const asked = `${code}\nimport json, sys\nfor url, key in json.loads(sys.argv[1]): print(signed(url, key))`;
    const { status, stdout, said } = run('python3', ['-c', asked, JSON.stringify(pairs)], { PYTHONUTF8: '1' });
    assert.equal(status, 0, said);
    return stdout.trim().split('\n');
  },
};
const snippets = blocks.filter(({ language, code }) => language in runners && /\bsig=/.test(code));

// The vectors, each with a fragment too, and every name of a parameter that may be signed.
const parameters = JSON.parse(read('scripts/parameters.json')).filter(({ name }) => name !== 'sig');
const everyName = parameters.flatMap(({ name, aliases }) => [name, ...aliases].map((other) => `${name === 's' ? '' : 's=/a.jpg&'}${other}=x`));
const asked = [
  ...vectors.flatMap(({ query, key }) => ['', '#top', '#?s=/b.jpg&w=5', '#a#b'].map((fragment) => [base + query + fragment, key])),
  ...everyName.map((query) => [base + query, key]),
];

test('the docs have lines that sign, in JavaScript and in Python', () => {
  assert.deepEqual(snippets.map(({ language }) => language).sort(), ['js', 'python']);
});

for (const { file, language, code } of snippets) {
  test(`the ${language} lines of ${file} sign as the verifier reads, and leave the rest of the URL as it is`, async (t) => {
    if (language === 'python' && run('python3', ['--version']).status !== 0) return t.skip('no Python here');
    const signed = await runners[language](code, asked);
    for (const [at, [url, key]] of asked.entries()) {
      assert.equal(sigOf(signed[at]), sigOf(await sign(url, key)), url);
      assert.equal(signed[at].replace(/&sig=[\w-]{43}(?=#|$)/, ''), url);
    }
  });
}

/** Each signer of `sign/` in another language: its file, what has to be there to run it, and how. Pairs come as lines, `<url> TAB <key>`. */
const languages = {
  'letterbox_sign.php': ['php', ['--version'], (folder) => ['php', ['-r', `require "${folder}/letterbox_sign.php"; while ($line = fgets(STDIN)) echo letterbox_sign(...explode("\t", trim($line, "\n"))), "\n";`]]],
  'letterbox_sign.rb': ['ruby', ['--version'], (folder) => ['ruby', ['-Ku', '-r', join(folder, 'letterbox_sign.rb'), '-ne', 'puts LetterboxSign.sign(*$_.chomp.split("\t"))']]],
  'letterbox_sign.go': ['go', ['version'], (folder) => {
    writeFileSync(join(folder, 'go.mod'), 'module signer\n\ngo 1.18\n');
    mkdirSync(join(folder, 'main'));
    writeFileSync(join(folder, 'main', 'main.go'), `package main

import (
	"bufio"
	"fmt"
	"os"
	letterbox "signer"
	"strings"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		url, key, _ := strings.Cut(lines.Text(), "\t")
		signed, err := letterbox.Sign(url, key)
		if err != nil {
			panic(err)
		}
		fmt.Println(signed)
	}
}
`);
    return ['go', ['run', './main']];
  }],
  'LetterboxSign.java': ['javac', ['-version'], (folder) => {
    const runner = `import java.io.*; import java.nio.charset.StandardCharsets; public class Main { public static void main(String[] args) throws Exception {
      PrintStream out = new PrintStream(System.out, true, "UTF-8"); BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line; (line = in.readLine()) != null;) { String[] pair = line.split("\t"); out.println(LetterboxSign.sign(pair[0], pair[1])); } } }`;
    writeFileSync(join(folder, 'Main.java'), runner);
    const { status, said } = run('javac', ['-encoding', 'UTF-8', '-d', folder, join(folder, 'Main.java'), join(folder, 'LetterboxSign.java')]);
    assert.equal(status, 0, said);
    return ['java', ['-cp', folder, 'Main']];
  }],
};

for (const [file, [program, version, prepare]] of Object.entries(languages)) {
  test(`sign/${file} signs as the verifier reads, and leaves the rest of the URL as it is`, async (t) => {
    if (run(program, version).status !== 0) return t.skip(`no ${program} here`);
    const folder = mkdtempSync(join(tmpdir(), 'letterbox-sign-'));
    try {
      copyFileSync(join(root, 'sign', file), join(folder, file));
      const [command, args] = prepare(folder);
      const input = asked.map((pair) => `${pair.join('\t')}\n`).join('');
      const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, input, encoding: 'utf8', timeout: 120_000 });
      assert.equal(status, 0, stderr);
      const signed = stdout.trimEnd().split('\n');
      assert.equal(signed.length, asked.length);
      for (const [at, [url, key]] of asked.entries()) {
        assert.equal(sigOf(signed[at]), sigOf(await sign(url, key)), url);
        assert.equal(signed[at].replace(/&sig=[\w-]{43}(?=#|$)/, ''), url);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test('examples/sign.rs signs every name, and the fragment stays last', async () => {
  const urls = asked.filter(([, by]) => by === key).map(([url]) => url);
  const { status, stdout, said } = run('cargo', ['run', '--quiet', '--locked', '--profile', 'test', '--example', 'sign', '--', ...urls], { LETTERBOX_SIGNING_KEY: key });
  assert.equal(status, 0, said);
  const expected = await Promise.all(urls.map(async (url) => [sigOf(await sign(url, key)), new URL(url).hash]));
  assert.deepEqual(stdout.trim().split('\n').map((url) => [sigOf(url), new URL(url).hash]), expected);
});

/** Every line of the docs that calls the signer, as a shell would read it. */
const commands = blocks.filter(({ language }) => language === 'sh').flatMap(({ file, code }) =>
  code.split('\n').filter((line) => line.includes('sign/cli.mjs')).map((line) => ({ file, line })));

test('the docs have commands that sign, make a key, and make a srcset', () => {
  for (const wanted of [/--generate-key/, /--srcset/, /cli\.mjs '/]) assert.ok(commands.some(({ line }) => wanted.test(line)), wanted);
});

for (const { file, line } of commands) {
  test(`${file}: ${line}`, async () => {
    const { status, stdout, said } = run('sh', ['-c', line], { LETTERBOX_SIGNING_KEY: key });
    assert.equal(status, 0, said);
    if (line.includes('--generate-key')) return assert.match(stdout, /^[0-9a-f]{64}\n$/);
    const url = /'(.*)'/.exec(line)[1];
    if (!line.includes('--srcset')) return assert.equal(stdout, `${await sign(url, key)}\n`);
    const widths = /--widths (\S+)/.exec(line)[1].split(',').map(Number);
    assert.equal(stdout, `${await srcset(url, key, { widths })}\n`);
    // The example's markup is that answer, shortened.
    const [, shown] = /srcset="([^"]*)"/.exec(blocks.find(({ language, code }) => language === 'html' && code.includes('widths=')).code);
    const [first] = stdout.split(', ');
    const shortened = stdout.trim().replaceAll(first.slice(0, first.indexOf('&w=')), '…').replace('…', first.replace(/sig=.*/, 'sig=…'));
    assert.equal(shown, shortened);
  });
}

test('nobody is told to run a package of npm that is not among ours', () => {
  const { devDependencies, bin } = JSON.parse(read('package.json'));
  assert.equal(bin, undefined, 'a command of our own would be looked for in the registry, where its name is free');
  const strangers = ['node_modules', 'target', 'build', 'results', '.git', '.wrangler', 'corpus', 'artifacts'];
  const within = (folder) => readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return strangers.includes(entry.name) ? [] : within(path);
    return /\.(md|m?js|mts|rs|toml|json|html|sh)$/.test(entry.name) && entry.name !== 'package-lock.json' ? [path] : [];
  });
  const files = within('.');
  assert.ok(files.includes('README.md') && files.includes('src/url/signature.rs'));
  for (const file of files) {
    for (const [told, program] of read(file).matchAll(/\b(?:npx|npm exec|pnpm dlx|bunx) (?:-\S+ )*([@\w][\w@/-]*)/g)) {
      // With --no, what is not installed is not looked for either.
      const isOurs = program === 'letterbox-images' && told.includes(' --no ');
      assert.ok(program in devDependencies || isOurs, `${file}: ${told}`);
    }
    assert.doesNotMatch(read(file), /\bnpm (i|install|add|create) (-\S+ )*letterbox/, file);
  }
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

test('sign/cli.mjs takes its key from a file too, and options', () => {
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
  test(`sign/cli.mjs: ${what} is explained in a sentence`, () => {
    const result = cli(args, env);
    assert.equal(result.status, 1);
    assert.match(result.said, said);
    assert.doesNotMatch(result.said, /\n {4}at |c0ffee|hunter2/);
  });
}
