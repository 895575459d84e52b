#!/usr/bin/env node
// `letterbox-images <command>`.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem, program, say } from './program.mjs';

const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));
const { version, engines } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));

/** Each command is loaded when it is asked for: a module with a function of the command's name, and its usage. */
const commands = {
  dev: ['serves the playground, and a folder of your images, on this machine', () => import('./dev.mjs')],
  init: ['writes wrangler.toml, package.json and README.md for a deployment', () => import('./init.mjs')],
  check: ['says what the deployment lacks, and refuses an open proxy', () => import('./check.mjs')],
  deploy: ['checks, and deploys with wrangler; --dry-run for all but the upload', () => import('./deploy.mjs')],
  resize: ['makes pictures of files and folders on this machine', () => import('./resize.mjs')],
  compare: ['compares what two hosts answer to the same URLs', () => import('./compare.mjs')],
  sign: ['prints a URL with its signature', async () => ({ sign: (await import('../sign/cli.mjs')).main })],
};

const help = `letterbox-images ${version}: images resized by their address, on Cloudflare Workers

${Object.entries(commands).map(([name, [what]]) => `  letterbox-images ${name.padEnd(8)}${what}`).join('\n')}

  letterbox-images <command> --help says what the command takes.
`;

await program(import.meta.url, async ([name, ...args]) => {
  const wanted = /[\d.]+/.exec(engines.node)[0];
  if (process.versions.node.localeCompare(wanted, undefined, { numeric: true }) < 0) {
    throw new Problem(`Node ${engines.node} is needed and this is ${process.versions.node}. See https://nodejs.org/en/download`);
  }
  if (name === '--version') return say(version);
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return say(help);
  const [, load] = Object.hasOwn(commands, name) ? commands[name] : [];
  if (!load) throw new Problem(`${name} is no command\n\n${help}`);
  const command = await load();
  const { ownHelp = ['--help', '-h'] } = command;
  if (command.usage && args.some((arg) => ownHelp.includes(arg))) return say(command.usage);
  return command[name](args, { packageFolder, version });
});
