// What a soak has besides sound requests: sources that go wrong, and clients that do not keep to the rules.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as answer from '../tests/worker/support/answers.mjs';
import * as damage from '../tests/worker/support/damage.mjs';
import { spoofed } from '../tests/worker/support/spoofed.mjs';
import { corpus } from './soak-corpus.mjs';

const host = 'images.example.com';

/**
 * All of it, put on the origin where it is a source. Each is { kind, expected } with the statuses that are right, and: `path` where it is not
 * a source of that name; `rough` what the client does beside asking (rough-client.mjs); `leaveMs` after which it hangs up; `refusedEarly`
 * where the runtime hangs up before it has heard everything; `sound` where the request itself is sound, with `target` to ask for.
 */
export function hostile(origin, files, signed) {
  const unsigned = [...requests, ...intruders].map((request) => (signed && request.path ? { ...request, expected: [...request.expected, 403] } : request));
  const made = [...sources(origin, files), ...leavers, ...readers, ...impostors, ...unsigned, ...(signed ? forged : [])];
  // Each of the made ones as often as all that are taken from the corpus.
  return [...made.flatMap((fault) => Array(10).fill(fault)), ...fromCorpus(origin)];
}

/** The rows of the table of faults that take no longer than a source may, and damaged files of every format. */
function sources(origin, files) {
  const paths = [
    ['/slow-head/20000', [504]],
    ['/drip/100', [504]],
    ['/reset', [502]],
    ['/cut', [502]],
    ['/cut-chunked', [502]],
    ['/short', [422]],
    ['/length/long', [502]],
    ['/length/short', [422, 502]],
    ['/length/huge', [413]],
    ['/endless', [413, 422, 504]], // bytes or time, whichever is used up first
    ['/gzip-bomb', [413]],
    ['/header/300000', [200, 502]],
    ['/status/404', [404]],
    ['/status/500', [502]],
    ['/busy', [503]],
    ...origin.faults.filter(({ path }) => path.startsWith('/file/')).map(({ path, expected: [status] }) => [path, [status]]),
  ];
  const damaged = {
    'cut-progressive': damage.truncated(files['progressive-small']),
    'cut-png': damage.truncated(files.png),
    'cut-webp': damage.truncated(files.webp),
    'cut-gif': damage.truncated(files.gif),
    'bad-png': damage.pngWithBadData(files.png),
  };
  for (const [name, file] of Object.entries(damaged)) origin.serve(`${host}/${name}`, answer.bytes(file, 'image/*'));
  return [
    ...paths.map(([path, expected]) => ({ kind: path.slice(1), expected })),
    ...Object.keys(damaged).map((kind) => ({ kind, expected: [422] })),
  ];
}

/** Clients that go away: before there is anything, while the source sends, and in the middle of the answer. */
const big = { w: 1200, h: 627, f: 'png' };
const leavers = [
  { kind: 'slow-head/300', expected: [], leaveMs: 150 },
  { kind: 'drip/20', expected: [], leaveMs: 150 },
  { kind: 'photo-small', expected: [200], rough: { leaveAfter: 1 }, target: big },
  { kind: 'photo-small', expected: [200], rough: { leaveAfter: 20_000 }, target: big },
  { kind: 'jpeg-baseline-2mp', expected: [200], rough: { leaveAfter: 500 }, target: big },
];

/** Clients that take the answer a little at a time: they get all of it, and nobody waits for them. */
const readers = [
  { kind: 'photo-small', expected: [200], rough: { pauseMs: 20 }, target: big, sound: true },
  { kind: 'photo-tiny', expected: [200], rough: { pauseMs: 200 }, target: { w: 64, h: 64 }, sound: true },
];

const asked = `/?s=https://${host}/photo-tiny`;
const long = (length) => `${asked}&x=${'x'.repeat(length)}`;

const requests = [
  // Methods. What the runtime does not know it refuses by itself.
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PURGE', 'PROPFIND', 'QUERY'].map((method) => ({ kind: `method ${method}`, expected: [405], path: asked, rough: { method } })),
  { kind: 'method BREW', expected: [501], path: asked, rough: { method: 'BREW' } },
  { kind: 'method get', expected: [501], path: asked, rough: { method: 'get' } },
  // Addresses. From 128 KB on the runtime refuses them by itself.
  ...[9_000, 60_000].map((length) => ({ kind: `address of ${length}`, expected: [414], path: long(length), rough: {} })),
  { kind: 'address of 300000', expected: [431], path: long(300_000), rough: {}, refusedEarly: true },
  { kind: 'source of 5000', expected: [400], path: `/?s=https://${host}/${'x'.repeat(5_000)}` },
  // Parameters.
  ...['w=1e3', 'w=-1', 'w=10&w=10', 'w=10&width=20', 'q=101', 'fit=%00', 'fit=a%0d%0ab', 'bg=%ff%fe', 'dpr=9', 'a=NaNx0', 'f=exe', 'we&we'].map((junk) => ({
    kind: `parameter ${junk}`,
    expected: [400],
    path: `${asked}&${junk}`,
  })),
  { kind: 'source twice', expected: [400], path: `${asked}&s=https://${host}/png` },
  { kind: 'source twice under two names', expected: [400], path: `${asked}&url=https://${host}/png` },
  { kind: 'no source', expected: [400], path: '/../../etc/passwd' },
];

/** Sixty header fields that mean nothing to us: the picture is the one that everybody gets. */
const impostors = [
  { kind: 'photo-tiny', expected: [200], rough: { headers: spoofed }, target: { w: 160, h: 120, fit: 'cover' }, sound: true },
  { kind: 'png', expected: [200], rough: { headers: spoofed }, target: { w: 320, h: 320 }, sound: true },
];

/** Attempts to get at other hosts, and at the inside. */
const intruders = [
  ...['evil.example.org', `${host}.evil.example.org`, `evil.example.org#@${host}`, '127.1', '2130706433', '[::1]', '169.254.169.254', 'localhost', 'vault.internal', `${host}.`].map((name) => ({
    kind: `source on ${name}`,
    expected: [403],
    path: `/?s=${encodeURIComponent(`https://${name}/a.jpg`)}`,
  })),
  ...[`http://${host}/a.jpg`, `https://user:secret@${host}/a.jpg`, `https://${host}:8443/a.jpg`, 'file:///etc/passwd', 'data:image/gif;base64,R0lGODlhAQABAAAAACw='].map((source) => ({
    kind: `source ${source}`,
    expected: [400],
    path: `/?s=${encodeURIComponent(source)}`,
  })),
  ...['loop', 'chain/4', 'host', 'loopback', 'private', 'metadata', 'v6', 'number', 'localhost', 'http', 'port', 'user', 'file', 'data', 'unreadable', 'nowhere'].map((where) => ({
    kind: `redirect/${where}`,
    expected: [502],
  })),
];

/** Where only signed URLs are answered: signatures that are none. */
const wrong = ['', 'sig=', 'sig=AAAA', `sig=${'A'.repeat(43)}`, `sig=${'A'.repeat(42)}=`, `sig=${'A'.repeat(43)}&sig=${'A'.repeat(43)}`, `sig=${'A'.repeat(43)}&exp=1`];
const forged = wrong.map((signature) => ({ kind: `signature ${signature}`, expected: [400, 403], path: `${asked}&${signature}` }));

function fromCorpus(origin) {
  const found = corpus();
  return (found?.hostile ?? []).filter((_, at) => at % 20 === 0).map((path) => {
    const kind = `corpus/${path}`;
    origin.serve(`${host}/${kind}`, answer.bytes(readFileSync(join(found.folder, path)), 'image/*'));
    return { kind, expected: [200, 413, 415, 422] };
  });
}
