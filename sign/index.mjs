// Signs URLs of letterbox: copy this file, and `import { sign, srcset } from './index.mjs'`. For Node, Workers, Deno, Bun and, where the
// key may be known, browsers: nothing but WebCrypto. What is signed is said in src/url/signature.rs; tests/vectors/signature.json is what both are held to.

/** Something the caller can put right, in a sentence. It never holds the key. */
export class Unsignable extends Error {}

/** Every parameter that may be signed, and its other names. */
const aliases = {
  // <parameters>, by `npm run docs`
  a: ['g', 'gravity', 'position'],
  adaptive: [],
  alpha: [],
  ar: [],
  ax: [],
  ay: [],
  bg: ['background', 'cbg'],
  blur: [],
  border: [],
  bri: ['brightness'],
  bytes: [],
  ca: [],
  cbottom: [],
  ch: [],
  con: ['contrast'],
  cright: [],
  cs: [],
  cw: [],
  cx: [],
  cy: [],
  default: ['onerror'],
  delay: [],
  dl: ['filename'],
  dpr: [],
  enc: ['encoding'],
  exp: [],
  ext: ['extend'],
  f: ['output', 'format', 'fm'],
  filt: ['filter'],
  fit: [],
  flip: [],
  flop: [],
  gam: ['gamma'],
  h: ['height'],
  hue: [],
  il: ['interlace'],
  ll: ['lossless'],
  loop: [],
  mask: [],
  maxage: [],
  mbg: ['mask-bg'],
  median: [],
  meta: ['metadata'],
  mh: ['min-h'],
  mod: ['modulate'],
  mtrim: ['mask-trim'],
  mw: ['min-w'],
  n: [],
  normalise: ['normalize'],
  oh: [],
  or: [],
  ow: [],
  ox: [],
  oy: [],
  p: ['preset'],
  pad: ['padding'],
  page: [],
  pixelate: ['pix'],
  q: ['quality'],
  radius: [],
  ro: ['rotate'],
  s: ['url', 'src'],
  sat: ['saturation'],
  sharp: ['sharpen'],
  start: [],
  stop: [],
  subsampling: [],
  threshold: [],
  tint: [],
  trim: [],
  txt: [],
  txtalign: ['txt-align'],
  txtcolor: ['txt-color', 'txtcolour'],
  txtfit: ['txt-fit'],
  txtfont: ['txt-font'],
  txth: ['txt-height'],
  txtlead: ['txt-lead'],
  txtlines: ['txt-lines'],
  txtpos: ['txt-pos'],
  txtshadow: ['txt-shad'],
  txtsize: ['txt-size'],
  txtw: ['txt-width'],
  txtx: ['txt-x'],
  txty: ['txt-y'],
  v: ['cb'],
  w: ['width'],
  we: [],
  widths: [],
  wm: [],
  wmb: ['wm2'],
  wmc: ['wm3'],
  wmopacity: [],
  wmopacityb: ['wmopacity2'],
  wmopacityc: ['wmopacity3'],
  wmpos: [],
  wmposb: ['wmpos2'],
  wmposc: ['wmpos3'],
  wmscale: [],
  wmscaleb: ['wmscale2'],
  wmscalec: ['wmscale3'],
  wmtile: [],
  wmtileb: ['wmtile2'],
  wmtilec: ['wmtile3'],
  wmx: [],
  wmxb: ['wmx2'],
  wmxc: ['wmx3'],
  wmy: [],
  wmyb: ['wmy2'],
  wmyc: ['wmy3'],
  // </parameters>
};
const canonical = new Map(Object.entries(aliases).flatMap(([name, others]) => [name, ...others].map((other) => [other, name])));

/** What a signature with `widths` leaves to whoever uses the URL. */
const free = ['w', 'dpr'];

/**
 * The URL with its signature. `url` is absolute or not, as a page would have it; the key is in hexadecimal digits, and of a list of
 * keys the first one signs. `expires` is a Date or seconds since 1970; `widths` are the widths that `w` may have without being signed.
 */
export async function sign(url, key, { expires, widths } = {}) {
  let whole = url;
  if (widths !== undefined) whole = append(whole, `widths=${list(widths).join(',')}`);
  if (expires !== undefined) whole = append(whole, `exp=${seconds(expires)}`);
  const tag = await crypto.subtle.sign('HMAC', await imported(key), new TextEncoder().encode(signedText(whole)));
  return append(whole, `sig=${base64url(new Uint8Array(tag))}`);
}

/** A `srcset` of these widths, for one signature: `<url>&w=320 320w, <url>&w=640 640w`. */
export async function srcset(url, key, { expires, widths }) {
  if (parameters(url).has('w')) throw new Unsignable('w is in the URL already: a srcset gives it for each of its images');
  const signed = (await sign(url, key, { expires, widths })).replaceAll(' ', '%20'); // a space ends a candidate's URL
  return list(widths).map((width) => `${append(signed, `w=${width}`)} ${width}w`).join(', ');
}

/** What is signed of a URL. */
export function signedText(url) {
  const given = parameters(url);
  if (!given.has('s')) throw new Unsignable('s is missing: a URL without a source needs no signature');
  const unsigned = given.has('widths') ? free : [];
  const pairs = [...given].filter(([name]) => !unsigned.includes(name));
  return `v1\n${pairs.map(([name, text]) => `${name}=${encodeURIComponent(text)}`).sort().join('&')}`;
}

/** A new key, of 32 random bytes. */
export function generateKey() {
  return [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The parameters of a URL under their canonical names. */
function parameters(url) {
  if (/[\0-\x1f\x7f]/.test(url)) throw new Unsignable('there is a control character in the URL');
  const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(url) ?? [];
  const given = new Map();
  for (const [written, text] of new URLSearchParams(query)) {
    const name = canonical.get(written);
    if (written === 'sig') throw new Unsignable('sig is in the URL already');
    if (name === undefined) throw new Unsignable(`${JSON.stringify(written)} is no parameter of letterbox, and a signed URL has no others`);
    if (given.has(name)) throw new Unsignable(`${name} is given twice: expected one value, under one of its names`);
    given.set(name, text);
  }
  return given;
}

function append(url, pair) {
  const [, before, fragment] = /^([^#]*)(#.*)?$/s.exec(url);
  const joint = !before.includes('?') ? '?' : /[?&]$/.test(before) ? '' : '&';
  return `${before}${joint}${pair}${fragment ?? ''}`;
}

async function imported(key) {
  const first = typeof key === 'string' ? key.split(',')[0].trim() : '';
  if (!/^([0-9a-f]{2}){32,}$/i.test(first)) throw new Unsignable('the key is not 64 or more hexadecimal digits');
  const bytes = Uint8Array.from(first.match(/../g), (pair) => parseInt(pair, 16));
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
}

function list(widths) {
  const numbers = [...(widths ?? [])].map(Number).sort((a, b) => a - b);
  const whole = numbers.every((width) => Number.isInteger(width) && width > 0 && width < 65536);
  if (!whole || numbers.length === 0 || numbers.length > 32 || new Set(numbers).size < numbers.length) {
    throw new Unsignable('widths are 1 to 32 different whole numbers of pixels');
  }
  return numbers;
}

function seconds(expires) {
  const moment = expires instanceof Date ? Math.floor(expires.getTime() / 1000) : expires;
  if (!Number.isInteger(moment) || moment < 0) throw new Unsignable('expires is neither a Date nor whole seconds since 1970');
  return moment;
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
