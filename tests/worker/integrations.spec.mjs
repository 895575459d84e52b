// The loaders: the addresses of integrations/table.mjs, which the real frameworks are held to as well (`npm run integrations`), and what the worker
// answers to them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import * as angular from '../../integrations/angular/index.mjs';
import { img } from '../../integrations/html/index.mjs';
import { decode, placeholder } from '../../integrations/html/thumbhash.mjs';
import { address, picture } from '../../integrations/loader.mjs';
import * as next from '../../integrations/next/index.mjs';
import * as nuxt from '../../integrations/nuxt/index.mjs';
import { source, table } from '../../integrations/table.mjs';
import * as unpic from '../../integrations/unpic/index.mjs';
import { generateKey, sign } from '../../sign/index.mjs';
import { BadUrl, createUrls } from '../../url/index.mjs';
import { answer, closeAll, fixture, production, startOrigin, startWorker } from './harness.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const base = 'https://img.example.com';
let origin, worker;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin, vars: production });
  origin.serve(source.replace('https://', ''), answer.bytes(await fixture.photo('jpeg', 1000, 750), 'image/jpeg'));
});
after(() => closeAll(worker, origin));

/** Each loader with what its framework gives it. React's and Astro's import their frameworks, and are thin around these two. */
const made = {
  address: (wanted) => address({ base }, source, wanted),
  angular: (asked) => angular.loader({ base })({ src: source, ...asked }),
  next: (asked) => next.loader({ base })({ src: source, ...asked }),
  nuxt: (modifiers) => nuxt.getImage(source, { modifiers, baseURL: base }).url,
  unpic: (asked) => unpic.transformer({ base })(new URL(source), asked),
};

const setOf = ({ src, srcset }) => [...new Set([src, ...srcset.map(([url]) => url)])].sort();

for (const [name, { asked, attributes, rendered, by = name }] of Object.entries(table)) {
  test(`${name}: its addresses are those of the table`, () => {
    const urls = createUrls({ base, ...attributes?.deployment });
    const { src, srcset } = attributes ? urls.attributes(source, picture(attributes.parameters)) : {};
    const addresses = attributes ? setOf({ src, srcset: srcset.split(', ').map((one) => one.split(' ')) }) : [...new Set(asked.map(made[by]))].sort();
    // Hugo's template writes its queries by itself, in another order and escaped: the same requests.
    assert.deepEqual(addresses.map(request), setOf(rendered).map(request));
    if (name !== 'hugo') assert.deepEqual(addresses, setOf(rendered));
  });
}

const request = (url) => JSON.stringify([...new URL(url).searchParams].sort());

test('the worker answers each of them, none larger than the source, none with a margin, all in the format that is taken', async () => {
  const all = new Set(Object.values(table).flatMap(({ rendered }) => setOf(rendered)));
  assert.ok(all.size > 20, `${all.size}`);
  for (const url of all) {
    const { searchParams } = new URL(url);
    const [w, h] = ['w', 'h'].map((name) => Number(searchParams.get(name)) || null);
    const reply = await worker.get(`/?${url.split('?')[1]}`, { headers: { accept: 'image/webp,*/*' } });
    assert.equal(`${reply.status} ${reply.headers.get('content-type')}`, '200 image/webp', url);
    const { width, height } = await sharp(reply.bytes).metadata();
    const shape = h ? h / w : 0.75;
    assert.ok(Math.abs(width - Math.min(w ?? 1000, 1000, Math.floor(750 / shape))) <= 1, `${url}: ${width}`);
    assert.ok(Math.abs(height - width * shape) <= 1, `${url}: ${height}`);
  }
});

test('a format that a browser or the memory may be without is left to it, wherever it is asked for', () => {
  const f = (url) => new URL(url).searchParams.get('f');
  for (const format of ['avif', 'webp', 'AVIF', undefined, 'svg']) {
    assert.equal(f(address({ base }, source, { width: 9, format })), 'auto');
    for (const name of ['f', 'format', 'output', 'fm']) {
      assert.equal(f(address({ base, parameters: { [name]: format } }, source, { width: 9 })), 'auto');
      assert.match(img(createUrls({ base }), source, { alt: '', parameters: { w: 9, [name]: format } }), /f=auto/);
    }
  }
  assert.deepEqual(['jpeg', 'JPG', 'png', 'gif'].map((format) => f(address({ base }, source, { format }))), ['jpg', 'jpg', 'png', 'gif']);
});

test('an address has whole numbers, and is left alone where there is nothing to resize', () => {
  const query = (wanted, from = source) => address({ base }, from, wanted).replace(`${base}/?s=${from}&`, '');
  assert.equal(query({ width: 640.5, height: '359.2', quality: 70.4 }), 'f=auto&fit=aspect-crop&h=360&q=70&w=641');
  assert.equal(query({ width: '', height: null, quality: '' }), 'f=auto&fit=scale-down&h=auto&w=auto');
  assert.equal(query({ width: 1e9, quality: 900 }), 'f=auto&fit=scale-down&h=auto&q=100&w=65535');
  assert.equal(query({ width: 100, height: 50, fit: 'contain', quality: 'high' }), 'f=auto&fit=scale-down&h=50&q=85&w=100');
  assert.equal(query({ width: 5 }, '/photo.jpg'), 'f=auto&fit=scale-down&h=auto&w=5');
  for (const left of ['data:image/png;base64,AA', 'blob:https://x.test/1', '/logo.svg', '/logo.SVG?v=1']) assert.equal(address({ base }, left, { width: 9 }), left);
  for (const bad of ['photo.jpg', '', undefined]) assert.throws(() => address({ base }, bad, { width: 9 }), BadUrl);
  assert.throws(() => address({}, source), /base is missing/);
});

test('a source that is signed for a list of widths gets the next of them', async () => {
  const key = generateKey();
  const signed = await createUrls({ base, key }).signedForWidths(source, { f: 'auto', h: 'auto', fit: 'scale-down' }, { widths: [320, 640] });
  assert.equal(address({ base }, signed, { width: 400 }), `${signed}&w=640`);
  assert.equal(address({ base }, signed, { width: 4000 }), `${signed}&w=640`);
});

test('a placeholder is a PNG of the picture that the worker has hashed', async () => {
  const reply = await worker.get(`/?s=${source}&f=thumbhash`);
  const file = Buffer.from(placeholder(reply.text()).split(',')[1], 'base64');
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height, pixels } = decode(Buffer.from(reply.text(), 'base64'));
  assert.deepEqual([info.width, info.height, [...data]], [width, height, [...pixels]]);
  const whole = (await worker.get(`/?s=${source}&w=${width}&h=${height}&fit=fill&f=png`)).bytes;
  const mean = async (image) => (await sharp(image).removeAlpha().stats()).channels.map((channel) => channel.mean);
  const [ours, theirs] = [await mean(file), await mean(whole)];
  for (const at of [0, 1, 2]) assert.ok(Math.abs(ours[at] - theirs[at]) < 12, `${ours} and ${theirs}`);
  assert.throws(() => placeholder('AAA'), /no ThumbHash/);
});

test('the text of an <img> is escaped, and wants to know what the image says', () => {
  const urls = createUrls({ base });
  assert.match(img(urls, source, { alt: '"<b>&', parameters: { w: 9 } }), / alt="&quot;&lt;b&gt;&amp;"/);
  assert.throws(() => img(urls, source, { parameters: { w: 9 } }), /expected a text/);
});

test('the README has the versions that are rendered', () => {
  const readme = readFileSync(join(root, 'integrations', 'README.md'), 'utf8');
  for (const name of Object.keys(table).filter((name) => name !== 'hugo')) {
    const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'integrations', name, 'site', 'package.json'), 'utf8'));
    for (const [dependency, version] of Object.entries(dependencies)) {
      if (readme.includes(`${dependency} `)) assert.ok(readme.includes(`${dependency} ${version}`), `${dependency} ${version}`);
    }
  }
  const script = readFileSync(join(root, 'scripts', 'integrations.mjs'), 'utf8');
  assert.ok(readme.includes(`hugo ${/hugoVersion = '(.*)'/.exec(script)[1]}`));
  const folders = readdirSync(join(root, 'integrations'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) assert.ok(readme.includes(`(${name}/README.md)`), name);
});

const hasPhp = spawnSync('php', ['--version']).status === 0;

/** What the plugin makes of calls of its two hooks. */
function wordpress(calls, { key, deployed = base, metadata = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'letterbox-wordpress-'));
  try {
    copyFileSync(join(root, 'integrations', 'wordpress', 'letterbox-images.php'), join(folder, 'letterbox-images.php'));
    copyFileSync(join(root, 'sign', 'letterbox_sign.php'), join(folder, 'letterbox_sign.php'));
    const input = JSON.stringify({ plugin: join(folder, 'letterbox-images.php'), base: deployed, key, metadata, calls });
    const { status, stdout, stderr } = spawnSync('php', ['-d', 'display_errors=stderr', join(root, 'tests', 'worker', 'support', 'wordpress.php')], { input, encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const uploads = 'https://www.shop.test/wp-content/uploads/2026/11';
const meta = {
  file: '2026/11/beach-800x600.jpg', // as its owner has called it
  width: 2000,
  height: 1500,
  sizes: {
    thumbnail: { file: 'beach-800x600-150x150.jpg', width: 150, height: 150 },
    medium: { file: 'beach-800x600-300x225.jpg', width: 300, height: 225 },
  },
};
const original = `${uploads}/beach-800x600.jpg`;
const asks = (url) => Object.fromEntries(new URL(url).searchParams);

test('WordPress: the candidates of a srcset are of the original; those of a cropped size have its shape', { skip: !hasPhp && 'there is no php here' }, () => {
  const sources = (...widths) => Object.fromEntries(widths.map((width) => [width, { url: 'x', descriptor: 'w', value: width }]));
  const [whole, cropped, density, none] = wordpress([
    ['wp_calculate_image_srcset', [sources(300, 2000), [300, 225], `${uploads}/beach-800x600-300x225.jpg`, meta]],
    ['wp_calculate_image_srcset', [sources(150), [150, 150], `${uploads}/beach-800x600-150x150.jpg`, meta]],
    ['wp_calculate_image_srcset', [{ 2: { url: 'x', descriptor: 'x', value: 2 } }, [150, 150], original, meta]],
    ['wp_calculate_image_srcset', [false, [1, 1], original, meta]],
  ]);
  assert.deepEqual(Object.values(whole).map(({ url }) => asks(url)), [300, 2000].map((w) => ({ s: original, f: 'auto', fit: 'scale-down', h: 'auto', w: `${w}` })));
  assert.deepEqual(asks(cropped[150].url), { s: original, f: 'auto', fit: 'aspect-crop', h: '150', w: '150' });
  assert.deepEqual([density[2].url, none], ['x', false]);
});

test('WordPress: src is of the picture that srcset is of, and of the file itself where nothing is known of it', { skip: !hasPhp && 'there is no php here' }, () => {
  const tag = (name, width) => `<img class="a" src="${uploads}/${name}" width="${width}" alt="a &gt; b">`;
  const calls = [
    [tag('beach-800x600-300x225.jpg', 300), 'the_content', 7],
    [tag('beach-800x600-150x150.jpg', 75), 'the_content', 7],
    [tag('beach-800x600.jpg', 640), 'the_content', 7],
    [tag('other-300x200.jpg', 300), 'the_content', 0],
  ].map((args) => ['wp_content_img_tag', args]);
  const srcs = wordpress(calls, { metadata: { 7: meta } }).map((text) => asks(/ src="([^"]+)"/.exec(text)[1].replaceAll('&amp;', '&')));
  const scaled = (s, w) => ({ s, f: 'auto', fit: 'scale-down', h: 'auto', w });
  assert.deepEqual(srcs, [
    scaled(original, '300'),
    { s: original, f: 'auto', fit: 'aspect-crop', h: '75', w: '75' },
    scaled(original, '640'),
    scaled(`${uploads}/other-300x200.jpg`, '300'),
  ]);
});

test('WordPress: drawings, data, what has been through it, and everything without a deployment stay as they are', { skip: !hasPhp && 'there is no php here' }, () => {
  const tags = ['https://a.test/x.svg', 'data:image/png;base64,AA', '/relative.jpg', `${base}/?s=x`].map((src) => `<img src="${src}">`);
  const calls = tags.map((tag) => ['wp_content_img_tag', [tag, 'the_content', 0]]);
  assert.deepEqual(wordpress(calls), tags);
  const plain = ['wp_content_img_tag', ['<img src="https://a.test/x.jpg">', 'the_content', 0]];
  assert.deepEqual(wordpress([plain], { deployed: null }), [plain[1][0]]);
});

test('WordPress: with a key every address is signed', { skip: !hasPhp && 'there is no php here' }, async () => {
  const key = generateKey();
  const [text] = wordpress([['wp_content_img_tag', ['<img src="https://a.test/x.jpg" width="9">', 'the_content', 0]]], { key });
  const url = / src="([^"]+)"/.exec(text)[1].replaceAll('&amp;', '&');
  assert.equal(url, await sign(url.replace(/&sig=.*/, ''), key));
});
