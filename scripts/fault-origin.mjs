// `npm run fault-origin`: sources that go wrong in every way we know, to be tried by hand: beside `npm start`, or with curl.

import { parseArgs } from 'node:util';
import { startOrigin } from '../tests/worker/support/origin.mjs';
import { Problem, program, say } from './program.mjs';

const help = `npm run fault-origin -- [options]

An origin on 127.0.0.1 whose paths are the faults of a source: slow, cut short, lying, endless, redirecting, private, and so on. Its page
lists them, with what letterbox answers. Ctrl-C stops it.

  --port <n>         listens there (9000)
  --letterbox <url>  where the page's links try them out (http://localhost:8787, which is npm start)
  --help             this
`;

async function faultOrigin(args) {
  const options = read(args);
  if (options.help) return say(help);
  const origin = await start(options.port);
  const base = `http://${origin.address}`;
  const page = pageOf(origin.faults, base, options.letterbox);
  for (const host of [origin.address, origin.address.replace('127.0.0.1', 'localhost')]) {
    origin.serve(`${host}/`, (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
      response.end(page);
    });
  }
  say(`fault-origin: ${base}/ lists ${origin.faults.length} faults. With npm start in another terminal, try one:

  curl -i '${options.letterbox}/?s=${base}/cut&w=300&h=200'

Ctrl-C stops it.`);
  await new Promise((resolve) => ['SIGINT', 'SIGTERM'].forEach((signal) => process.once(signal, resolve)));
  await origin.close();
}

function read(args) {
  let values;
  try {
    ({ values } = parseArgs({ args, options: { port: { type: 'string' }, letterbox: { type: 'string' }, help: { type: 'boolean', default: false } } }));
  } catch (error) {
    throw new Problem(`${error.message}\n\n${help}`);
  }
  const port = Number(values.port ?? 9000);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) throw new Problem(`--port ${values.port}: expected a number from 1 to 65535, or 0 for any free one`);
  return { ...values, port, letterbox: (values.letterbox ?? 'http://localhost:8787').replace(/\/$/, '') };
}

async function start(port) {
  try {
    return await startOrigin({ port });
  } catch (error) {
    throw new Problem(`Port ${port} cannot be used (${error.code}). Choose another: npm run fault-origin -- --port 9001`);
  }
}

function pageOf(rows, base, letterbox) {
  const groups = [...new Set(rows.map(({ group }) => group))];
  const sections = groups.map((group) => `<h2>${text(group)}</h2>\n<table>\n${rows.filter((row) => row.group === group).map(line).join('\n')}\n</table>`);
  function line({ path, example, what, expected }) {
    const through = `${letterbox}/?${new URLSearchParams({ s: base + example, w: 300, h: 200 })}`;
    const answer = expected === null ? '' : `<a href="${text(through)}">${text([expected].flat().join(' '))}</a>`;
    return `<tr><td><a href="${text(example)}"><code>${text(path)}</code></a></td><td>${text(what)}</td><td>${answer}</td></tr>`;
  }
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sources that go wrong</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
td { border-top: 1px solid #ddd; padding: .3rem 1rem .3rem 0; vertical-align: top }
td:first-child { width: 18rem } td:last-child { width: 14rem }
</style>
<h1>Sources that go wrong</h1>
<p>The first column is the source itself. The last one is what letterbox answers with its default settings, and leads through the one at
<a href="${text(letterbox)}">${text(letterbox)}</a>. In development it follows redirects to any host and any port, so some that are
refused on a deployment are answered otherwise there.</p>
${sections.join('\n')}
</html>
`;
}

const text = (plain) => `${plain}`.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

await program(import.meta.url, faultOrigin);
