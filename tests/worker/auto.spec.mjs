// `f=auto`: each client gets the first format that its Accept names, out of an entry of its own, and crawlers get what they show.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { answer, assertError, assertSecured, closeAll, fixture, pixels, psnr, startOrigin, startWorker, until } from './harness.mjs';
import { film } from './support/animations.mjs';

// What they send for an <img>, and for a page whose address is the image's.
const accepts = {
  chrome: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  'chrome, for a page': 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  firefox: 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  safari: 'image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  'safari 14': 'image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5',
  'safari 13': 'image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5',
  curl: '*/*',
};
const crawlers = [
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  'Twitterbot/1.0',
  'LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)',
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'WhatsApp/2.23.20.0',
  'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)',
  'TelegramBot (like TwitterBot)',
];

let origin, worker, served = 0;
const place = (bytes, type) => origin.serve(`images.example.com/auto-${(served += 1)}`, answer.bytes(bytes, type));

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

const get = (target, accept, agent = 'Mozilla/5.0') => worker.get(target, { headers: { 'user-agent': agent, ...(accept !== undefined && { accept }) } });

/** The format that the bytes are in, which Content-Type must say too, of a reply that other clients may get otherwise. */
async function format(reply) {
  assert.equal(reply.status, 200, reply.status === 200 ? '' : reply.text());
  assertSecured(reply);
  assert.equal(reply.headers.get('vary'), 'Accept');
  const { format, compression } = await sharp(reply.bytes).metadata();
  const name = compression === 'av1' ? 'avif' : format;
  assert.equal(reply.headers.get('content-type'), `image/${name}`);
  return name;
}

describe('of a photo', () => {
  let s, photo;
  before(async () => {
    photo = await fixture.photo('jpeg', 300, 200);
    s = place(photo, 'image/jpeg');
  });
  for (const [client, accept] of Object.entries(accepts)) {
    const expected = /avif/.test(accept) ? 'avif' : /webp/.test(accept) ? 'webp' : 'jpeg';
    test(`${client} gets ${expected}, and the picture`, async () => {
      const reply = await get({ s, w: 240, h: 160, f: 'auto' }, accept);
      assert.equal(await format(reply), expected);
      const theirs = { bytes: await sharp(photo).resize(240, 160).png().toBuffer() };
      const distance = psnr(await pixels(reply.bytes), await pixels(theirs.bytes));
      assert.ok(distance > 30, `${distance.toFixed(1)} dB`);
    });
  }
  for (const agent of crawlers) {
    test(`${agent.split(/[/ (]/)[0]} gets jpeg, whatever it accepts`, async () => {
      assert.equal(await format(await get({ s, w: 240, h: 160, f: 'auto' }, accepts.chrome, agent)), 'jpeg');
    });
  }
});

test('what moves or is rare is shown by everyone: alpha stays, GIF is for who is no crawler', async () => {
  const porthole = await fixture.porthole();
  const sources = {
    png: porthole,
    webp: await sharp(porthole).webp().toBuffer(),
    'opaque webp': await fixture.photo('webp'),
    avif: await sharp(porthole).avif({ effort: 0 }).toBuffer(),
    gif: await sharp(await fixture.photo('png')).gif().toBuffer(),
  };
  const expected = { png: ['png', 'png'], webp: ['png', 'png'], 'opaque webp': ['jpeg', 'jpeg'], avif: ['png', 'png'], gif: ['gif', 'jpeg'] };
  for (const [kind, file] of Object.entries(sources)) {
    const s = place(file, `image/${kind.split(' ').pop()}`);
    const replies = [await get({ s, w: 60, h: 40, f: 'auto' }, '*/*'), await get({ s, w: 60, h: 40, f: 'auto' }, undefined, crawlers[0])];
    assert.deepEqual(await Promise.all(replies.map(format)), expected[kind], kind);
    for (const reply of replies) {
      const { hasAlpha } = await sharp(reply.bytes).metadata();
      assert.equal(hasAlpha, reply.headers.get('content-type') === 'image/png', kind);
    }
    const named = await get({ s, w: 60, h: 40, f: 'auto' }, accepts.chrome);
    assert.equal(await format(named), 'avif', kind);
    assert.equal((await sharp(named.bytes).metadata()).hasAlpha, ['png', 'webp', 'avif'].includes(kind), kind);
  }
});

for (const source of ['gif', 'webp']) {
  test(`an animation in ${source} goes on moving as webp or gif, and stands still for crawlers`, async () => {
    for (const hole of [false, true]) {
      const s = place(await film({ format: source, hole, count: 4, loop: 2 }), `image/${source}`);
      const asked = { s, w: 80, h: 60, f: 'auto' };
      for (const [client, accept] of Object.entries(accepts)) {
        const reply = await get(asked, accept);
        assert.equal(await format(reply), /webp/.test(accept) ? 'webp' : 'gif', client);
        const animation = sharp(reply.bytes, { animated: true });
        const { pages, delay, loop } = await animation.metadata();
        const { isOpaque } = await animation.stats();
        assert.deepEqual([pages, delay, loop, isOpaque], [4, [70, 80, 90, 100], 2, !hole], client);
        const still = await get({ ...asked, n: 1 }, accept);
        const plain = source === 'gif' ? 'gif' : hole ? 'png' : 'jpeg';
        assert.equal(await format(still), /avif/.test(accept) ? 'avif' : /webp/.test(accept) ? 'webp' : plain, client);
        assert.equal((await sharp(still.bytes, { animated: true }).metadata()).pages ?? 1, 1);
      }
      for (const agent of crawlers) {
        const reply = await get(asked, accepts.chrome, agent);
        assert.equal(await format(reply), hole ? 'png' : 'jpeg', agent);
        assert.equal((await sharp(reply.bytes, { animated: true }).metadata()).pages ?? 1, 1);
      }
    }
  });
}

test('each kind of client has an entry of its own, and Vary is stored with it', async () => {
  const s = place(await fixture.photo('jpeg', 300, 200), 'image/jpeg');
  const target = { s, w: 60, h: 40, f: 'auto' };
  const tags = new Set();
  for (const [client, expected, like] of [
    [accepts.chrome, 'avif', accepts.firefox],
    [accepts['safari 14'], 'webp', 'image/webp, text/html'],
    [accepts.curl, 'jpeg', undefined],
  ]) {
    const first = await get(target, client);
    assert.equal(first.headers.get('x-cache'), 'MISS', expected);
    const hit = await until(`the ${expected} is stored`, async () => {
      const reply = await get(target, like);
      return reply.headers.get('x-cache') === 'HIT' && reply;
    });
    assert.equal(await format(hit), expected);
    assert.deepEqual(hit.bytes, first.bytes);
    tags.add(hit.headers.get('etag'));
    const known = await worker.get(target, { headers: { accept: client, 'if-none-match': hit.headers.get('etag') } });
    assert.deepEqual([known.status, known.headers.get('vary')], [304, 'Accept']);
  }
  assert.equal(tags.size, 3);
});

test('no other answer varies, and no other answer asks who asks', async () => {
  const s = place(await fixture.photo('jpeg', 300, 200), 'image/jpeg');
  for (const f of ['keep', 'jpg', 'webp']) {
    const [one, two] = [await get({ s, w: 60, h: 40, f }, accepts.chrome), await get({ s, w: 60, h: 40, f, v: 2 }, '*/*', crawlers[0])];
    assert.deepEqual([one.headers.get('vary'), two.headers.get('vary')], [null, null]);
    assert.deepEqual(one.bytes, two.bytes);
  }
});

test('an AVIF over the budget is a WebP, and one that is asked for by name is refused', async () => {
  const s = place(await fixture.photo('jpeg', 300, 200), 'image/jpeg');
  const large = { s, w: 2000, h: 1400 };
  assert.equal(await format(await get({ ...large, f: 'auto' }, accepts.chrome)), 'webp');
  assert.equal(await format(await get({ ...large, f: 'auto' }, 'image/avif')), 'jpeg');
  assertError(await get({ ...large, f: 'avif' }, accepts.chrome), 422, 'image-too-large');
  assert.equal(await format(await get({ s, w: 4000, h: 2700, f: 'auto' }, accepts.chrome)), 'jpeg');
});

test('several lines of Accept are one list, and junk in it is nobody\'s harm', async () => {
  const s = place(await fixture.photo('jpeg', 300, 200), 'image/jpeg');
  const target = { s, w: 60, h: 40, f: 'auto' };
  const lines = new Headers([['accept', 'image/webp;q=0.9'], ['accept', 'image/jpeg;q=0.5']]);
  assert.equal(await format(await worker.get(target, { headers: lines })), 'webp');
  for (const junk of [';;;', 'image/webp;q=2', '\u00e9,image/*', 'image/webp,'.repeat(1000), '"']) {
    assert.equal(await format(await get(target, junk)), 'jpeg', junk.slice(0, 20));
  }
});

test('an error of a negotiated answer says that it was one', async () => {
  const s = origin.serve('images.example.com/auto-gone', answer.status(404, ''));
  const reply = await get({ s, f: 'auto' }, accepts.chrome);
  assertError(reply, 404, 'source-not-found');
  assert.equal(reply.headers.get('vary'), 'Accept');
});

test('the log names what was negotiated and the format that came of it, of hits too', async () => {
  const s = place(await fixture.photo('jpeg', 300, 200), 'image/jpeg');
  worker.logs.length = 0;
  await get({ s, w: 60, h: 40, f: 'auto' }, accepts['safari 14']);
  await until('the answer is stored', async () => (await get({ s, w: 60, h: 40, f: 'auto' }, accepts['safari 14'])).headers.get('x-cache') === 'HIT');
  for (const { message } of worker.logs) {
    const { auto, format } = JSON.parse(message);
    assert.deepEqual([auto, format], ['webp', 'webp'], message);
  }
});
