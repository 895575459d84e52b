// Every way in which a source goes wrong, by path: ONE table, for the specs, for the soak, and for people (`npm run fault-origin`).
// No packages: what is sent is the sample photo, or another JPEG that is given.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import * as answer from './answers.mjs';
import * as damage from './damage.mjs';

const sample = new URL('../../../demo/samples/waterfall.jpg', import.meta.url);

const most = { ms: 60_000, n: 20, bytes: 2 ** 20, secs: 2 ** 31, status: 599 };
const flakyNames = 100;
const MiB = 2 ** 20;

/**
 * The faults of an origin whose sound image is `photo`, a baseline JPEG: `rows` to be listed and `find(path)` for the handler of a path.
 *
 * A row is { path, example, what, expected, kept }. `<name>` in a path stands for one segment. `expected` is what letterbox answers with
 * its default settings: a status, a status with a code, or several statuses. `kept` says whether the cache has it then, where that is sure.
 */
export function faultsOf(photo = readFileSync(sample)) {
  const groups = tables(photo);
  const rows = Object.entries(groups).flatMap(([group, table]) => table.map((row) => ({ group, ...row, example: row.example ?? row.path })));
  return {
    rows,
    find(path) {
      for (const row of rows) {
        const values = match(row.path, path);
        if (values) return row.handler(values);
      }
      return null;
    },
  };
}

/** The values of the segments `<name>`, numbers within bounds; null when the path is another one. */
function match(pattern, path) {
  const [wanted, given] = [pattern, path].map((text) => text.split('/'));
  if (wanted.length !== given.length) return null;
  const values = {};
  for (const [at, segment] of wanted.entries()) {
    const name = /^<(\w+)>$/.exec(segment)?.[1];
    if (!name) {
      if (segment !== given[at]) return null;
    } else if (name in most) {
      if (!/^\d{1,10}$/.test(given[at])) return null;
      values[name] = Math.min(Number(given[at]), most[name]);
    } else {
      if (!/^[\w.*-]{1,64}$/.test(given[at])) return null;
      values[name] = given[at];
    }
  }
  return values;
}

function tables(photo) {
  const jpeg = (headers) => answer.bytes(photo, 'image/jpeg', headers);
  const fixed = (path, what, expected, handler) => ({ path, what, expected, kept: expected === 200, handler: () => handler });
  const file = (name, what, expected, make, type = 'image/jpeg') => ({
    ...fixed(`/file/${name}`, what, expected),
    handler: () => answer.bytes(make(), type),
  });
  const to = (name, what, location) => fixed(`/redirect/${name}`, what, [502, 'redirect-refused'], answer.redirect(location));
  const raw = (name, what, location) => fixed(`/redirect/${name}`, what, [502, 'redirect-refused'], answer.rawRedirect(location));
  const kept = (path, what, handler, more) => ({ path, what, expected: 200, kept: true, handler, ...more });
  const own = { kept: false };

  return {
    'nothing wrong': [
      fixed('/photo', 'a sound JPEG, with its length', 200, jpeg()),
      fixed('/chunked', 'the same without a Content-Length', 200, answer.chunked(photo, 'image/jpeg')),
      fixed('/type/none', 'without a Content-Type', 200, answer.bytes(photo)),
      kept('/type/<name>', 'called text/<name>: the file decides what it is', ({ name }) => answer.bytes(photo, `text/${name}`), { example: '/type/html' }),
    ],
    time: [
      {
        path: '/slow-head/<ms>',
        example: '/slow-head/20000',
        what: 'a sound JPEG, its header <ms> late',
        expected: [504, 'origin-timeout'],
        handler: ({ ms }) => answer.slowHead(ms, jpeg()),
        ...own,
      },
      {
        path: '/drip/<ms>',
        example: '/drip/40',
        what: 'a sound JPEG, one byte every <ms>',
        expected: [504, 'origin-timeout'],
        handler: ({ ms }) => answer.drip(photo, 'image/jpeg', ms),
        ...own,
      },
      {
        path: '/slow-redirect/<ms>',
        example: '/slow-redirect/2900',
        what: 'redirects to itself, each time <ms> late: every hop is in time, all of them are not',
        expected: [504, 502],
        handler: ({ ms }) => answer.slowHead(ms, answer.redirect(`/slow-redirect/${ms}`)),
        ...own,
      },
    ],
    connection: [
      fixed('/reset', 'the connection is reset before the header', [502, 'origin-unreachable'], answer.reset()),
      fixed('/cut', 'the connection is reset in the middle of a body whose length was told', [502, 'origin-truncated'], answer.cut(photo, 'image/jpeg')),
      fixed('/cut-chunked', 'the same with a body whose length was not told', [502, 'origin-truncated'], answer.cut(photo, 'image/jpeg', { length: false })),
      fixed('/short', 'half of the image, ended as if it were whole', [422, 'corrupt-image'], answer.chunked(damage.truncated(photo), 'image/jpeg')),
    ],
    'lengths and sizes': [
      fixed('/length/long', 'Content-Length is 1000 more than what comes', [502, 'origin-truncated'], answer.promise(photo, photo.length + 1000)),
      fixed('/length/short', 'Content-Length is half of what comes', [422, 'corrupt-image'], answer.promise(photo, photo.length >> 1)),
      fixed('/length/huge', 'Content-Length is 5 GB; nothing else comes', [413, 'source-too-large'], answer.promise(photo, 5e9)),
      fixed('/endless', 'a JPEG that goes on and on behind its end, up to 1 GiB', [413, 422, 504], answer.endless(photo, 'image/jpeg', 1024 * MiB)),
      {
        ...fixed('/gzip-bomb', '64 MiB in a gzip body of 63 KB and the photo', [413, 'source-too-large']),
        handler: () => answer.bytes(bombOf(photo), 'image/jpeg', { 'content-encoding': 'gzip' }),
      },
      {
        path: '/header/<bytes>',
        example: '/header/300000',
        what: 'a sound JPEG with a header field of <bytes> bytes',
        expected: [200, 502],
        handler: ({ bytes }) => jpeg({ 'x-filler': 'x'.repeat(bytes) }),
      },
    ],
    files: [
      file('html', 'a page', [415, 'unsupported-format'], () => Buffer.from('<!doctype html><title>Not here</title>')),
      file('svg', 'a drawing with a script in it', [415, 'unsupported-format'], () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 'image/svg+xml'),
      file('garbage', '20 KB of anything', [415, 'unsupported-format'], () => Buffer.from(Array.from({ length: 20_000 }, (_, at) => 1 + ((at * 7919) % 100)))),
      file('empty', 'no bytes at all', [415, 'unsupported-format'], () => Buffer.alloc(0)),
      file('half', 'half of the JPEG', [422, 'corrupt-image'], () => damage.truncated(photo)),
      file('without-scan', 'a JPEG that ends where its pixels should begin', [422, 'corrupt-image'], () => damage.jpegWithoutScan(photo)),
      file('bomb.png', 'a PNG that says it has 60000 x 60000 pixels', [422, 'image-too-large'], () => damage.hugePng(60_000)),
      file('bomb.jpg', 'a JPEG that says it has 65000 x 65000 pixels', [422, 'image-too-large'], () => damage.hugeJpeg(photo, 65_000)),
      file('bomb.gif', 'a GIF that says it has 65535 x 65535 pixels', [422, 'image-too-large'], () => damage.hugeGif(65_535)),
      file('bomb.bmp', 'a BMP that says it has 60000 x 60000 pixels', [422, 'image-too-large'], () => damage.hugeBmp(60_000)),
    ],
    redirects: [
      {
        path: '/redirect/code/<status>',
        example: '/redirect/code/308',
        what: 'to /photo, with this status',
        expected: 200,
        kept: true,
        handler: ({ status }) => answer.redirect('/photo', status),
      },
      {
        path: '/redirect/chain/<n>',
        example: '/redirect/chain/4',
        what: '<n> redirects and then /photo; three are followed',
        expected: [502, 'too-many-redirects'],
        handler: ({ n }) => answer.redirect(n > 1 ? `/redirect/chain/${n - 1}` : '/photo'),
        ...own,
      },
      fixed('/caf%C3%A9', 'a sound JPEG whose path is not ASCII', 200, jpeg()),
      fixed('/redirect/utf-8', 'to /café in raw UTF-8', 200, answer.rawRedirect(Buffer.from('/café'))),
      raw('utf-8-host', 'to a host that is not allowed, in raw UTF-8', Buffer.from('https://bücher.example/é')),
      // Workers never see the bytes of what is no UTF-8.
      raw('latin-1', 'to /café in raw Latin-1', Buffer.from('/café', 'latin1')),
      fixed('/redirect/loop', 'to itself', [502, 'too-many-redirects'], answer.redirect('/redirect/loop')),
      to('host', 'to a host that is not allowed', 'https://evil.example.net/photo'),
      to('host-without-scheme', 'the same, as //host/path', '//evil.example.net/photo'),
      to('prefix', 'to a path outside of the allowed prefix of a host', 'https://shared.example.com/private/photo'),
      to('loopback', 'to 127.0.0.1', 'https://127.0.0.1/photo'),
      to('private', 'to 10.1.2.3', 'https://10.1.2.3/photo'),
      to('metadata', 'to the address of a cloud\'s metadata', 'http://169.254.169.254/latest/meta-data'),
      to('v6', 'to [::1]', 'https://[::1]/photo'),
      to('number', 'to 127.0.0.1 written as one number', 'https://2130706433/photo'),
      to('localhost', 'to localhost', 'https://localhost/photo'),
      to('http', 'from https to http of another host', 'http://shared.example.com/public/photo'),
      to('port', 'to another port', 'https://images.example.com:8443/photo'),
      to('user', 'to an address with user name and password', 'https://user:secret@images.example.com/photo'),
      to('file', 'to file:', 'file:///etc/passwd'),
      to('data', 'to data:', 'data:image/gif;base64,R0lGODlhAQABAAAAACw='),
      to('unreadable', 'to what is no address', 'https://'),
      to('nowhere', 'without a Location', undefined),
    ],
    statuses: [
      {
        path: '/status/<status>',
        example: '/status/500',
        what: 'this status, with an image and a cookie that must not be taken for an answer',
        expected: [502, 'origin-error'],
        handler: ({ status }) => answer.status(Math.max(status, 200), photo, { 'content-type': 'image/jpeg', 'set-cookie': 'a=b' }),
        ...own,
      },
      fixed('/busy', '429 with a Retry-After of 7 seconds', [503, 'origin-busy'], answer.status(429, '', { 'retry-after': '7' })),
    ],
    'who may keep it': [
      ...['private', 'no-store', 'no-cache'].map((word) => ({
        ...fixed(`/cache/${word}`, `a sound JPEG with Cache-Control: ${word}`, 200, jpeg({ 'cache-control': word })),
        kept: word === 'no-cache' ? undefined : false,
      })),
      { ...fixed('/cache/set-cookie', 'a sound JPEG with a cookie', 200, jpeg({ 'set-cookie': 'session=1' })), kept: false },
      { ...fixed('/cache/redirect-with-cookie', 'a redirect with a cookie, to /photo', 200, answer.redirect('/photo', 302, { 'set-cookie': 'session=1' })), kept: false },
      kept('/max-age/<secs>', 'a sound JPEG with Cache-Control: max-age=<secs>', ({ secs }) => jpeg({ 'cache-control': `public, max-age=${secs}` }), { example: '/max-age/60' }),
      kept('/age/<secs>', 'max-age=3600, and <secs> old already (Age)', ({ secs }) => jpeg({ 'cache-control': 'max-age=3600', age: `${secs}` }), { example: '/age/600' }),
      kept('/expires/<secs>', 'Expires in <secs>', ({ secs }) => jpeg({ expires: date(secs) }), { example: '/expires/60' }),
      fixed('/expired', 'Expires: 0', 200, jpeg({ expires: '0' })),
      ...['Cookie', 'Authorization', '*'].map((field) => ({ ...vary(field), kept: false })),
      kept('/vary/<name>', 'a sound JPEG with Vary: <name>', ({ name }) => vary(name).handler(), { example: '/vary/Accept' }),
    ],
    validators: [
      kept('/last-modified/<secs>', 'Last-Modified <secs> ago; 304 to If-Modified-Since', ({ secs }) => validated(photo, 'last-modified', date(-secs)), { example: '/last-modified/3600' }),
      kept('/etag/<name>', 'ETag: "<name>"; 304 to If-None-Match', ({ name }) => validated(photo, 'etag', `"${name}"`), { example: '/etag/one' }),
    ],
    'now and then': flaky(jpeg()),
  };

  function vary(field) {
    return fixed(`/vary/${field}`, `a sound JPEG with Vary: ${field}`, 200, jpeg({ vary: field }));
  }
}

/** A source that can be switched, and that counts how often it was asked for the image. */
function flaky(sound) {
  const sources = new Map();
  const of = (name) => {
    const source = sources.get(name) ?? { asked: 0, status: 200 };
    sources.set(name, source);
    if (sources.size > flakyNames) sources.delete(sources.keys().next().value); // the oldest
    return source;
  };
  const told = (name) => {
    const { asked, status } = of(name);
    return answer.status(200, JSON.stringify({ asked, status }), { 'content-type': 'application/json', 'cache-control': 'no-store' });
  };
  const set = (name, change) => {
    Object.assign(of(name), change);
    return told(name);
  };
  const row = (path, what, expected, handler) => ({ path, example: path.replace('<name>', 'one').replace('<status>', '503'), what, expected, handler });
  return [
    {
      ...row('/flaky/<name>', 'a sound JPEG, or what it was switched to; every <name> is a source of its own', 200),
      handler: ({ name }) => {
        const source = of(name);
        source.asked += 1;
        if (source.status === 200) return sound;
        return source.status === 0 ? answer.reset() : answer.status(source.status);
      },
    },
    row('/flaky/<name>/fail/<status>', 'switches it to this status, or with 0 to a reset', null, ({ name, status }) => set(name, { status })),
    row('/flaky/<name>/heal', 'switches it to the JPEG', null, ({ name }) => set(name, { status: 200 })),
    row('/flaky/<name>/count', 'how often it was asked, and what for', null, ({ name }) => told(name)),
    row('/flaky/<name>/forget', 'as it was in the beginning', null, ({ name }) => set(name, { asked: 0, status: 200 })),
  ];
}

function validated(photo, field, value) {
  const condition = { etag: 'if-none-match', 'last-modified': 'if-modified-since' }[field];
  return (request, response) => {
    if (request.headers[condition] === value) return answer.status(304, '', { [field]: value })(request, response);
    return answer.bytes(photo, 'image/jpeg', { [field]: value })(request, response);
  };
}

const date = (secs) => new Date(Date.now() + secs * 1000).toUTCString();

const bombs = new WeakMap();
function bombOf(photo) {
  if (!bombs.has(photo)) bombs.set(photo, gzipSync(Buffer.concat([photo, Buffer.alloc(64 * MiB)])));
  return bombs.get(photo);
}
