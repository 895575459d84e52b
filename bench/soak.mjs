// `npm run soak`: the release module in one runtime under thousands of requests at once, some of them hostile, and what has to hold then.
// `npm run soak -- --help` says what else it can do.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { duration, Problem, program, say } from '../scripts/program.mjs';
import { root } from '../scripts/tools.mjs';

const help = `npm run soak -- [options]

Mixed requests, 64 at a time, against the release module in one runtime; fails unless every answer is a specified one, no module was
restarted, the memory stayed as it was after the first fifth, and 99.9 % of the sound requests were answered 200. Hostile are sources that go
wrong, and clients that do: who hang up, read slowly, forge headers, or ask for what nobody may have. Now and then two to eight clients ask
for the same answer of 20 to 45 MiB at once, and some of them read slowly.

  --requests <n>   so many (10000)
  --parallel <n>   so many at a time (64)
  --hostile <n>    so many in a hundred are hostile (5)
  --minutes <n>    gives up after that time (10, and longer for more than 10000)
  --signed         only signed URLs are answered, and some of the hostile ones are forged
  --corpus         every file of the corpus beside the checkout once instead, and a sound one after every 50: none may be a 500
  --help           this
`;

const MiB = 2 ** 20;
/** What may be added to it after the first fifth: fragments, and the rare moment at which several large ones coincide. A leak is more than that. */
const driftBytes = 4 * MiB;
const leastShare = 0.999;
/** The defaults, but for time: on a machine that has other things to do, the origin here is slow as well, and that is not what is tested. */
const settings = { ALLOWED_SOURCES: 'images.example.com', HEAD_TIMEOUT_MS: '8000', TOTAL_TIMEOUT_MS: '15000' };

/** Of the signed runs. */
const key = '5a'.repeat(32);

async function soak(args) {
  const options = read(args);
  if (options.help) return say(help);
  await build();
  const { startOrigin } = await import('../tests/worker/support/origin.mjs');
  const { startWorkerd } = await import('./workerd.mjs');
  const { client } = await import('./http.mjs');
  const origin = await startOrigin();
  const [host, port] = origin.address.split(':');
  const server = await startWorkerd({ folder: join(root, 'build'), bindings: { ...settings, ...(options.signed && { SIGNING_KEYS: key }) }, origin: { host, port: Number(port) }, cache: true });
  const clients = Array.from({ length: options.parallel }, () => client(server));
  const teller = client(server);
  const tell = async (what) => Number((await teller.get(`/.bench/${what}`)).bytes.toString());
  try {
    const violations = await (options.corpus ? everyFile : manyRequests)({ options, origin, server, clients, tell });
    if (violations.length) throw new Problem(`soak: failed\n${violations.slice(0, 40).map((violation) => `  ${violation}`).join('\n')}`);
  } finally {
    for (const { close } of [...clients, teller]) close();
    await server.stop();
    await origin.close();
  }
}

function read(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  let values;
  try {
    ({ values } = parseArgs({ args, options: { requests: text, parallel: text, hostile: text, minutes: text, corpus: flag, signed: flag, help: flag } }));
  } catch (error) {
    throw new Problem(`${error.message}\n\n${help}`);
  }
  const number = (name, initial) => {
    const value = Number(values[name] ?? initial);
    if (!(Number.isInteger(value) && value >= (name === 'hostile' ? 0 : 1))) throw new Problem(`--${name} ${values[name]}: expected a whole number`);
    return value;
  };
  const limits = { requests: number('requests', 10_000), parallel: number('parallel', values.corpus ? 8 : 64) };
  return { ...values, ...limits, hostile: number('hostile', 5), minutes: number('minutes', Math.max(10, Math.ceil(limits.requests / 1000))) };
}

/** Hands out the numbers from 0 to `count` to the clients, until the time is up; returns how many were handed out. */
async function share({ count, clients, minutes }, work) {
  const deadline = Date.now() + minutes * 60_000;
  let next = 0;
  const line = async (client) => {
    while (next < count && Date.now() < deadline) await work(next++, client);
  };
  await Promise.all(clients.map(line));
  return next;
}

async function manyRequests({ options, origin, server, clients, tell }) {
  const { mix, specified } = await import('./soak-mix.mjs');
  const { rough } = await import('./rough-client.mjs');
  const { sign } = await import('../sign/index.mjs');
  const request = await mix(origin, options.hostile / 100, options.signed);
  const count = options.requests;
  const violations = [];
  const answers = new Map(); // of valid requests, by what was asked for
  const statuses = { valid: new Map(), hostile: new Map() };
  const times = [];
  const started = Date.now();
  let finished = 0;
  let settledBytes = null;

  const one = async (number, client) => {
    const asked = request(number);
    if (options.signed && asked.target) asked.path = await sign(asked.path, key);
    // Who asks for the same at the same time does so over a connection of its own, and every second one reads slowly.
    const herd = Array.from({ length: (asked.together ?? 1) - 1 }, (_, at) => ask(number, client, { ...asked, rough: { pauseMs: at % 2 ? 0 : 5 } }));
    await Promise.all([ask(number, client, asked), ...herd]);
    finished += 1;
    if (finished % Math.ceil(count / 20) === 0) await report(finished);
  };

  const ask = async (number, client, asked) => {
    const asking = asked.rough ? rough(server, asked.path, asked.rough) : client.get(asked.path, { timeoutMs: asked.leaveMs ?? 60_000 });
    const reply = await asking.catch((error) => ({ error }));
    const status = reply.left || (reply.error && asked.leaveMs) ? 'left' : (reply.status ?? 'none');
    const of = statuses[asked.valid ? 'valid' : 'hostile'];
    of.set(status, (of.get(status) ?? 0) + 1);
    const wrong = fault(asked, reply);
    if (wrong) violations.push(`request ${number} (${asked.kind}): ${wrong}`);
    if (asked.valid && status === 200 && reply.ms) times.push(reply.ms);
  };

  const fault = ({ expected, leaveMs, refusedEarly, same }, { status, headers, bytes, error, left }) => {
    if (left) return null;
    if (error) return leaveMs || (refusedEarly && error.code === 'ECONNRESET') ? null : error.message;
    if (status === 503) return /^\d+$/.test(headers['retry-after']) ? null : '503 without Retry-After';
    if (!specified.includes(status)) return `${status} ${words(bytes)}`;
    if (!leaveMs && !expected.includes(status)) return `${status} instead of ${expected.join(' or ')}: ${words(bytes)}`;
    if (!same) return null;
    const digest = createHash('sha1').update(bytes).digest('hex');
    const first = answers.get(same) ?? digest;
    answers.set(same, first);
    return first === digest ? null : `another picture than the last time for ${same}`;
  };

  const report = async (after) => {
    const bytes = await tell('memory');
    if (after >= count / 5) settledBytes ??= bytes;
    say(`soak: ${after} of ${count}, ${duration(Date.now() - started)}, ${(bytes / MiB).toFixed(1)} MiB, ${told(statuses.valid)}`);
  };

  const done = await share({ count, clients, minutes: options.minutes }, one);
  const [bytes, starts] = [await tell('memory'), await tell('starts')];
  const total = (counts) => [...counts.values()].reduce((sum, value) => sum + value, 0);
  const [valid, hostile] = [total(statuses.valid), total(statuses.hostile)];
  const share200 = (statuses.valid.get(200) ?? 0) / valid;
  if (done < count) violations.push(`${done} of ${count} requests in ${options.minutes} minutes`);
  if (starts !== 1) violations.push(`the module was started ${starts} times instead of once`);
  if (settledBytes && bytes > settledBytes + driftBytes) violations.push(`${(bytes / MiB).toFixed(1)} MiB in the end`);
  if (share200 < leastShare) violations.push(`${(share200 * 100).toFixed(2)} % of the sound requests answered 200`);
  const { p95, median } = await import('./statistics.mjs');
  const restarts = starts - 1;
  say(`\nhostile: ${told(statuses.hostile)}`);
  say(
    `soak: ${done} requests in ${duration(Date.now() - started)}, ${options.parallel} at a time, ${options.hostile} % of them hostile${options.signed ? ', signed' : ''}: ` +
      `${valid} sound, ${(share200 * 100).toFixed(2)} % of them 200 (median ${median(times).toFixed(0)} ms, p95 ${p95(times).toFixed(0)} ms); ` +
      `${hostile} hostile; ${restarts} restart${restarts === 1 ? '' : 's'} of the module; ` +
      `${((settledBytes ?? bytes) / MiB).toFixed(1)} MiB after a fifth, ${(bytes / MiB).toFixed(1)} in the end; ${violations.length} violations`,
  );
  return violations;
}

async function everyFile({ options, origin, clients, tell }) {
  const { corpus } = await import('./soak-corpus.mjs');
  const found = corpus();
  if (!found) {
    say('soak: skipped, there is no corpus beside the checkout');
    return [];
  }
  const { bytes: body } = await import('../tests/worker/support/answers.mjs');
  const host = 'images.example.com';
  const ask = (client, name) => client.get(`/?${new URLSearchParams({ s: `https://${host}/${encodeURI(name)}`, w: 320, h: 320 })}`);
  origin.serve(`${host}/sound`, body(readFileSync(join(root, 'demo', 'samples', 'waterfall.jpg')), 'image/jpeg'));
  const violations = [];
  const statuses = new Map();
  const started = Date.now();
  const done = await share({ count: found.files.length, clients, minutes: options.minutes }, async (number, client) => {
    const name = found.files[number];
    const place = `${host}/${encodeURI(name)}`;
    origin.serve(place, body(readFileSync(join(found.folder, name)), 'image/*'));
    const { status, bytes } = await ask(client, name);
    origin.serve(place, body(Buffer.alloc(0), 'image/*'));
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (![200, 413, 415, 422].includes(status)) violations.push(`${name}: ${status} ${bytes.toString('utf8', 0, 200)}`);
    if (number % 50 !== 49) return;
    const sound = await ask(client, `sound?after=${number}`);
    if (sound.status !== 200) violations.push(`a sound file after ${number}: ${sound.status} ${sound.bytes.toString('utf8', 0, 200)}`);
    if (number % 500 === 499) say(`soak: ${number + 1} of ${found.files.length}, ${duration(Date.now() - started)}, ${told(statuses)}`);
  });
  const [bytes, starts] = [await tell('memory'), await tell('starts')];
  if (done < found.files.length) violations.push(`${done} of ${found.files.length} files in ${options.minutes} minutes`);
  if (starts !== 1) violations.push(`the module was started ${starts} times instead of once`);
  const end = `${starts} instance${starts === 1 ? '' : 's'} of the module; ${(bytes / MiB).toFixed(1)} MiB in the end; ${violations.length} violations`;
  say(`soak: ${done} files of the corpus in ${duration(Date.now() - started)}: ${told(statuses)}; ${end}`);
  return violations;
}

/** The beginning of an error's body; of an image there is nothing to read. */
const words = (bytes) => (bytes[0] === 0x7b ? bytes.toString('utf8', 0, 200) : `${bytes.length} bytes`);

/** `200 x 90, 422 x 10`. */
const told = (counts) => [...counts].sort().map(([status, count]) => `${status} x ${count}`).join(', ');

await program(import.meta.url, soak);
