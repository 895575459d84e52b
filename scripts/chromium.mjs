// A page in a real Chromium, where the machine has one: what the page's script finds comes back.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';

const names = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'].filter(Boolean);

/** The program, or undefined where there is none. */
export const chromium = names.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);

const types = { '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html', '.jpg': 'image/jpeg' };

const page = (script) => `<!doctype html><meta charset="utf-8"><script type="module">
const send = (result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) });
addEventListener('error', ({ message }) => send({ error: message }));
addEventListener('unhandledrejection', ({ reason }) => send({ error: String(reason?.stack ?? reason) }));
${script}
</script>`;

/**
 * Runs the text of a module in a page, which calls `send(result)` once; returns that result. `folder` is served beside the page, and `files` are
 * further ones by their paths.
 */
export async function inChromium(script, { folder, files = {}, withinMs = 60_000 }) {
  const profile = mkdtempSync(join(tmpdir(), 'letterbox-chromium-'));
  let give;
  const given = new Promise((resolve) => (give = resolve));
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    if (path === '/result') {
      let text = '';
      for await (const piece of request) text += piece;
      give(JSON.parse(text));
      return response.end();
    }
    const at = join(folder, normalize(path));
    const body = path === '/' ? page(script) : (files[path] ?? (statSync(at, { throwIfNoEntry: false })?.isFile() ? readFileSync(at) : null));
    if (body === null) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': path === '/' ? 'text/html' : (types[extname(path)] ?? 'application/octet-stream') }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const quiet = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const browser = spawn(chromium, [...quiet, `--user-data-dir=${profile}`, `http://127.0.0.1:${server.address().port}/`], { stdio: 'ignore', detached: true });
  const ended = once(browser, 'exit');
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`the page has sent nothing within ${withinMs} ms`)), withinMs)));
  try {
    const result = await Promise.race([given, late, ended.then(() => Promise.reject(new Error('the browser has ended')))]);
    if (result?.error) throw new Error(result.error);
    return result;
  } finally {
    clearTimeout(timer);
    try {
      process.kill(-browser.pid, 'SIGKILL'); // its group: it has many processes
    } catch {
      // gone already
    }
    await ended.catch(() => {});
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
