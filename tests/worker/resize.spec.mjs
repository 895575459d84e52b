// `letterbox-images resize`, as the package has it: what it writes is what the worker answers, and nothing is lost on the way.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { makeFolder } from '../../scripts/package.mjs';
import { answer, closeAll, startOrigin, startWorker } from './harness.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sample = join(root, 'demo', 'samples', 'waterfall.jpg');
const logo = join(root, 'demo', 'samples', 'logo.png');
let folder, home;

before(async () => {
  folder = await makeFolder(join('build', 'package-to-resize')); // another spec makes the package's own anew meanwhile
  home = mkdtempSync(join(tmpdir(), 'letterbox-resize-'));
  mkdirSync(join(home, 'photos', 'old'), { recursive: true });
  copyFileSync(sample, join(home, 'photo.jpg'));
  copyFileSync(sample, join(home, 'photos', 'one.jpg'));
  copyFileSync(sample, join(home, 'photos', 'old', 'two.jpg'));
  copyFileSync(logo, join(home, 'photos', 'logo.png'));
}, { timeout: 120_000 });

after(() => rmSync(home, { recursive: true, force: true }));

function resize(args, { input, encoding = 'utf8' } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'cli', 'main.mjs'), 'resize', ...args], { cwd: home, input, encoding, timeout: 120_000, maxBuffer: 64 << 20 });
  return { status, stdout, stderr: `${stderr}` };
}

const at = (...path) => join(home, ...path);
const sizeOf = async (path) => {
  const { width, height, format } = await sharp(path).metadata();
  return `${width}x${height} ${format}`;
};

/** The files below a folder, by their paths. */
const below = (path) => readdirSync(at(path), { recursive: true, withFileTypes: true }).filter((each) => each.isFile()).map(({ parentPath, path: parent, name }) => join(parentPath ?? parent, name).slice(at(path).length + 1)).sort();

test('a picture is the one that the worker answers, and the name chooses the format', { timeout: 120_000 }, async () => {
  const origin = await startOrigin();
  const worker = await startWorker({ origin });
  try {
    const s = origin.serve('images.example.com/photo.jpg', answer.bytes(readFileSync(sample), 'image/jpeg'));
    const wm = origin.serve('images.example.com/logo.png', answer.bytes(readFileSync(logo), 'image/png'));
    for (const [args, name, asked] of [
      [['-w', '1200', '-h', '627'], 'card.webp', { w: 1200, h: 627, f: 'webp' }],
      [['--width', '300', '--fit', 'cover', '-h', '200', '--flip', '--blur=2'], 'small.jpg', { w: 300, h: 200, fit: 'cover', flip: 1, blur: 2 }],
      [['-w', '90', '--wm', logo, '--wmscale', '50p'], 'marked.png', { w: 90, h: 'auto', wm, wmscale: '50p', f: 'png' }],
    ]) {
      const { status, stderr } = resize(['photo.jpg', ...args, '-o', name]);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /^resize: 1 written in .*, \d+\.\d MB to \d+\.\d MB, /);
      const reply = await worker.get({ s, ...asked });
      assert.ok(readFileSync(at(name)).equals(reply.bytes), name);
    }
  } finally {
    await closeAll(worker, origin);
  }
});

test('a folder keeps its shape, a broken file does not end the others, and what is up to date is left alone', { timeout: 120_000 }, async () => {
  writeFileSync(at('photos', 'broken.jpg'), readFileSync(sample).subarray(0, 3000));
  const args = ['photos', '-w', '120', '--f', 'webp', '-o', 'photos/small'];
  const first = resize(args);
  assert.equal(first.status, 1);
  assert.match(first.stderr, /^resize: 3 written, 1 failed in /);
  assert.match(first.stderr, /not made:\n {2}photos\/broken\.jpg: the JPEG breaks off\n$/);
  assert.deepEqual(below('photos/small'), ['.letterbox-resized.json', 'logo.webp', 'old/two.webp', 'one.webp']);
  assert.equal(await sizeOf(at('photos', 'small', 'old', 'two.webp')), '120x80 webp');
  rmSync(at('photos', 'broken.jpg'));

  const again = resize(args);
  assert.equal(again.status, 0, again.stderr);
  assert.match(again.stderr, /^resize: 0 written, 3 up to date in /);
  const later = new Date(Date.now() + 5_000);
  utimesSync(at('photos', 'one.jpg'), later, later);
  rmSync(at('photos', 'small', 'logo.webp'));
  assert.match(resize(args).stderr, /^resize: 2 written, 1 up to date in /);
  assert.match(resize([...args, '--q', '50']).stderr, /^resize: 3 written in /);
  assert.match(resize([...args, '--q', '50', '--force']).stderr, /^resize: 3 written in /);
});

test('a set of widths is written and told, and patterns are read where the shell leaves them alone', { timeout: 120_000 }, async () => {
  const { status, stdout, stderr } = resize(['photos/**/*.jpg', '--srcset', '200,100', '-o', 'site/', '--quiet']);
  assert.deepEqual([status, stderr], [0, '']);
  assert.equal(stdout, 'site/old/two-100.jpg 100w, site/old/two-200.jpg 200w\nsite/one-100.jpg 100w, site/one-200.jpg 200w\n');
  assert.equal(await sizeOf(at('site', 'one-200.jpg')), '200x133 jpeg');
});

test('files of one name and several formats keep both, and one that lies about its format gets the ending of what it is', { timeout: 120_000 }, async () => {
  mkdirSync(at('mixed'));
  copyFileSync(sample, at('mixed', 'a.jpg'));
  copyFileSync(logo, at('mixed', 'a.png'));
  copyFileSync(logo, at('mixed', 'b.jpg'));
  const { status, stderr } = resize(['mixed', '-w', '20', '-o', 'kept/']);
  assert.equal(status, 0, stderr);
  assert.deepEqual(below('kept').slice(1), ['a.jpg', 'a.png', 'b.png']);
  copyFileSync(logo, at('mixed', 'b.png'));
  assert.match(resize(['mixed', '-w', '20', '-o', 'kept/', '--force']).stderr, /mixed\/b\.jpg: it is a png, and kept\/b\.png is another's\n$/);
});

test('standard input and output are files too', { timeout: 120_000 }, async () => {
  const { status, stdout, stderr } = resize(['-', '-w', '90', '--f', 'png', '-o', '-'], { input: readFileSync(sample), encoding: 'buffer' });
  assert.deepEqual([status, stderr], [0, '']);
  assert.equal(await sizeOf(stdout), '90x60 png');
});

test('a description and a placeholder are printed, a line for each file', { timeout: 120_000 }, () => {
  const info = resize(['photo.jpg', logo, '-w', '90', '--info']);
  assert.equal(info.status, 0, info.stderr);
  const [photo, second] = info.stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual([photo.file, photo.source.width, photo.plan.width, photo.plan.height], ['photo.jpg', 1800, 90, 60]);
  assert.deepEqual([second.file, second.source.format], [logo, 'png']);
  assert.match(resize(['photo.jpg', '--placeholder']).stdout, /^[\w+/=]{20,}\tphoto\.jpg\n$/);
  assert.match(resize(['photo.jpg', '--placeholder=blurhash']).stdout, /^\S{20,}\tphoto\.jpg\n$/);
});

test('a preset of wrangler.toml is a shorthand, and what stands beside it counts more', { timeout: 120_000 }, async () => {
  writeFileSync(at('wrangler.toml'), 'name = "x"\ncompatibility_date = "2026-04-01"\n[vars]\nPRESETS = "thumb: w=100&h=100&fit=cover; card: w=400"\n');
  assert.equal(resize(['photo.jpg', '--preset', 'thumb', '-h', '50', '-o', 'thumb.png']).status, 0);
  assert.equal(await sizeOf(at('thumb.png')), '100x50 png');
  assert.match(resize(['photo.jpg', '--preset', 'nosuch', '-o', 'x.png']).stderr, /--preset nosuch: PRESETS of .*wrangler\.toml has thumb, card/);
});

test('nothing is written over a source or over another answer, and wrong words are told', { timeout: 120_000 }, () => {
  const before = readFileSync(at('photo.jpg'));
  writeFileSync(at('photo.png'), readFileSync(logo));
  for (const [args, said] of [
    [['photo.jpg', '-w', '9', '-o', './photo.jpg'], /is one of the sources, and nothing is written over them/],
    [['photo.jpg', 'photo.png', '--f', 'webp', '-o', 'out/'], /photo\.jpg and photo\.png would both become out\/photo\.webp/],
    [['photo.jpg', 'photo.png', '-o', '-'], /one answer goes to standard output, and these are several/],
    [['photo.jpg', 'photo.png', '-o', 'a.webp'], /a\.webp is the name of a file, and several answers need a folder/],
    [['photo.jpg', '-w', '9'], /where to\? --output names a file, a folder, or -/],
    [['-o', 'x.png'], /which files\?/],
    [['nosuch.jpg', '-o', 'x.png'], /nosuch\.jpg is not there/],
    [['photo.jpg', '--wide', '9', '-o', 'x.png'], /--wide is neither an option nor a parameter/],
    [['photo.jpg', '-w', '9', '--width=8', '-o', 'x.png'], /--width=8 is given twice/],
    [['photo.jpg', '--sig', 'x', '-o', 'x.png'], /--sig is about an address, and there is none/],
    [['photo.jpg', '-w', 'wide', '-o', 'x.png'], /photo\.jpg: w=wide is not /],
    [['photo.jpg', '--f', 'auto', '-o', 'x.png'], /--f auto asks what a client takes/],
    [['photo.jpg', '--wm', 'nosuch.png', '-o', 'x.png'], /nosuch\.png cannot be read \(ENOENT\)/],
    [['photo.jpg', '--jobs', '0', '-o', 'x.png'], /--jobs 0: expected a number from 1 to 64/],
    [['photo.jpg', '--info', '-o', 'x.png'], /--info is printed: leave out --output/],
  ]) {
    const { status, stderr } = resize(args);
    assert.equal(status, 1, args.join(' '));
    assert.match(stderr, said, args.join(' '));
  }
  assert.ok(readFileSync(at('photo.jpg')).equals(before));
  assert.ok(!existsSync(at('x.png')));
  assert.match(resize(['--help']).stdout, /^usage: letterbox-images resize /);
});
