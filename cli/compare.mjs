// `letterbox-images compare <old> <new> [urls.txt]`: what another service answers today, beside what letterbox answers.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Problem, program, say } from './program.mjs';

export const usage = `usage: letterbox-images compare <old> <new> [file] [options]

  <old> <new>    two hosts, such as https://old.example.com and http://localhost:8787
  [file]         paths with their queries, one on a line; without a file they are read from standard input.
                 A line with two paths and a blank between them asks each host for its own

  --accept <t>   Accept of the requests; default image/avif,image/webp,*/*
  --fail <dB>    ends with 1 where a status or a size differs, or the PSNR is lower than this
  --help         this
`;

export async function compare(args) {
  const { values, positionals } = read(args);
  if (values.help) return say(usage);
  const [old, fresh, file] = positionals;
  if (!old || !fresh) throw new Problem(usage);
  const lines = listed(file).split('\n').map((line) => line.trim()).filter(Boolean);
  let differ = 0;
  for (const line of lines) {
    const [ofOld, ofNew = ofOld] = line.split(/\s+/);
    const [one, other] = await Promise.all([ask(old, ofOld, values.accept), ask(fresh, ofNew, values.accept)]);
    const decibels = psnr(one.picture, other.picture);
    const same = one.status === other.status && one.size === other.size;
    const failed = !same || (decibels !== null && decibels < Number(values.fail ?? 0));
    if (failed) differ += 1;
    const near = decibels === null ? '' : `, ${decibels === Infinity ? 'the same pixels' : `${decibels.toFixed(1)} dB`}`;
    say(`${failed ? 'differs' : 'same   '} ${line}\n  old ${told(one)}\n  new ${told(other)}${near}`);
  }
  say(`${lines.length} URLs, ${differ} differ`);
  if (values.fail && differ > 0) throw new Problem('failed');
}

function listed(file) {
  try {
    return readFileSync(file ?? 0, 'utf8');
  } catch (error) {
    throw new Problem(`${file ?? 'standard input'} cannot be read (${error.code})`);
  }
}

function read(args) {
  const string = { type: 'string' };
  try {
    return parseArgs({ args, allowPositionals: true, options: { accept: { ...string, default: 'image/avif,image/webp,*/*' }, fail: string, help: { type: 'boolean' } } });
  } catch (error) {
    throw new Problem(`${error.message}\n\n${usage}`);
  }
}

async function ask(host, path, accept) {
  const url = new URL(host.replace(/\/$/, '') + (path.startsWith('/') ? path : `/${path}`));
  let reply;
  try {
    reply = await fetch(url, { headers: { accept }, redirect: 'manual', signal: AbortSignal.timeout(30_000) });
  } catch (error) {
    return { status: 0, type: String(error.cause?.code ?? error.message), bytes: 0, size: '', picture: null };
  }
  const body = Buffer.from(await reply.arrayBuffer());
  const picture = reply.ok ? await decoded(body) : null;
  const size = picture ? `${picture.width}x${picture.height}` : '';
  return { status: reply.status, type: reply.headers.get('content-type') ?? '', bytes: body.length, size, picture };
}

/** sharp, which comes with wrangler. */
async function decoder() {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Problem('sharp is missing, which compare decodes pictures with: npm install --save-dev sharp');
  }
}

/** Pixels in sRGB with alpha, the first frame; null for what is no picture. */
async function decoded(body) {
  const sharp = await decoder();
  try {
    const { data, info } = await sharp(body).autoOrient().toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  } catch {
    return null;
  }
}

/** Peak signal-to-noise ratio in decibels of two pictures of one size; colours count as far as they can be seen. */
export function psnr(one, other) {
  if (!one || !other || one.width !== other.width || one.height !== other.height) return null;
  let sum = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    for (let c = 0; c < 4; c += 1) {
      const seen = (picture) => (c < 3 ? (picture.data[at + c] * picture.data[at + 3]) / 255 : picture.data[at + c]);
      sum += (seen(one) - seen(other)) ** 2;
    }
  }
  return sum === 0 ? Infinity : 10 * Math.log10((255 * 255 * one.data.length) / sum);
}

const told = ({ status, type, size, bytes }) => `${status} ${type} ${size} ${bytes} bytes`.replace(/ +/g, ' ');

await program(import.meta.url, compare);
