// `letterbox-images init`: writes what a deployment consists of. It asks three questions, or takes the answers as options, and has the worker's
// own parser read them before anything is written.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { isPlaceholder } from './deployment.mjs';
import { Problem, say } from './program.mjs';
import { askSettings } from './settings.mjs';

export const usage = `usage: letterbox-images init [folder] [options]

  --hosts <list>    whose images may be resized: images.example.com,*.example.com
  --signed          only URLs that you have signed, in the place of --hosts or beside it
  --domain <host>   the host that serves them, on a zone of your Cloudflare account: img.example.com
  --presets <list>  named sets of parameters: "card: w=1200&h=627; thumb: w=160&h=160&fit=cover"
  --name <name>     the Worker's name; by default that of the folder
  --no-avif         a worker without AVIF: 1.0 MB with gzip instead of 2.4`;

export async function init(args, context) {
  const { folder, answers } = await asked(args);
  const from = origin(folder, context.packageFolder);
  const vars = { ALLOWED_SOURCES: answers.hosts, ...(answers.presets && { PRESETS: answers.presets }) };
  const { problems = [] } = await askSettings(context.packageFolder, { vars, secrets: { required: answers.signed ? ['SIGNING_KEYS'] : [] } });
  if (problems.length > 0) throw new Problem(`init: nothing was written:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  const files = {
    'wrangler.toml': wranglerToml(answers, vars),
    'README.md': readme(answers),
    '.gitignore': 'node_modules/\n.wrangler/\n.dev.vars*\n',
  };
  const there = ['wrangler.json', 'wrangler.jsonc', 'wrangler.toml', 'README.md'].filter((name) => existsSync(join(folder, name)));
  if (there.length > 0) throw new Problem(`init: nothing was written, because ${there.join(' and ')} ${there.length > 1 ? 'are' : 'is'} there already. Choose another folder.`);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) if (!existsSync(join(folder, name))) writeFileSync(join(folder, name), text);
  writeManifest(folder, answers, from);
  const here = relative(process.cwd(), folder);
  say(`init: wrangler.toml, package.json and README.md are in ${here || 'this folder'}. What follows:

  ${here ? `cd ${here}\n  ` : ''}npm install
  npm run dev          # the playground, or with -- <folder> your own images, on this machine
  npm run check        # what is missing, in plain words
  npm run deploy       # needs an account: npx wrangler login`);
}

async function asked(args) {
  let values, positionals;
  const text = { type: 'string' };
  try {
    const options = { hosts: text, domain: text, presets: text, name: text, signed: { type: 'boolean' }, 'no-avif': { type: 'boolean' } };
    ({ values, positionals } = parseArgs({ args, options, allowPositionals: true }));
  } catch (error) {
    throw new Problem(`${error.message}\n\n${usage}`);
  }
  if (positionals.length > 1) throw new Problem(`one folder is written, and these are ${positionals.length}\n\n${usage}`);
  const folder = resolve(positionals[0] ?? '.');
  const given = { hosts: values.hosts, domain: values.domain, presets: values.presets };
  const open = Object.keys(given).filter((name) => given[name] === undefined);
  const needed = values.signed ? [] : ['hosts'];
  if (open.length > 0 && process.stdin.isTTY && process.stdout.isTTY) Object.assign(given, await interview(open));
  else if (needed.some((name) => given[name] === undefined)) throw new Problem(`--hosts is missing (or --signed): whose images may be resized?\n\n${usage}`);
  const name = values.name ?? basename(folder).toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  if (!/^[a-z0-9]([a-z0-9-]{0,52}[a-z0-9])?$/.test(name)) throw new Problem(`the Worker's name is ${JSON.stringify(name)}: expected lower-case letters, digits and hyphens, 54 at most. Give one with --name`);
  const domain = (given.domain ?? '').trim();
  if (domain && !/^([a-z0-9-]+\.)+[a-z0-9-]+$/i.test(domain)) throw new Problem(`--domain ${domain}: expected a host alone, such as img.<your domain>`);
  if (isPlaceholder(domain)) throw new Problem(`--domain ${domain} is the host of the documentation, which nobody can have: give one on a zone of your own, or leave it out and name it later in wrangler.toml`);
  return { folder, answers: { name, domain, hosts: (given.hosts ?? '').trim(), presets: (given.presets ?? '').trim(), signed: values.signed ?? false, avif: !values['no-avif'] } };
}

const questions = {
  hosts: 'Whose images may be resized? Hosts, with commas between them, such as images.example.com,*.example.com\n> ',
  domain: 'Which host serves them, on a zone of your Cloudflare account? Such as img.example.com; nothing, to say it later\n> ',
  presets: 'Named sets of parameters, such as card: w=1200&h=627; thumb: w=160&h=160&fit=cover; or nothing\n> ',
};

async function interview(open) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answers = {};
  for (const name of open) answers[name] = await terminal.question(questions[name]);
  terminal.close();
  return answers;
}

/** A text as a basic string of TOML, which has JSON's escapes. */
const quoted = (text) => JSON.stringify(text).replaceAll('\x7f', '\\u007f');

function wranglerToml({ name, domain, presets, signed, avif }, vars) {
  const route = domain
    ? `routes = [{ pattern = ${quoted(domain)}, custom_domain = true }]`
    : '# routes = [{ pattern = "img.example.com", custom_domain = true }]';
  return `# Images resized by their address: letterbox-images on Cloudflare Workers. README.md says how it is run and deployed.
name = ${quoted(name)}
main = "node_modules/letterbox-images/${avif ? 'worker.mjs' : 'worker-without-avif.mjs'}"
compatibility_date = "2026-04-01"
# A source on one of your own zones is fetched as anybody else would fetch it.
compatibility_flags = ["global_fetch_strictly_public"]

# The platform's cache works on your own domain only.
workers_dev = false
preview_urls = false

# The domain that serves the images: a host alone, on a zone of your account, that has no DNS record yet.
${route}

[observability]
enabled = true

[vars]
# Whose images may be resized: "images.example.com", "*.example.com", "example.com/photos/".
ALLOWED_SOURCES = ${quoted(vars.ALLOWED_SOURCES)}
# The base URL of your site, if its own files should win; \`s=/photo.jpg\` is then a path there.
# ORIGIN = "https://www.example.com"
${presets ? `PRESETS = ${quoted(presets)}` : '# PRESETS = "card: w=1200&h=627; thumb: w=160&h=160&fit=cover"'}
# WIDTH_LADDER = "320,640,960,1280,1920"

# Signed URLs only. The keys: npm run sign -- --generate-key, then npx wrangler secret put SIGNING_KEYS
${signed ? '' : '# '}[secrets]
${signed ? '' : '# '}required = ["SIGNING_KEYS"]

# How many new images one client may have made in a minute. \`namespace_id\` is any whole number that no other of your Workers uses.
[[ratelimits]]
name = "RATE_LIMITER"
namespace_id = "1001"
simple = { limit = 100, period = 60 }
`;
}

const readme = ({ name, domain }) => `# ${name}

Images resized by their address, by letterbox-images on Cloudflare Workers.

\`\`\`sh
npm run dev                # the playground on http://localhost:8787; npm run dev -- photos for a folder of your own
npm run check              # what is missing in wrangler.toml, in plain words
npx wrangler login         # once
npm run deploy             # -- --dry-run for everything but the upload
\`\`\`

\`\`\`html
<img src="https://${domain || 'img.example.com'}/?s=https://images.example.com/photo.jpg&w=1200&h=627">
\`\`\`

All parameters and settings: \`node_modules/letterbox-images/README.md\`.
`;

/** Adds scripts and dependencies to package.json, and leaves alone what is there. */
function writeManifest(folder, { name }, from) {
  const path = join(folder, 'package.json');
  const old = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { name, private: true };
  const commands = ['dev', 'check', 'deploy', 'sign'].map((command) => [command, `letterbox-images ${command}`]);
  const dependencies = { 'letterbox-images': from, wrangler: '^4.86.0' };
  const has = { ...old.dependencies, ...old.devDependencies };
  const missing = Object.entries(dependencies).filter(([dependency]) => !has[dependency]);
  const fresh = {
    ...old,
    scripts: { ...Object.fromEntries(commands), ...old.scripts },
    devDependencies: { ...old.devDependencies, ...Object.fromEntries(missing) },
  };
  writeFileSync(path, `${JSON.stringify(fresh, null, 2)}\n`);
}

/** Where npm is to take this package from: where it lies. No registry has it, and whoever takes its name on one may have others' code run. */
function origin(folder, packageFolder) {
  if (packageFolder.split(sep).includes('_npx')) {
    throw new Problem(`init: nothing was written: this package lies in a cache of npm's, which is emptied at times.
Install it in a folder first, from its file: npm install ./letterbox-images-….tgz`);
  }
  return `file:${relative(folder, packageFolder) || '.'}`;
}
