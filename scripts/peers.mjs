// `npm run peers`: ipx and Next.js themselves, and the release module in their dialects, are asked the same 50 URLs each. What is answered is
// printed beside each other, and a difference that bench/peers.mjs does not explain fails. The peers are installed into the user's cache.

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { files, rows, versions } from '../bench/peers.mjs';
import { psnr } from '../cli/compare.mjs';
import { installed } from './installed.mjs';
import { Problem, program, say } from './program.mjs';
import { root } from './tools.mjs';

const least = { lossy: 33, lossless: 38 };

async function peers(wanted) {
  const stranger = wanted.find((name) => !(name in rows));
  if (stranger) throw new Problem(`${stranger}: unknown\nusage: npm run peers [-- ${Object.keys(rows).join(' ')}]`);
  const { startOrigin, startWorker, answer, closeAll } = await import('../tests/worker/harness.mjs');
  const folder = mkdtempSync(join(tmpdir(), 'letterbox-peers-'));
  const origin = await startOrigin();
  let worker;
  let failed = 0;
  try {
    mkdirSync(join(folder, 'public'));
    for (const [name, { bytes, type }] of Object.entries(await files())) {
      writeFileSync(join(folder, 'public', name), bytes);
      origin.serve(`www.example.com/${name}`, answer.bytes(bytes, type));
    }
    const vars = { ALLOWED_SOURCES: 'www.example.com', ORIGIN: 'https://www.example.com', DIALECTS: '/_ipx/=ipx, /_next/image=next' };
    worker = await startWorker({ origin, vars });
    for (const name of Object.keys(rows).filter((name) => wanted.length === 0 || wanted.includes(name))) {
      const peer = await started[name](folder);
      try {
        say(`${name} ${versions[name]}: status, type, size, Vary, PSNR`);
        for (const [path, why = null, accept = 'image/webp,*/*'] of rows[name]) failed += await ask(peer, worker, path, accept, why);
      } finally {
        await peer.close();
      }
    }
  } finally {
    await closeAll(worker, origin);
    rmSync(folder, { recursive: true, force: true });
  }
  if (failed > 0) throw new Problem(`${failed} differ without a reason in bench/peers.mjs`);
}

/** Asks both, prints both, and returns how many differ without a reason. */
async function ask(peer, worker, path, accept, why) {
  const theirs = await fetch(peer.base + path, { headers: { accept }, redirect: 'manual', signal: AbortSignal.timeout(120_000) });
  const their = await told(theirs.status, theirs.headers, Buffer.from(await theirs.arrayBuffer()));
  const ours = await worker.get(peer.prefix + path, { headers: { accept } });
  const our = await told(ours.status, ours.headers, ours.bytes);
  const near = psnr(their.picture, our.picture);
  const floor = /png|gif/.test(our.type) ? least.lossless : least.lossy;
  const same = their.text === our.text && (near === null || near >= floor);
  const decibels = near === null ? '' : near === Infinity ? ', the same pixels' : `, ${near.toFixed(1)} dB`;
  say(same ? `  same     ${path}  ${our.text}${decibels}` : `  ${why ? 'explained' : 'DIFFERS'} ${path}\n    theirs ${their.text}\n    ours   ${our.text}${decibels}${why ? `\n    ${why}` : ''}`);
  return same || why ? 0 : 1;
}

/** What is compared of an answer, as a text, and its picture. */
async function told(status, headers, bytes) {
  const type = (headers.get('content-type') ?? '').split(';')[0];
  const { default: sharp } = await import('sharp');
  const ok = status === 200;
  const image = ok && type.startsWith('image/') ? sharp(bytes) : null;
  const picture = image && (await image.toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true }));
  const size = picture ? ` ${picture.info.width}x${picture.info.height}` : '';
  // Frameworks vary by fields of their own beside Accept.
  const vary = /(^|[\s,])accept([\s,]|$)/i.test(headers.get('vary') ?? '') ? ' Vary: Accept' : '';
  const text = ok ? `${status} ${type}${size}${vary}` : `${Math.floor(status / 100)}xx`;
  return { type, text, picture: picture && { data: picture.data, width: picture.info.width, height: picture.info.height } };
}

/** How each peer is started, in a folder with the files below public/. */
const started = {
  async ipx(folder) {
    const at = await installed('peers', 'ipx', { dependencies: { ipx: versions.ipx } });
    const { createIPX, createIPXNodeServer, ipxFSStorage } = await import(pathToFileURL(join(at, 'node_modules/ipx/dist/index.mjs')));
    const server = createServer(createIPXNodeServer(createIPX({ storage: ipxFSStorage({ dir: join(folder, 'public') }) })));
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
    return {
      base: `http://127.0.0.1:${server.address().port}/`,
      prefix: '/_ipx/',
      close: () => new Promise((closed) => server.close(closed)),
    };
  },
  async next(folder) {
    const { next, react } = versions;
    const at = await installed('peers', 'next', { dependencies: { next, react, 'react-dom': react }, type: 'commonjs' });
    const site = join(folder, 'next');
    mkdirSync(join(site, 'pages'), { recursive: true });
    cpSync(join(folder, 'public'), join(site, 'public'), { recursive: true });
    cpSync(join(at, 'package.json'), join(site, 'package.json'));
    symlinkSync(join(at, 'node_modules'), join(site, 'node_modules'));
    writeFileSync(join(site, 'pages', 'index.js'), 'export default () => null;\n');
    const free = createServer();
    await new Promise((listening) => free.listen(0, '127.0.0.1', listening));
    const { port } = free.address();
    await new Promise((closed) => free.close(closed));
    const env = { ...process.env, NODE_ENV: 'development', NEXT_TELEMETRY_DISABLED: '1', CI: '1' };
    const bin = join(at, 'node_modules/next/dist/bin/next');
    const child = spawn(process.execPath, [bin, 'dev', '--webpack', '-H', '127.0.0.1', '-p', String(port)], { cwd: site, env, stdio: 'pipe' });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
    const base = `http://127.0.0.1:${port}/_next/image`;
    for (let tries = 0; !said.includes('Ready'); tries++) {
      if (tries > 600 || child.exitCode !== null) throw new Problem(`next does not start:\n${said}`);
      await new Promise((later) => setTimeout(later, 200));
    }
    return {
      base,
      prefix: '/_next/image',
      close: () => new Promise((closed) => (child.once('exit', closed), child.kill())),
    };
  },
};

await program(import.meta.url, peers);
