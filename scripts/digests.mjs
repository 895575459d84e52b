// `npm run digests`: every answer to a set of questions about every file of the corpus, errors included, as a line with its hash; and what has
// become of them since an earlier record. For changes that are not to change a pixel.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { everyFile, some } from './digests/files.mjs';
import { label, native, runtime } from './digests/queries.mjs';
import { compare, line, read, write } from './digests/record.mjs';
import { duration, exit, Problem, program, run, say } from './program.mjs';
import { setup } from './setup.mjs';
import { root } from './tools.mjs';

const help = `npm run digests -- --write <folder>    records every answer
npm run digests -- --before <folder>   records them into target/digests, and says what is another answer than there

  --native           only through the library, which has no codecs beside it: WebP is written without loss, AVIF refused
  --runtime          only through the release module in the runtime, with its codecs: some files, and the questions they meet
  --only <a,b>       files with this in their name, such as gif/ or samples/
  --threads <n>      natively so many files at once; as many as there are processors
  --help             this
`;

async function digests(args) {
  const options = readOptions(args);
  if (options.help) return say(help);
  await setup();
  const counts = (name) => options.only.some((part) => name.includes(part));
  const files = everyFile().filter(({ name }) => counts(name));
  if (files.length === 0) throw new Problem(`no file has ${options.only.join(' or ')} in its name`);
  if (!files.some(({ group }) => group !== 'samples')) say('digests: the samples only; there is no corpus beside the checkout, or none was asked for');

  const folder = options.write ?? join(root, 'target', 'digests');
  rmSync(join(folder, 'native'), { recursive: true, force: true });
  rmSync(join(folder, 'runtime'), { recursive: true, force: true });
  if (options.native) await run('cargo', ['build', ...example]);
  if (options.runtime) await build();
  if (options.native) write(folder, 'native', await timed('native', files, native, () => askLibrary(files, options.threads)));
  if (options.runtime) write(folder, 'runtime', await timed('runtime', some(files), runtime, () => askRuntime(some(files))));
  if (options.write) return say(`digests: written to ${folder}`);

  const { compared, differences, text } = compare(read(options.before, counts), read(folder));
  if (text) say(text);
  if (compared === 0) throw new Problem(`digests: ${options.before} has none of these answers`);
  if (differences > 0) throw new Problem(`digests: ${differences} of ${compared} answers differ from ${options.before}; those of now are in ${folder}`);
  say(`digests: ${compared} answers are those of ${options.before}`);
}

function readOptions(args) {
  const [text, flag] = [{ type: 'string' }, { type: 'boolean' }];
  let values;
  try {
    ({ values } = parseArgs({ args, options: { write: text, before: text, only: text, threads: text, native: flag, runtime: flag, help: flag } }));
  } catch (error) {
    throw new Problem(`${error.message}\n\n${help}`);
  }
  if (!values.help && (values.write === undefined) === (values.before === undefined)) throw new Problem(`either --write or --before\n\n${help}`);
  if (values.before !== undefined && !existsSync(values.before)) throw new Problem(`--before ${values.before}: there is no such folder`);
  const threads = Number(values.threads ?? availableParallelism());
  if (!Number.isInteger(threads) || threads < 1) throw new Problem(`--threads ${values.threads}: expected a whole number from 1`);
  const both = !values.native && !values.runtime;
  return { ...values, only: (values.only ?? '').split(','), threads, native: both || values.native, runtime: both || values.runtime };
}

/** The lines, and a word about them. */
async function timed(home, files, questions, ask) {
  say(`digests: ${home}, ${files.length} files, ${questions.length} questions`);
  const started = Date.now();
  const lines = await ask();
  const expected = files.length * questions.length;
  if (lines.length !== expected) throw new Problem(`digests: ${lines.length} answers instead of ${expected}`);
  say(`digests: ${home}, ${lines.length} answers in ${duration(Date.now() - started)}`);
  return lines;
}

const example = ['--quiet', '--locked', '--profile', 'test', '--example', 'digests'];

/** Through the library (examples/digests.rs), with the profile of the tests. */
async function askLibrary(files, threads) {
  const args = ['run', ...example];
  const child = spawn('cargo', args, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  const questions = native.map((question) => ({ ...question, label: label(question) }));
  child.stdin.end(JSON.stringify({ threads, questions, files: files.map(({ name, path }) => [name, path]) }));
  const lines = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (lines.length % (native.length * 500) === 0) say(`digests:   ${lines.length / native.length} of ${files.length} files`);
  });
  const { code } = await exit(child, 'cargo');
  if (code !== 0) throw new Problem(`failed: cargo ${args.join(' ')}`);
  return lines;
}

/** Through the release module, one after the other: which codec is in memory may decide an answer. */
async function askRuntime(files) {
  const { startWorker, closeAll } = await import('../tests/worker/support/worker.mjs');
  const { startOrigin } = await import('../tests/worker/support/origin.mjs');
  const { bytes } = await import('../tests/worker/support/answers.mjs');
  const origin = await startOrigin();
  const worker = await startWorker({ origin });
  const lines = [];
  try {
    for (const { name, path } of files) {
      const s = origin.serve(`images.example.com/${name}`, bytes(readFileSync(path), 'image/*'));
      for (const question of runtime) {
        const { query, accept, agent } = question;
        const headers = { ...(accept && { accept }), ...(agent && { 'user-agent': agent }) };
        const reply = await worker.get(`/?s=${s}&${query}`, { headers });
        lines.push(line(name, label(question), { status: reply.status, type: reply.headers.get('content-type'), body: reply.bytes }));
      }
    }
  } finally {
    await closeAll(worker, origin);
  }
  return lines;
}

await program(import.meta.url, digests);
