#!/usr/bin/env node
// `node sign/cli.mjs <url>`: prints the URL with its signature. The key comes from the environment or a file, never from the command line,
// which other users of the machine can read and the shell remembers.

import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generateKey, sign, srcset, Unsignable } from './index.mjs';

const help = `node sign/cli.mjs [options] <url> ...

Prints each URL with its signature, one a line. The key is the first one of the deployment's SIGNING_KEYS, in hexadecimal
digits: in the environment as LETTERBOX_SIGNING_KEY, or in a file.

  --exp <time>       the URL is good for so long: 90s, 15m, 12h, 30d, 2w or 1y
  --widths <list>    one signature for these widths: 320,640,1280; whoever has the URL adds &w=640
  --srcset           prints the value of a srcset attribute with --widths
  --key-file <file>  reads the key from a file
  --generate-key     prints a new key, for: npx wrangler secret put SIGNING_KEYS
  --help             this
`;

const units = { s: 1, m: 60, h: 3600, d: 86_400, w: 7 * 86_400, y: 365 * 86_400 };

async function print(args) {
  const { values, positionals } = read(args);
  if (values.help) return console.log(help);
  if (values['generate-key']) return console.log(generateKey());
  if (positionals.length === 0) throw new Unsignable(`which URL?\n\n${help}`);
  const key = readKey(values['key-file']);
  const options = {
    expires: values.exp === undefined ? undefined : Math.floor(Date.now() / 1000) + duration(values.exp),
    widths: values.widths?.split(',').map((width) => (/^\d+$/.test(width.trim()) ? Number(width) : NaN)),
  };
  if (values.srcset && !options.widths) throw new Unsignable('--srcset needs --widths');
  for (const url of positionals) console.log(await (values.srcset ? srcset : sign)(url, key, options));
}

function read(args) {
  const options = {
    exp: { type: 'string' },
    widths: { type: 'string' },
    srcset: { type: 'boolean' },
    'key-file': { type: 'string' },
    'generate-key': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  };
  if (args.some((arg) => /^--?key(=|$)/.test(arg))) {
    throw new Unsignable('the key does not belong on the command line: use LETTERBOX_SIGNING_KEY or --key-file. Consider this one known.');
  }
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Unsignable(`${error.message}\n\n${help}`);
  }
}

function readKey(file) {
  if (file === undefined) {
    const key = process.env.LETTERBOX_SIGNING_KEY;
    if (!key) throw new Unsignable('there is no key: put it into LETTERBOX_SIGNING_KEY, or name a file with --key-file');
    return key;
  }
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Unsignable(`the key file cannot be read: ${error.code ?? error.message}`);
  }
}

function duration(text) {
  const [, count, unit] = /^([1-9]\d{0,8})([smhdwy])$/.exec(text) ?? [];
  if (!count) throw new Unsignable(`--exp ${text} is not a time such as 90s, 15m, 12h, 30d, 2w or 1y`);
  return Number(count) * units[unit];
}

/** Prints what the arguments ask for, or one sentence of what is wrong with them. */
export async function main(args) {
  try {
    await print(args);
  } catch (error) {
    if (!(error instanceof Unsignable)) throw error;
    console.error(`sign: ${error.message}`);
    process.exitCode = 1;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
