// The npm package as a stranger has it: made twice with the same bytes, installed into an empty folder, without Rust, and each command run.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { HttpOptions_Style, Log, LogLevel, Miniflare } from 'miniflare';
import sharp from 'sharp';
import { chromium, inChromium } from '../../scripts/chromium.mjs';
import { makePackage } from '../../scripts/package.mjs';
import { capture } from '../../scripts/program.mjs';
import { cache } from '../../scripts/tools.mjs';
import { answer, closeAll, fixture, production, startOrigin, startWorker } from './harness.mjs';
import { until } from './support/until.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sample = join(root, 'demo', 'samples', 'waterfall.jpg');
let made, place, home, env;

before(async () => {
  made = await makePackage();
  place = mkdtempSync(join(tmpdir(), 'letterbox-packed-'));
  // A machine with Node and a shell, and nothing else.
  const bin = join(place, 'bin');
  mkdirSync(bin);
  const paths = process.env.PATH.split(':');
  for (const name of ['node', 'npm', 'sh', 'env']) symlinkSync(join(paths.find((path) => existsSync(join(path, name))), name), join(bin, name));
  rmSync(join(bin, 'node'));
  symlinkSync(process.execPath, join(bin, 'node'));
  env = { HOME: place, PATH: bin, TMPDIR: place, npm_config_cache: join(place, 'npm') };
  home = join(place, 'home');
  mkdirSync(home);
  const { status, said } = run('npm', ['install', '--offline', '--legacy-peer-deps', '--no-audit', '--no-fund', made.path]);
  assert.equal(status, 0, said);
}, { timeout: 120_000 });

after(() => rmSync(place, { recursive: true, force: true }));

function run(command, args, cwd = home) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8', timeout: 120_000 });
  return { status, said: `${stdout}${stderr}${error ?? ''}` };
}

const installed = () => join(home, 'node_modules', 'letterbox-images');
const letterbox = (args, cwd) => run(join(home, 'node_modules', '.bin', 'letterbox-images'), args, cwd);
const manifest = () => JSON.parse(readFileSync(join(installed(), 'package.json'), 'utf8'));

test('there is no Rust on this machine', () => {
  assert.match(run('cargo', ['--version']).said, /ENOENT/);
});

test('the same tree gives the same bytes', async () => {
  const first = readFileSync(made.path);
  rmSync(made.path);
  assert.deepEqual(readFileSync((await makePackage()).path).equals(first), true);
});

test('the package is small, has no install script of its own, and what it exports is there', () => {
  const { scripts, dependencies, exports, bin, version } = manifest();
  assert.deepEqual([scripts, dependencies], [undefined, undefined]);
  assert.ok(made.size <= 3_000_000, `${made.size}`);
  assert.ok(readFileSync(join(root, 'Cargo.toml'), 'utf8').includes(`\nversion = "${version}"\n`));
  const files = [...Object.values(bin), ...Object.values(exports).flatMap((each) => (typeof each === 'string' ? [each] : Object.values(each)))];
  for (const file of files) assert.ok(readdirSync(dirname(join(installed(), file))).length > 0 && existsSync(join(installed(), file)), file);
  const everything = readdirSync(installed(), { recursive: true }).filter((name) => /\.(mjs|mts|md|json|toml|html)$/.test(name));
  for (const name of everything) assert.doesNotMatch(readFileSync(join(installed(), name), 'utf8'), /\/root\/|\/home\/\w|\/work\//, name);
});

test('without wrangler each command says how to have it', () => {
  for (const command of [['dev'], ['check'], ['deploy'], ['init', 'x', '--hosts', 'images.shop.example']]) {
    const { status, said } = letterbox(command);
    assert.equal(status, 1, said);
    assert.match(said, /wrangler is missing[^]*npm install --save-dev wrangler/, command[0]);
    assert.doesNotMatch(said, /\n +at /, 'no stack');
  }
  // From here on it is there, as npm would have installed it.
  for (const name of ['wrangler', 'sharp']) symlinkSync(join(root, 'node_modules', name), join(home, 'node_modules', name));
});

test('dev serves the samples, and ends when told', { timeout: 120_000 }, async () => {
  const server = spawn(join(home, 'node_modules', '.bin', 'letterbox-images'), ['dev', '--port', '0', '--no-avif'], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [server.stdout, server.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  try {
    const [, address, answered] = await until('the address is printed', () => {
      if (server.exitCode !== null) throw new Error(`ended with ${server.exitCode}:\n${said}`);
      return /an image +(http:\S+)\n +answered ([^\n]+)/.exec(said);
    }, { withinMs: 60_000 });
    assert.match(answered, /^200 image\/jpeg/);
    const reply = await fetch(address.replace('w=640&h=auto', 'w=300&h=200&f=webp'));
    const { format, width, height } = await sharp(Buffer.from(await reply.arrayBuffer())).metadata();
    assert.deepEqual([format, width, height], ['webp', 300, 200]);
    assert.equal((await fetch(`${address}&f=avif`)).status, 400, 'the worker without AVIF');
  } finally {
    server.kill('SIGINT');
    const [code] = server.exitCode === null ? await once(server, 'exit') : [server.exitCode];
    assert.equal(code, 0, said);
  }
});

test('dev shows the first image of a folder of one\'s own, whatever it is called', async () => {
  const { picture } = await import(join(installed(), 'cli', 'dev.mjs'));
  const photos = join(home, 'my photos');
  mkdirSync(join(photos, 'a'), { recursive: true });
  assert.equal(picture(photos), null);
  for (const name of ['a/first.jpg', 'réd & blue.avif', 'notes.txt']) writeFileSync(join(photos, name), '');
  assert.equal(picture(photos), '/?s=/r%C3%A9d%20%26%20blue.avif&w=640&h=auto');
});

test('dev wants a folder of images, and says so', () => {
  assert.match(letterbox(['dev', 'nowhere']).said, /nowhere is no folder/);
  assert.match(letterbox(['dev', '.']).said, /has node_modules in it/);
  assert.match(letterbox(['dev', '--prot', '1']).said, /usage: letterbox-images dev/);
  assert.match(letterbox(['devv']).said, /devv is no command/);
});

/** What a deploy says, and the modules that it would send. */
function deployed(shop) {
  const out = join(shop, 'out');
  const { status, said } = letterbox(['deploy', '--dry-run', '--outdir', out], shop);
  assert.equal(status, 0, said);
  return { out, said, modules: readdirSync(out).filter((name) => /\.(wasm|bin)$/.test(name)).map((name) => name.replace(/^\w{40}-/, '')).sort() };
}

/** What a file of a deployment is to the runtime. */
const kindOf = (name) => ({ wasm: 'CompiledWasm', bin: 'Data' })[name.split('.').pop()] ?? 'ESModule';

const withoutAvif = ['NotoSans-SemiBold.bin', 'index_bg.wasm', 'webp_enc_simd.wasm'];
const withAvif = ['avif_dec.wasm', 'avif_enc.wasm', ...withoutAvif].sort();

/** A deployment by init, with what npm would install into it. */
function initialised(name, args) {
  const { status, said } = letterbox(['init', name, ...args]);
  assert.equal(status, 0, said);
  const shop = join(home, name);
  mkdirSync(join(shop, 'node_modules'));
  symlinkSync(installed(), join(shop, 'node_modules', 'letterbox-images'));
  return shop;
}

test('init writes a deployment that the check passes and wrangler deploys', () => {
  const shop = initialised('shop', ['--hosts', 'images.shop.example,*.shop.example', '--domain', 'img.shop.example', '--presets', 'card: w=1200&h=627']);
  const { said, modules } = deployed(shop);
  assert.match(said, /ALLOWED_SOURCES +images\.shop\.example,\*\.shop\.example\n[^]*PRESETS +card[^]*deployable\n/);
  assert.deepEqual(modules, withAvif);
  const { scripts, devDependencies } = JSON.parse(readFileSync(join(shop, 'package.json'), 'utf8'));
  assert.deepEqual(Object.keys(scripts), ['dev', 'check', 'deploy', 'sign']);
  assert.equal(devDependencies['letterbox-images'], 'file:../node_modules/letterbox-images', 'where it lies, while no registry has it');
  assert.match(letterbox(['init', 'shop', '--hosts', 'x.example']).said, /wrangler.toml and README.md are there already/);
  appendFileSync(join(shop, 'wrangler.toml'), '\n[[r2_buckets]]\nbinding = "BUCKET"\nbucket_name = "photos"\n');
  assert.match(letterbox(['check'], shop).said, /BUCKET is not read[^]*not deployable/);
});

test('init --no-avif and --signed write a deployment without AVIF that wants signatures', () => {
  const shop = initialised('small', ['--signed', '--domain', 'img.shop.example', '--no-avif']);
  const { said, modules } = deployed(shop);
  assert.deepEqual(modules, withoutAvif);
  assert.match(said, /without AVIF[^]*SIGNING_KEYS +\(secret/);
});

test('init refuses what the worker would refuse, and writes nothing', () => {
  for (const [args, wanted] of [
    [['--hosts', '*'], /strangers/],
    [['--hosts', 'images.shop.example', '--presets', 'card w=1'], /PRESETS/],
    [['--hosts', 'images.shop.example', '--domain', 'https://img.shop.example/'], /expected a host alone/],
    [['--hosts', 'images.shop.example', '--domain', 'img.example.com'], /host of the documentation/],
    [['--domain', 'img.shop.example'], /--hosts is missing/],
    [['--hosts', 'images.shop.example', '--name', 'Über'], /lower-case letters/],
  ]) {
    const { status, said } = letterbox(['init', 'refused', ...args]);
    assert.equal(status, 1, said);
    assert.match(said, wanted);
    assert.ok(!existsSync(join(home, 'refused')), args.join(' '));
  }
});

test('sign signs, with the key of the environment', () => {
  env.LETTERBOX_SIGNING_KEY = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
  const { status, said } = letterbox(['sign', 'https://img.example.com/?s=https://images.example.com/photo.jpg&width=1200&h=627']);
  assert.deepEqual([status, said], [0, 'https://img.example.com/?s=https://images.example.com/photo.jpg&width=1200&h=627&sig=Psn8tOE-f0zdo6veTpUdjhklJBXQypeujfQzlx36T4g\n']);
  assert.equal(letterbox(['sign', 'https://img.example.com/?w=1']).status, 1);
});

/** What the engine is asked for, and what it makes of a photo: [type, width, height, bytes in base64] of each, for a program with `engine` and `file`. */
const asked = [{ w: 300, h: 200 }, { w: 120, f: 'png', fit: 'inside' }, { w: 200, f: 'webp' }, { w: 64, h: 64, fit: 'cover', f: 'gif' }, {}];
const base64 = `const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
const all = [];
for (const parameters of ${JSON.stringify(asked)}) {
  const { bytes, type, width, height } = await engine.resize(file, parameters);
  all.push([type, width, height, base64(bytes)]);
}
all.push((await engine.info(file)).source.width, await engine.placeholder(file));`;

const isNew = (version) => Number(/\d+/.exec(version)[0]) >= 24;

/** How a program is run outside of the Workers runtime: by this Node if it is new enough, and by what `npm run runtimes` has installed. */
function runtimes() {
  const at = join(cache, 'runtimes');
  const kept = existsSync(at) ? readdirSync(at) : [];
  const found = [['node', []], ['deno', ['run', '--allow-read']], ['bun', []]].flatMap(([name, words]) => {
    const folders = kept.filter((each) => each.startsWith(`${name}-`)).map((each) => join(at, each, 'node_modules', '.bin', name));
    return folders.filter((path) => existsSync(path)).slice(-1).map((path) => [path, ...words]);
  });
  return isNew(process.version) ? [[process.execPath], ...found] : found;
}

/** The worker's answers to that. */
async function ofWorker(photo) {
  const origin = await startOrigin();
  const worker = await startWorker({ origin, vars: { ...production, DEFAULT_WIDTH: 'auto', DEFAULT_HEIGHT: 'auto' } });
  try {
    origin.serve('images.example.com/photo.jpg', answer.bytes(photo, 'image/jpeg'));
    const get = (query) => worker.get(`/?s=https://images.example.com/photo.jpg&${new URLSearchParams(query)}`);
    const all = [];
    for (const parameters of asked) {
      const reply = await get(parameters);
      const { width, height } = await sharp(reply.bytes).metadata();
      all.push([reply.headers.get('content-type'), width, height, reply.bytes.toString('base64')]);
    }
    return [...all, (await get({ f: 'json' })).json().source.width, (await get({ f: 'thumbhash' })).text()];
  } finally {
    await closeAll(worker, origin);
  }
}

test('the engine makes in Node, Deno, Bun and a browser what the worker answers', { timeout: 120_000 }, async (t) => {
  const photo = readFileSync(sample);
  const wanted = await ofWorker(photo);
  const program = `import * as engine from 'letterbox-images/engine';
import { createReadStream, readFileSync } from 'node:fs';
const path = 'photo.jpg';
const file = readFileSync(path);
${base64}
const streamed = [createReadStream(path), new Blob([file]), new Response(file), new Blob([file]).stream()];
const lengths = [];
for (const stream of streamed) lengths.push((await engine.resize(stream, { w: 300, h: 200 })).bytes.length);
const refusals = [];
for (const [bytes, parameters] of [[new Uint8Array(9), {}], [file.subarray(0, 5000), { w: 9 }], [file, { w: 70000 }], [file, { f: 'avif' }]]) {
  await engine.resize(bytes, parameters).catch(({ name, code, message }) => refusals.push([name, code, message.length > 9].join(' ')));
}
console.log(JSON.stringify({ all, lengths, refusals }));`;
  writeFileSync(join(home, 'photo.jpg'), photo);
  writeFileSync(join(home, 'engine.mjs'), program);
  for (const [runtime, ...words] of runtimes()) {
    const { status, said } = run(runtime, [...words, 'engine.mjs']);
    assert.equal(status, 0, said);
    const { all, lengths, refusals } = JSON.parse(said);
    assert.deepEqual(all, wanted, runtime);
    assert.deepEqual(lengths, Array(4).fill(Buffer.from(wanted[0][3], 'base64').length), runtime);
    assert.deepEqual(refusals, ['unsupported-format', 'corrupt-image', 'bad-parameter', 'unsupported-format'].map((code) => `EngineError ${code} true`), runtime);
    t.diagnostic(`the same in ${runtime}`);
  }
  if (runtimes().length === 0) t.diagnostic('there is neither Node 24 nor Deno nor Bun here: npm run runtimes');
  if (!isNew(process.version)) assert.match(run('node', ['engine.mjs']).said, /this runtime does not know the exceptions of WebAssembly[^]*expected Node 24/);
  if (!chromium) return t.diagnostic('there is no Chromium here');
  const page = `import * as engine from '/engine.mjs';
const file = await (await fetch('/photo.jpg')).blob();
${base64}
send(all);`;
  assert.deepEqual(await inChromium(page, { folder: installed(), files: { '/photo.jpg': photo } }), wanted);
});

test('another Worker calls it by a service binding, as it would Cloudflare\'s Images binding', { timeout: 60_000 }, async () => {
  const photo = readFileSync(sample);
  const page = `const tried = async (work) => { try { return await work(); } catch (error) { return error.message; } };
export default {
  async fetch(request, env) {
    const file = () => new Response(photo).body;
    const photo = await request.arrayBuffer();
    const made = async (result) => [result.headers.get('content-type'), btoa(Array.from(new Uint8Array(await result.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(''))];
    const one = await env.IMAGES.input(file()).transform({ width: 120, height: 90, fit: 'cover' }).output({ format: 'image/webp', quality: 70 });
    const two = await env.IMAGES.input(file()).transform({ rotate: 90 }).transform({ width: 60 }).output({ format: 'image/png' });
    return Response.json({
      one: await made(await one.response()),
      type: await one.contentType(),
      streamed: (await made(new Response(await one.image())))[1],
      two: await made(await two.response()),
      avif: (await made(await (await env.IMAGES.input(file()).transform({ width: 40 }).output({ format: 'image/avif' })).response()))[0],
      drawn: await made(await (await env.IMAGES.input(file()).transform({ width: 120, height: 90, fit: 'cover' })
        .draw(await env.IMAGES.input(file()).transform({ width: 40 }), { bottom: 5, right: 10 })
        .draw((await env.IMAGES.input(file()).transform({ width: 20, height: 20, fit: 'cover' }).output({ format: 'image/png' }).then((result) => result.image())), { opacity: 0.5, top: 0 })
        .output({ format: 'image/png' })).response()),
      info: await env.IMAGES.info(file()),
      refusals: [
        await tried(() => env.IMAGES.input(file()).draw(file(), { repeat: 'x' }).output({ format: 'image/png' })),
        await tried(() => env.IMAGES.input(file()).draw(new Response('no image').body).output({ format: 'image/png' })),
        await tried(() => env.IMAGES.input(file()).output({ format: 'image/bmp' })),
        await tried(() => env.IMAGES.input(file()).transform({ width: -1 }).output({ format: 'image/png' })),
        await tried(() => env.IMAGES.input(file()).transform({ segment: 'foreground' }).output({ format: 'image/png' })),
        await tried(() => env.IMAGES.input(new Response('no image').body).output({ format: 'image/png' })),
        await tried(() => env.IMAGES.info(new Response('').body)),
      ],
    });
  },
};`;
  const compatibilityDate = '2026-04-01';
  const names = ['rpc.mjs', 'worker.mjs', ...withAvif];
  const runtime = new Miniflare({
    log: new Log(LogLevel.NONE),
    handleRuntimeStdio: () => {},
    cf: false,
    workers: [
      { name: 'page', compatibilityDate, modules: [{ type: 'ESModule', path: 'page.mjs', contents: page }], serviceBindings: { IMAGES: { name: 'images', entrypoint: 'Images' } } },
      {
        name: 'images',
        compatibilityDate,
        modulesRoot: installed(),
        modules: names.map((name) => ({ type: kindOf(name), path: join(installed(), name) })),
      },
    ],
  });
  try {
    const reply = await runtime.dispatchFetch('https://www.shop.example/', { method: 'POST', body: photo });
    assert.equal(reply.status, 200, await reply.clone().text());
    const { one, type, streamed, two, avif, drawn, info, refusals } = await reply.json();
    const size = async (text) => {
      const { format, width, height } = await sharp(Buffer.from(text, 'base64')).metadata();
      return [format, width, height];
    };
    const { autoOrient: { width, height } } = await sharp(photo).metadata();
    assert.deepEqual([one[0], type, streamed === one[1], avif], ['image/webp', 'image/webp', true, 'image/avif']);
    assert.deepEqual(await size(one[1]), ['webp', 120, 90]);
    assert.deepEqual([two[0], ...(await size(two[1]))], ['image/png', 'png', 60, Math.round((60 * width) / height)]);
    // The same by sharp: of a photo and what is scaled of it.
    const scaled = (...size) => sharp(photo).rotate().resize(...size).ensureAlpha().png().toBuffer();
    const half = await sharp(await scaled(20, 20)).linear([1, 1, 1, 0.5], [0, 0, 0, 0]).png().toBuffer();
    const small = await scaled(40);
    const { height: down } = await sharp(small).metadata();
    const layers = [{ input: small, left: 120 - 40 - 10, top: 90 - down - 5 }, { input: half, left: 50, top: 0 }];
    const wanted = await sharp(await scaled(120, 90)).composite(layers).removeAlpha().raw().toBuffer();
    const made = await sharp(Buffer.from(drawn[1], 'base64')).removeAlpha().raw().toBuffer();
    assert.equal(made.length, wanted.length);
    const far = made.reduce((count, sample, at) => count + (Math.abs(sample - wanted[at]) > 6), 0);
    assert.ok(far < made.length / 50, `${far} of ${made.length} samples are another`);
    assert.deepEqual(info, { format: 'image/jpeg', fileSize: photo.length, width, height });
    for (const [at, wanted] of [/repeat is x: expected true or false/, /wm: .*unsupported-format|wm: .*corrupt-image/, /image\/bmp: expected/, /width/, /segment/, /unsupported-format/, /unsupported-format|corrupt-image/].entries()) assert.match(refusals[at], wanted);
    assert.equal((await (await runtime.getWorker('images')).fetch('https://x.example/')).status, 404);
  } finally {
    await runtime.dispose();
  }
});

test('compare tells what two hosts answer to the same URLs', async () => {
  const small = await sharp(readFileSync(sample)).resize(60, 40).png().toBuffer();
  const dark = await sharp(small).linear(0.5, 0).png().toBuffer();
  const server = createServer(({ url }, response) => response.writeHead(url === '/gone' ? 404 : 200, { 'content-type': 'image/png' }).end(url === '/dark' ? dark : small));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const host = `http://127.0.0.1:${server.address().port}`;
    writeFileSync(join(home, 'urls.txt'), '/same\n/same /dark\n\n/same /gone\n');
    const compare = (...args) => capture(join(home, 'node_modules', '.bin', 'letterbox-images'), ['compare', host, host, ...args], { cwd: home });
    const { code, output } = await compare('urls.txt', '--fail', '30');
    assert.equal(code, 1, output);
    assert.match(output, /^same +\/same\n[^]*the same pixels\ndiffers \/same \/dark\n[^]* \d+\.\d dB\ndiffers \/same \/gone\n[^]* new 404[^]*3 URLs, 2 differ/);
    assert.match((await compare('nothing.txt')).output, /nothing\.txt cannot be read/);
    assert.match((await compare('--help')).output, /^usage: letterbox-images compare/);
  } finally {
    server.close();
  }
});

test('a Worker with routes of its own has letterbox below a path', { timeout: 60_000 }, async () => {
  const own = initialised('own', ['--hosts', 'images.shop.example', '--domain', 'img.shop.example']);
  writeFileSync(join(own, 'index.mjs'), `import { createHandler } from 'letterbox-images/worker';
const images = createHandler({ prefix: '/images/' });
export default { fetch: async (request, env, context) => (await images(request, env, context)) ?? new Response('mine') };
`);
  const file = join(own, 'wrangler.toml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^main = .*$/m, 'main = "index.mjs"').replace('[vars]', '[vars]\nMY_OWN = "x"'));
  assert.match(letterbox(['check'], own).said, /index\.mjs is the worker[^]*MY_OWN is no setting[^]*deployable\n/);
  // As wrangler bundles it.
  const out = join(own, 'out');
  await build({ entryPoints: [join(own, 'index.mjs')], outfile: join(out, 'index.js'), bundle: true, format: 'esm', external: ['*.wasm', '*.bin'], logLevel: 'silent' });
  for (const name of withAvif) copyFileSync(join(installed(), name), join(out, name));

  const origin = await startOrigin();
  const s = origin.serve('images.shop.example/red.png', answer.bytes(await fixture.photo('png', 60, 40), 'image/png'));
  const names = readdirSync(out).filter((name) => /\.(js|wasm|bin)$/.test(name)).sort((a, b) => b.endsWith('.js') - a.endsWith('.js'));
  const runtime = new Miniflare({
    compatibilityDate: '2026-04-01',
    log: new Log(LogLevel.NONE),
    handleRuntimeStdio: () => {},
    modulesRoot: out,
    modules: names.map((name) => ({ type: kindOf(name), path: join(out, name) })),
    bindings: { ALLOWED_SOURCES: 'images.shop.example' },
    outboundService: { external: { address: origin.address, http: { style: HttpOptions_Style.PROXY } } },
    cf: false,
  });
  try {
    const asked = async (path) => {
      const reply = await runtime.dispatchFetch(`https://www.shop.example${path}`);
      const type = reply.headers.get('content-type').split(';')[0];
      const body = Buffer.from(await reply.arrayBuffer());
      const { width, height } = type.startsWith('image/') ? await sharp(body).metadata() : {};
      return [reply.status, type, ...(width ? [width, height] : [])].join(' ');
    };
    const picture = `s=${encodeURIComponent(s)}&w=30&h=20`;
    const answers = {
      '/': '200 text/plain',
      [`/imagesque?${picture}`]: '200 text/plain',
      [`/images?${picture}`]: '200 image/png 30 20',
      [`/images/?${picture}`]: '200 image/png 30 20',
      [`/images/any/path?${picture}`]: '200 image/png 30 20',
      [`/images?${picture}&f=avif`]: '200 image/avif 30 20',
      [`/images?${picture}x`]: '400 application/problem+json',
    };
    for (const [path, wanted] of Object.entries(answers)) assert.equal(await asked(path), wanted, path);
  } finally {
    await runtime.dispose();
    await origin.close();
  }
});
