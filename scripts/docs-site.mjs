// `npm run docs:site`: the docs as a small static site with search, made by VitePress, and served. `-- --build` makes it and ends.

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { installed } from './installed.mjs';
import { Problem, program, run, say } from './program.mjs';
import { root } from './tools.mjs';

/** VitePress (MIT): Markdown as it stands, search that runs in the page, and no request to anybody else. Nothing of it ships. */
const tools = { vitepress: '1.6.4' };

const port = 8790;
const at = join(root, 'build', 'docs-site');

/** Pages of the clone's top folder, and where they stand in the site. */
const pages = { 'README.md': 'index.md', 'ARCHITECTURE.md': 'architecture.md', 'BENCHMARKS.md': 'benchmarks.md', 'CHANGELOG.md': 'changelog.md', 'CONTRIBUTING.md': 'contributing.md', 'SECURITY.md': 'security.md', 'THIRD-PARTY.md': 'third-party.md', 'integrations/README.md': 'integrations.md', 'npm/README.md': 'package.md' };

/** Where a file of the clone stands in the site, or nothing where it is no page. */
const placeOf = (path) => pages[path] ?? (/^docs\/.+\.md$/.test(path) ? path.slice('docs/'.length) : undefined);

async function site(args) {
  const stranger = args.find((arg) => arg !== '--build');
  if (stranger) throw new Problem(`${stranger}: unknown\nusage: npm run docs:site [-- --build]`);
  const vitepress = await installed('docs-site', 'vitepress', { dependencies: tools });
  stage(vitepress);
  const command = (...words) => run(process.execPath, [join(vitepress, 'node_modules', 'vitepress', 'bin', 'vitepress.js'), ...words]);
  await command('build', at);
  say(`docs: ${join(at, '.vitepress', 'dist')}`);
  if (args.includes('--build')) return;
  say(`docs: http://localhost:${port}/`);
  await command('preview', at, '--port', `${port}`);
}

/** Lays the pages out as the site has them, beside the generator that makes HTML of them. */
function stage(vitepress) {
  rmSync(at, { recursive: true, force: true });
  const docs = readdirSync(join(root, 'docs'), { recursive: true }).map((name) => posix.join('docs', name.replaceAll('\\', '/')));
  for (const path of [...Object.keys(pages), ...docs.filter((name) => name.endsWith('.md'))]) {
    const to = join(at, placeOf(path));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, page(path));
  }
  cpSync(join(root, 'scripts', 'docs-site', 'config.mjs'), join(at, '.vitepress', 'config.mjs'));
  // The configuration and the theme import the generator from beside them.
  symlinkSync(join(vitepress, 'node_modules'), join(at, 'node_modules'), 'junction');
}

/** The text of a page with links as the site has them, and its pictures beside it; a link to what is no page there becomes its words. */
function page(path) {
  const text = readFileSync(join(root, path), 'utf8');
  const from = posix.dirname(placeOf(path));
  const inSite = (to) => `./${posix.relative(from, to)}`;
  const inClone = (target) => posix.normalize(posix.join(posix.dirname(path), target));
  const picture = (target) => {
    const file = inClone(target);
    const to = file.replace(/^docs\//, '');
    cpSync(join(root, file), join(at, to));
    return inSite(to);
  };
  return outsideCode(text, (prose) =>
    prose
      .replace(/(<img [^>]*src=")(?!https?:)([^"]+)"/g, (_, before, target) => `${before}${picture(target)}"`)
      .replace(/!\[([^\]]*)\]\((?!https?:)([^)\s]+)\)/g, (_, words, target) => `![${words}](${picture(target)})`)
      .replace(/(?<!!)\[((?:[^[\]]|\[[^\]]*\](?:\([^)]*\))?)*)\]\(([^)\s]+)\)/g, (whole, words, link) => {
        if (/^(https?:|mailto:|#)/.test(link)) return whole;
        const [target, fragment] = link.split('#');
        const to = placeOf(inClone(target)) ?? placeOf(posix.join(inClone(target), 'README.md'));
        return to === undefined ? words : `[${words}](${inSite(to)}${fragment ? `#${fragment}` : ''})`;
      }),
  );
}

/** Rewrites a page but for its blocks of code. */
function outsideCode(text, rewrite) {
  return text
    .split(/(^```[^]*?^```$)/m)
    .map((part, index) => (index % 2 === 0 ? rewrite(part) : part))
    .join('');
}

await program(import.meta.url, site);
