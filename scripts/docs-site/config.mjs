// The site of the docs: its shelves, in the order of a reader's questions. scripts/docs-site.mjs lays the pages out beside this file.

import { readdirSync, readFileSync } from 'node:fs';

/** The first heading of a page, which is its name on the shelf. */
const title = (link) => /^# (.+)$/m.exec(readFileSync(new URL(`..${link}.md`, import.meta.url), 'utf8'))[1].replaceAll('`', '');
const shelf = (text, links, collapsed) => ({ text, collapsed, items: links.map((link) => ({ text: title(link), link })) });

const peers = readdirSync(new URL('../migrate', import.meta.url)).filter((name) => name.endsWith('.md') && name !== 'README.md');

export default {
  title: 'letterbox',
  description: 'Resize images on the fly inside a Cloudflare Worker',
  lastUpdated: false,
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: 'data:,' }]], // none: a browser would ask for one
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [
      shelf('Use', ['/index', '/recipes', '/parameters', '/formats', '/errors', '/package', '/integrations']),
      shelf('Run', ['/deploy', '/settings', '/sources', '/signing', '/caching', '/metrics', '/costs', '/trust', '/security']),
      shelf('Move to it', ['/migrate/README', ...peers.sort().map((name) => `/migrate/${name.slice(0, -'.md'.length)}`)]),
      shelf('Look inside', ['/architecture', '/decisions', '/benchmarks', '/figures', '/contact-sheet', '/contributing', '/changelog', '/third-party'], true),
    ],
  },
};
