// The address of a state in the words of other services, for who moves from one or to one. Only what is exactly the same is written: a parameter
// without an equal there makes it null.

/** Parameters of ours with the default that they have where they are not given. */
const usual = { w: '1200', h: '627', fit: 'contain', a: 'center', q: '80', f: 'keep', dpr: '1', we: '0' };

/** Parameters that wsrv has with our name and our values. */
const ofWsrv = ['blur', 'bri', 'con', 'sat', 'hue', 'gam', 'filt', 'flip', 'flop', 'ro', 'trim'];

/** The same picture by another service's address: { id, title, text, note }, for each that can say it. */
export function dialects({ base, state }) {
  if (state.asked.f === 'png' && 'q' in state.asked) return []; // a palette, which is ours alone
  const asked = { ...usual, ...state.asked };
  const places = [
    { id: 'cloudflare', title: 'Cloudflare Images', mount: '/img/=cloudflare', text: cloudflare(state.source, asked) },
    { id: 'wsrv', title: 'wsrv.nl', mount: '/wsrv=wsrv', text: wsrv(state.source, asked) },
    { id: 'imgproxy', title: 'imgproxy', mount: '/ip/=imgproxy', text: imgproxy(state.source, asked) },
  ];
  return places
    .filter(({ text }) => text !== null)
    .map(({ mount, text, ...rest }) => ({ ...rest, text: base + text, note: `The same picture where the deployment has DIALECTS = "${mount}".` }));
}

/** Whether nothing is asked for but these. */
const isWithin = (asked, names) => Object.keys(asked).every((name) => name in usual || names.includes(name));

const isOn = (text) => ['', '1', 'true'].includes(text);

const pixels = (text) => /^[1-9]\d*$/.test(text);

/** Both sides, each in pixels or undefined for auto; null for shares. */
function box({ w, h }) {
  const sides = [w, h].map((side) => (side === 'auto' ? undefined : pixels(side) ? side : null));
  return sides.includes(null) ? null : sides;
}

function cloudflare(source, asked) {
  const sides = box(asked);
  if (!sides || !isWithin(asked, [])) return null;
  const [width, height] = sides;
  const both = width && height;
  const fits = { contain: both ? 'pad' : 'contain', inside: 'contain', cover: 'cover', fill: 'squeeze', 'scale-down': 'scale-down', 'scale-up': 'scale-up', 'aspect-crop': 'aspect-crop' };
  const fit = isOn(asked.we) ? { inside: 'scale-down', 'scale-down': 'scale-down' }[asked.fit] : fits[asked.fit];
  const gravity = /^(center|top|bottom|left|right|[\d.]+x[\d.]+)$/.test(asked.a) ? asked.a : null;
  // Its jpeg is progressive, and its qualities of WebP and AVIF are those of their encoders.
  const format = { keep: undefined, jpg: 'baseline-jpeg', png: 'png' };
  if (!fit || gravity === null || !(asked.f in format)) return null;
  // A box without sides is the source's own; there a fit means nothing.
  if (!width && !height && fit !== 'contain' && fit !== 'scale-down') return null;
  const options = { width, height, fit, gravity: gravity === 'center' ? undefined : gravity, quality: asked.q, format: format[asked.f], dpr: asked.dpr === '1' ? undefined : asked.dpr };
  const written = Object.entries(options).filter(([, value]) => value !== undefined);
  return `/img/${written.map(([name, value]) => `${name}=${value}`).join(',')}/${source.startsWith('/') ? source.slice(1) : source}`;
}

function wsrv(source, asked) {
  const sides = box(asked);
  const fits = ['contain', 'inside', 'cover', 'fill', 'outside', 'scale-down'];
  // Its qualities are those of each format's encoder, and it has hosts, no paths.
  const isSame = ['jpg', 'png'].includes(asked.f);
  if (!sides || !isSame || !fits.includes(asked.fit) || source.startsWith('/') || /x/.test(asked.a) || !isWithin(asked, ofWsrv)) return null;
  const [w, h] = sides;
  const fit = asked.fit === 'scale-down' || (asked.fit === 'contain' && !(w && h)) ? 'inside' : asked.fit;
  const query = new URLSearchParams({ url: source.replace(/^https:\/\//, '') });
  for (const [name, value] of Object.entries({ w, h, fit, a: asked.a === 'center' ? undefined : asked.a, dpr: asked.dpr === '1' ? undefined : asked.dpr })) if (value) query.set(name, value);
  if (fit === 'contain') query.set('cbg', 'white');
  if (asked.fit === 'scale-down' || isOn(asked.we)) query.set('we', '1');
  query.set('output', asked.f);
  if (asked.f === 'jpg') query.set('q', asked.q);
  for (const name of ofWsrv) if (name in asked) query.set(name, asked[name]);
  return `/wsrv?${query}`;
}

function imgproxy(source, asked) {
  const sides = box(asked);
  const isSame = ['jpg', 'png'].includes(asked.f);
  const types = { contain: 'fit', inside: 'fit', 'scale-down': 'fit', cover: 'fill', fill: 'force' };
  if (!sides || !isSame || !types[asked.fit] || asked.a !== 'center' || asked.dpr !== '1' || !isWithin(asked, [])) return null;
  const [w, h] = sides;
  if (asked.fit === 'cover' && !(w && h)) return null;
  const enlarges = asked.fit !== 'scale-down' && !isOn(asked.we);
  const isPadded = asked.fit === 'contain' && w && h;
  const options = [`rs:${types[asked.fit]}:${w ?? 0}:${h ?? 0}`, enlarges && 'el:1', isPadded && 'ex:1', isPadded && 'bg:ffffff', asked.f === 'jpg' && `q:${asked.q}`].filter(Boolean);
  return `/ip/unsafe/${options.join('/')}/plain/${encodeURIComponent(source.startsWith('/') ? source.slice(1) : source)}@${asked.f}`;
}
