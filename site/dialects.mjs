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
  if (!/^\d+$/.test(asked.q)) return []; // numbers of formats, which are ours alone
  const places = [
    { id: 'cloudflare', title: 'Cloudflare Images', mount: '/img/=cloudflare', text: cloudflare(state.source, asked) },
    { id: 'wsrv', title: 'wsrv.nl', mount: '/wsrv=wsrv', text: wsrv(state.source, asked) },
    { id: 'imgproxy', title: 'imgproxy', mount: '/ip/=imgproxy', text: imgproxy(state.source, asked) },
    { id: 'ipx', title: 'ipx, Nuxt Image', mount: '/_ipx/=ipx', text: ipx(state.source, asked) },
    { id: 'thumbor', title: 'thumbor', mount: '/t/=thumbor', text: thumbor(state.source, asked) },
    { id: 'imgix', title: 'imgix', mount: '/media/=imgix', text: imgix(state.source, asked) },
    { id: 'cloudinary', title: 'Cloudinary', mount: '/demo/image/fetch/=cloudinary', text: cloudinary(state.source, asked) },
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

/** The box, the fit with what `we` and a side of `auto` make of it, and the format, where all of these are among the plain ones; or null. */
function plain(asked) {
  const sides = box(asked);
  if (!sides || !['jpg', 'png'].includes(asked.f) || !isWithin(asked, [])) return null;
  const [w, h] = sides;
  const isWhole = w && h;
  if (!isWhole && asked.fit !== 'contain' && asked.fit !== 'inside' && asked.fit !== 'scale-down') return null;
  const fit = isOn(asked.we) ? { inside: 'scale-down', 'scale-down': 'scale-down' }[asked.fit] : asked.fit === 'contain' && !isWhole ? 'inside' : asked.fit;
  return fit ? { w, h, fit, isJpeg: asked.f === 'jpg' } : null;
}

const inPath = (source) => encodeURIComponent(source.startsWith('/') ? source.slice(1) : source);

function ipx(source, asked) {
  const { w, h, fit, isJpeg } = plain(asked) ?? {};
  // Without `enlarge` its box has other rules, and with one side there is none.
  if (!['contain', 'cover', 'fill', 'inside', 'outside'].includes(fit) || /x/.test(asked.a) || /^(attention|entropy)$/.test(asked.a) || asked.dpr !== '1') return null;
  const size = w && h ? [`s_${w}x${h}`, `fit_${fit}`] : [w && `w_${w}`, h && `h_${h}`];
  const words = [...size, (w || h) && 'enlarge', fit === 'contain' && 'background_ffffff', asked.a !== 'center' && `position_${asked.a.replace('-', '_')}`, 'autoorient', `format_${isJpeg ? 'jpeg' : 'png'}`, isJpeg && `quality_${asked.q}`];
  return `/_ipx/${words.filter(Boolean).join(',')}/${inPath(source)}`;
}

function thumbor(source, asked) {
  const { w, h, fit, isJpeg } = plain(asked) ?? {};
  const place = { center: '', left: 'left/', right: 'right/', top: 'top/', bottom: 'bottom/' }[asked.a];
  if (!['contain', 'cover', 'inside', 'scale-down'].includes(fit) || place === undefined || (fit !== 'cover' && place) || asked.dpr !== '1') return null;
  const grows = fit === 'contain' || fit === 'inside';
  const filters = [grows && 'upscale()', fit === 'contain' && 'fill(white)', `format(${isJpeg ? 'jpeg' : 'png'})`, isJpeg && `quality(${asked.q})`].filter(Boolean);
  return `/t/unsafe/${fit === 'cover' ? '' : 'fit-in/'}${w ?? 0}x${h ?? 0}/${place}filters:${filters.join(':')}/${inPath(source)}`;
}

function imgix(source, asked) {
  const { w, h, fit, isJpeg } = plain(asked) ?? {};
  const fits = { contain: 'fill', cover: 'crop', inside: 'clip', fill: 'scale', 'scale-down': 'max' };
  const crop = { center: undefined, left: 'left', right: 'right', top: 'top', bottom: 'bottom' };
  if (!fits[fit] || !(asked.a in crop) || (fit !== 'cover' && asked.a !== 'center')) return null;
  const query = new URLSearchParams();
  const words = { w, h, fit: fits[fit], crop: crop[asked.a], bg: fit === 'contain' ? 'ffffff' : undefined, dpr: asked.dpr === '1' ? undefined : asked.dpr, fm: isJpeg ? 'jpg' : 'png', q: isJpeg ? asked.q : undefined };
  for (const [name, value] of Object.entries(words)) if (value !== undefined) query.set(name, value);
  return `/media/${inPath(source)}?${query}`;
}

function cloudinary(source, asked) {
  const { w, h, fit, isJpeg } = plain(asked) ?? {};
  const fits = { contain: 'pad', cover: 'fill', inside: 'fit', fill: 'scale', 'scale-down': 'limit' };
  const place = { center: 'center', left: 'west', right: 'east', top: 'north', bottom: 'south' }[asked.a];
  if (!fits[fit] || !place || source.startsWith('/')) return null;
  const words = [(w || h) && `c_${fits[fit]}`, w && `w_${w}`, h && `h_${h}`, fit === 'contain' && 'b_white', place !== 'center' && `g_${place}`, asked.dpr !== '1' && `dpr_${asked.dpr}`, `f_${isJpeg ? 'jpg' : 'png'}`, isJpeg && `q_${asked.q}`];
  return `/demo/image/fetch/${words.filter(Boolean).join(',')}/${inPath(source)}`;
}
