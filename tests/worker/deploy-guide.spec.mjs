// docs/deploy.md can be followed: its commands and options are wrangler's, and its settings are what wrangler and the check take.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unstable_readConfig } from 'wrangler';
import { review } from '../../cli/deployment.mjs';
import { wranglerArgs, wranglerEnv } from '../../scripts/wrangler.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const guide = readFileSync(join(root, 'docs', 'deploy.md'), 'utf8');
const blocks = (language) => [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, block]) => block);

const commands = new Map();
for (const line of blocks('sh').join('').split('\n')) {
  const words = /^npx wrangler ([^#]*)/.exec(line)?.[1].trim().split(/\s+/);
  if (!words) continue;
  const option = words.findIndex((word) => word.startsWith('-'));
  const plain = option < 0 ? words : words.slice(0, option);
  // What follows the command's own words is a name of ours.
  const name = ['r2', 'secret', 'deployments'].includes(plain[0]) ? plain.slice(0, plain[0] === 'r2' ? 3 : 2).join(' ') : plain[0];
  const options = words.filter((word) => word.startsWith('--'));
  commands.set(name, [...(commands.get(name) ?? []), ...options]);
}

test('the guide has commands and settings', () => {
  assert.ok(commands.size >= 7, [...commands.keys()].join());
  assert.ok(blocks('toml').length >= 5);
});

for (const [name, options] of commands) {
  test(`wrangler ${name} ${options.join(' ')} is there`, async () => {
    const args = wranglerArgs([...name.split(' '), '--help']);
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env: { ...process.env, ...wranglerEnv } });
    assert.ok(stdout.includes(`wrangler ${name}`), stdout);
    for (const option of options) assert.match(stdout, new RegExp(`${option}\\b`), option);
  });
}

test('its settings together are a deployment without a problem', () => {
  const folder = mkdtempSync(join(tmpdir(), 'letterbox-guide-'));
  const path = join(folder, 'wrangler.toml');
  // `routes` is of the top and ALLOWED_SOURCES of [vars]; the other blocks say themselves where they belong.
  const settings = blocks('toml');
  const [vars, top] = [/^ALLOWED_SOURCES/, /^routes/].map((first) => settings.filter((block) => first.test(block)).join(''));
  const rest = settings.filter((block) => block.startsWith('[')).join('\n');
  try {
    writeFileSync(path, `name = "images"\nmain = "index.js"\ncompatibility_date = "2026-04-01"\ncompatibility_flags = ["global_fetch_strictly_public"]\nworkers_dev = false\n${top}[observability]\nenabled = true\n[vars]\n${vars}${rest}`);
    const config = unstable_readConfig({ config: path });
    assert.deepEqual(config.routes, [{ pattern: 'img.shop.example', custom_domain: true }]);
    assert.deepEqual(config.r2_buckets.map(({ binding }) => binding), ['ORIGIN_BUCKET']);
    assert.deepEqual(config.ratelimits.map(({ name }) => name), ['RATE_LIMITER']);
    assert.deepEqual(review(config), { problems: [], notes: [] });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
