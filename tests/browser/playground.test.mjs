// The playground in Chromium, and pages that use its pictures: `npm run browser`. No error in the console, nothing against the policy, nothing
// serious by axe. Screenshots are left in build/browser for people to look at.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(join(process.env.LETTERBOX_BROWSER_TOOLS, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const shots = join(root, 'build', 'browser');

let server, home, browser;
const complaints = [];

before(async () => {
  mkdirSync(shots, { recursive: true });
  server = spawn(process.execPath, ['scripts/start.mjs', '--port', '0'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  home = await new Promise((resolve, reject) => {
    server.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      const found = /playground +(http:\S+)/.exec(said);
      if (found) resolve(found[1]);
    });
    server.once('exit', (code) => reject(new Error(`npm start ended with ${code}:\n${said}`)));
  });
  browser = await chromium.launch({
    executablePath: process.env.LETTERBOX_BROWSER,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}, { timeout: 600_000 });

after(async () => {
  await browser?.close();
  if (server?.exitCode === null) {
    server.kill('SIGINT');
    await once(server, 'exit');
  }
});

/** A page whose complaints are collected; an answer that is an error is one only where `errors` does not expect it. */
async function opened(address, { errors = false, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'], ...options });
  const page = await context.newPage();
  complaints.length = 0;
  page.on('console', (message) => {
    const isExpected = errors && /the server responded with a status of 4/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !isExpected) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(`${error}`));
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol === 'http:' && !['localhost', '127.0.0.1'].includes(hostname)) complaints.push(`asks ${hostname}`);
    if (protocol === 'https:') complaints.push(`asks ${request.url()}`);
  });
  await page.goto(address);
  return page;
}

async function closed(page) {
  await page.context().close();
  assert.deepEqual(complaints, []);
}

/** Waits until the shown address has this in it, and its picture is there. */
async function settled(page, part) {
  await page.waitForFunction((text) => document.querySelector('#address code').textContent.includes(text) && !document.querySelector('#figure').hasAttribute('aria-busy'), part);
  await page.waitForTimeout(400); // behind the pause before a picture is asked for
  await page.waitForFunction(() => !document.querySelector('#figure').hasAttribute('aria-busy'));
}

async function isSound(page, name) {
  for (const details of await page.locator('details').all()) await details.evaluate((each) => (each.open = true));
  await page.waitForFunction(() => !/waiting/.test(document.querySelector('#formats-body').textContent), undefined, { timeout: 60_000 });
  await page.addScriptTag({ content: axe }).catch(() => page.evaluate(axe)); // the policy refuses the first
  complaints.length = 0;
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html).join(' ')}`), [], name);
  const [scrolls, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(scrolls <= width, `${name}: the page is ${scrolls} wide, and the window ${width}`);
}

for (const [name, options] of [
  ['desktop', {}],
  ['dark', { colorScheme: 'dark' }],
  ['phone', { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true }],
]) {
  test(`${name}: it opens without a complaint, fits the window, and has nothing serious by axe`, { timeout: 120_000 }, async () => {
    const page = await opened(home, options);
    await page.waitForSelector('.slider:not([hidden])');
    assert.deepEqual(complaints, []);
    await page.screenshot({ path: join(shots, `${name}.png`) });
    await isSound(page, name);
    await page.screenshot({ path: join(shots, `${name}-all.png`), fullPage: true });
    await page.context().close();
  });
}

test('clicks build an address, which is the page\'s own and is there again when it is loaded again', async () => {
  const page = await opened(home);
  await page.click('[data-path="/samples/launch.jpg"]');
  await page.fill('#p-w', '320');
  await page.fill('#p-h', '200');
  await page.click('[data-name="fit"] [data-value="cover"]');
  await page.click('[data-name="f"] [data-value="webp"]');
  await settled(page, 'w=320');
  const address = '/?s=/samples/launch.jpg&f=webp&fit=cover&h=200&w=320';
  assert.equal(await page.textContent('#address code'), home.slice(0, -1) + address);
  assert.match(await page.textContent('#facts'), /320 × 200[^]*image\/webp[^]*(MISS|HIT)/);
  await page.reload();
  await settled(page, 'w=320');
  assert.equal(await page.inputValue('#p-h'), '200');
  assert.equal(await page.getAttribute('[data-name="fit"] [data-value="cover"]', 'aria-pressed'), 'true');
  await closed(page);
});

test('the focal point moves by pointer and by keys, and a box is cropped', async () => {
  const page = await opened(`${home}#s=/samples/launch.jpg&w=200&h=200&fit=cover`);
  await settled(page, 'w=200');
  await page.waitForSelector('.original img');
  const { x, y, width, height } = await page.locator('.original img').boundingBox();
  await page.mouse.click(x + width * 0.75, y + height * 0.25);
  await settled(page, 'a=0.7');
  const [, across, down] = /a=([\d.]+)x([\d.]+)/.exec(await page.textContent('#address code'));
  assert.ok(Math.abs(across - 0.75) < 0.01 && Math.abs(down - 0.25) < 0.01, `${across} ${down}`);
  await page.keyboard.press('ArrowLeft');
  await settled(page, `a=${Number((across - 0.01).toFixed(3))}x`);
  await page.getByRole('button', { name: 'Crop', exact: true }).click();
  await page.mouse.move(x + width * 0.25, y + height * 0.25);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.75, y + height * 0.75, { steps: 4 });
  await page.mouse.up();
  await settled(page, 'cw=');
  const crop = await page.textContent('#address code');
  for (const [name, wanted] of [['cx', 160], ['cy', 107], ['cw', 320], ['ch', 214]]) {
    const value = Number(new RegExp(`\\b${name}=(\\d+)`).exec(crop)[1]);
    assert.ok(Math.abs(value - wanted) < 6, `${name}=${value}, expected about ${wanted}`);
  }
  await page.keyboard.press('ArrowRight');
  await settled(page, 'cx=16');
  await closed(page);
});

test('a snippet is copied, an address is signed in the page, and bars are mended by a click', async () => {
  const page = await opened(`${home}#s=/samples/launch.jpg&w=300`);
  await page.waitForSelector('#notes button');
  assert.match(await page.textContent('#notes'), /bars above and below/);
  await page.click('#notes button');
  await settled(page, 'h=auto');
  assert.equal(await page.locator('#notes li').count(), 0);
  await page.fill('#base', 'https://img.example.com');
  await page.click('#tab-img');
  await page.click('#snippet .copy');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^<img\n {2}src="https:\/\/img\.example\.com\/\?s=\/samples\/launch\.jpg&amp;h=auto&amp;w=[^]*srcset=/);
  await page.keyboard.press('Tab');
  await page.click('#tab-signed');
  await page.fill('#key', '00'.repeat(32));
  await page.waitForFunction(() => /&sig=[\w-]{43}$/.test(document.querySelector('#snippet pre').textContent));
  assert.doesNotMatch(page.url(), /0000/);
  await closed(page);
});

test('an error is shown in words, and the page goes on', async () => {
  const page = await opened(`${home}#s=/samples/launch.jpg&w=200&h=auto`, { errors: true });
  await settled(page, 'w=200');
  await page.fill('#p-w', '1e3');
  await page.waitForSelector('#failure:not([hidden])');
  assert.match(await page.textContent('#failure'), /400 bad-parameter.*w=1e3 is not/);
  await page.screenshot({ path: join(shots, 'error.png') });
  await page.fill('#p-w', '250');
  await settled(page, 'w=250');
  assert.equal(await page.isVisible('#failure'), false);
  await closed(page);
});

test('a file that is chosen becomes the source', async () => {
  const page = await opened(home);
  await page.setInputFiles('#file', join(root, 'demo', 'samples', 'onlooker.jpg'));
  await settled(page, '/dropped/');
  await page.waitForFunction(() => /of 1200 × 1800/.test(document.querySelector('#facts').textContent));
  await closed(page);
});

test('an answer that is opened by itself breaks no policy', async () => {
  for (const query of ['f=jpg', 'f=webp', 'f=json']) {
    const page = await opened(`${home}?s=/samples/launch.jpg&w=200&h=auto&${query}`);
    await closed(page);
  }
});

test('srcset, picture, a CSS background, a canvas and lazy loading show pictures of another origin', async () => {
  const at = (query) => `${home.replace('localhost', '127.0.0.1')}?s=/samples/launch.jpg&h=auto&${query}`.replaceAll('&', '&amp;');
  const page = `<!doctype html><title>x</title><style>.b{width:64px;height:43px;background-image:url("${at('w=64').replaceAll('&amp;', '&')}")}</style>
<img id="a" sizes="50px" srcset="${at('w=100')} 100w, ${at('w=400')} 400w"><picture><source srcset="${at('w=90&f=avif')}" type="image/avif"><img id="p" src="${at('w=91')}"></picture>
<div class="b"></div><img id="c" crossorigin src="${at('w=80')}"><div style="height:9000px"></div><img id="l" loading="lazy" width="60" height="40" src="${at('w=60')}">`;
  const other = createServer((_request, reply) => reply.writeHead(200, { 'content-type': 'text/html' }).end(page)).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const shown = await opened(`http://127.0.0.1:${other.address().port}/`);
  await shown.waitForFunction(() => ['a', 'p', 'c'].every((id) => document.getElementById(id).naturalWidth > 0));
  assert.deepEqual(await shown.evaluate(() => [/w=100/.test(document.getElementById('a').currentSrc), /avif/.test(document.getElementById('p').currentSrc), document.getElementById('l').naturalWidth]), [true, true, 0]);
  const [red, green, blue] = await shown.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d').drawImage(document.getElementById('c'), 0, 0);
    return [...canvas.getContext('2d').getImageData(10, 5, 1, 1).data];
  });
  assert.ok(blue > red && blue > green, `the sky: ${red} ${green} ${blue}`);
  await shown.evaluate(() => document.getElementById('l').scrollIntoView());
  await shown.waitForFunction(() => document.getElementById('l').naturalWidth === 60);
  const background = await shown.evaluate(() => performance.getEntriesByType('resource').filter(({ name, initiatorType }) => initiatorType === 'css' && /w=64/.test(name)).length);
  assert.equal(background, 1);
  other.close();
  await closed(shown);
});
