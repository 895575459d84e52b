// `npm run browser`: the playground and pages that use letterbox, in a real browser that is on this machine. Never in CI, and no part of
// `npm test`: it needs a browser, and takes a minute.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { installed } from './installed.mjs';
import { Problem, program, run, say } from './program.mjs';

/** What drives the browser (Apache-2.0, downloads none) and what judges its pages (MPL-2.0, used unchanged). Neither ships. */
const tools = { 'playwright-core': '1.65.1', 'axe-core': '4.14.1' };

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

async function browser(args) {
  if (args.length > 0) throw new Problem(`${args[0]}: unknown\nusage: npm run browser    (LETTERBOX_BROWSER is the path of a Chromium, where it is nowhere usual)`);
  const path = [process.env.LETTERBOX_BROWSER, ...usual].find((each) => each && existsSync(each));
  if (!path) return say('browser: skipped, for there is no Chromium on this machine. On Debian: apt-get install chromium. Elsewhere, LETTERBOX_BROWSER is its path.');
  const folder = await installed('browser', 'tools', { dependencies: tools });
  await build({ quiet: true });
  await run(process.execPath, ['--test', '--test-reporter=spec', join('tests', 'browser', 'playground.test.mjs')], {
    env: { LETTERBOX_BROWSER: path, LETTERBOX_BROWSER_TOOLS: folder },
  });
}

await program(import.meta.url, browser);
