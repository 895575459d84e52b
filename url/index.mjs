// URLs of letterbox: one address, a srcset, the attributes of an <img>. For Node, Workers, browsers, Deno and Bun, without a dependency.

import { parameters } from './parameters.mjs';

/** The widths of a srcset where nothing else is said. */
const usualWidths = [320, 480, 640, 960, 1280, 1920, 2560];

/** Widths that one signature may be good for. */
const mostWidths = 32;

const canonical = new Map(Object.entries(parameters).flatMap(([name, { aliases }]) => [name, ...aliases].map((other) => [other, name])));

/** Something the caller can put right, in a sentence. */
export class BadUrl extends TypeError {}

/** The address of `source`, an absolute URL or a path of the origin, with these parameters. `base` is that of the deployment, or '' for the page's own. */
export function url(base, source, asked = {}) {
  return join(base, [['s', sourceOf(source)], ...pairsOf(asked)]);
}

/**
 * What makes addresses of one deployment: its `base`, the `ladder` that is its WIDTH_LADDER, and the names in its PRESETS. `key` is a signing key
 * and belongs on a server.
 */
export function createUrls({ base, ladder, presets, key, expires } = {}) {
  if (typeof base !== 'string') throw new BadUrl('base is missing: the address of the deployment, such as https://img.example.com');
  const steps = ladder === undefined ? undefined : widthsOf(ladder, 'ladder');
  const known = presets === undefined ? undefined : new Set(presets);

  const checked = (asked) => {
    const preset = asked.p ?? asked.preset;
    if (known && preset !== undefined && !known.has(preset)) throw new BadUrl(`p is ${preset}, and the presets are ${[...known].join(', ')}`);
    return asked;
  };
  const widthsFor = (widths, largest) => {
    const list = widths === undefined ? (steps ?? usualWidths) : widthsOf(widths, 'widths');
    const allowed = steps ? [...new Set(list.map((width) => steps.find((step) => step >= width) ?? steps.at(-1)))] : list;
    return largest === undefined ? allowed : allowed.filter((width, at) => width < largest || at === 0 || allowed[at - 1] < largest);
  };
  const plain = { url: (source, asked = {}) => url(base, source, checked(asked)) };

  /** The addresses of a srcset: the query without `w`, and each width with the height that belongs to it. */
  const candidates = (source, asked, widths) => {
    const { w, h, rest } = sides(checked(asked));
    return widths.map((width) => [url(base, source, { ...rest, w: width, h: typeof h === 'number' && w ? Math.max(1, Math.round((h * width) / w)) : (h ?? 'auto') }), width]);
  };

  return {
    ...plain,
    /** A `srcset` of these widths, of the deployment's ladder, or of the usual ones. With `w` and `h` the shape is theirs; without `h` the source's. */
    srcset: (source, asked = {}, { widths } = {}) => setOf(candidates(source, asked, widthsFor(widths))),
    /**
     * The attributes of an <img>. With `w` it is `w` pixels wide on the page, or as wide as the page where that is narrower; without, `sizes`
     * has to say how wide. The widths go up to twice of `w`: more is seen by nobody.
     */
    attributes(source, asked = {}, { widths, sizes } = {}) {
      const { w, h, rest } = sides(checked(asked));
      if (w === undefined && sizes === undefined) throw new BadUrl('how wide is the image on the page? Give w, or sizes');
      const set = candidates(source, asked, widthsFor(widths, w === undefined ? undefined : 2 * w));
      const fallback = set.find(([, width]) => width >= (w ?? 960)) ?? set.at(-1);
      return {
        src: fallback[0],
        srcset: setOf(set),
        sizes: sizes ?? `(min-width: ${w}px) ${w}px, 100vw`,
        ...(w !== undefined && typeof h === 'number' && { width: w, height: h }),
      };
    },
    /** The address with its signature, on a server: it needs `key`. */
    async signedUrl(source, asked = {}) {
      const { sign } = await signer(key);
      return sign(plain.url(source, asked), key, { expires: moment(expires) });
    },
    /** A srcset with one signature for all of its widths, on a server: it needs `key`. */
    async signedSrcset(source, asked = {}, { widths } = {}) {
      return signedSrcset(await this.signedForWidths(source, asked, { widths }));
    },
    /** The address that is signed for these widths and has none yet: for `signedSrcset`, and for a loader that runs in a browser. */
    async signedForWidths(source, asked = {}, { widths } = {}) {
      const { sign } = await signer(key);
      const list = widthsFor(widths);
      const { w, h, rest } = sides(checked(asked));
      // `h` is that of the widest.
      const height = typeof h === 'number' && w ? { h: Math.max(1, Math.round((h * list.at(-1)) / w)) } : {};
      return sign(url(base, source, { ...rest, ...height }), key, { expires: moment(expires), widths: list });
    },
  };
}

/** The srcset of an address that has been signed for its `widths`. No key is needed. */
export function signedSrcset(signed) {
  return setOf(signedWidths(signed).map((width) => [withWidth(signed, width), width]));
}

/** The address of one width of a signed address: the next of its `widths`. No key is needed. */
export function signedWidth(signed, width) {
  const widths = signedWidths(signed);
  return withWidth(signed, widths.find((each) => each >= width) ?? widths.at(-1));
}

function signedWidths(signed) {
  const [, list] = /[?&]widths=([\d,]+)(?:[&#]|$)/.exec(signed.replaceAll(/%2c/gi, ',')) ?? [];
  if (!list || !/[?&]sig=/.test(signed)) throw new BadUrl('the address is not signed for a list of widths: signedForWidths makes one');
  return list.split(',').map(Number);
}

function withWidth(signed, width) {
  const [address, ...fragment] = signed.split('#');
  return [`${address}&w=${width}`, ...fragment].join('#');
}

async function signer(key) {
  if (typeof key !== 'string') throw new BadUrl('key is missing: a signing key of the deployment, which no browser may have');
  return import('../sign/index.mjs');
}

const moment = (expires) => (typeof expires === 'function' ? expires() : expires);

/** `w` and `h` under whatever names, and what is asked beside them. */
function sides(asked) {
  const rest = {};
  const found = {};
  for (const [name, value] of Object.entries(asked)) {
    const side = canonical.get(name);
    if (side === 'w' || side === 'h') found[side] = value;
    else rest[name] = value;
  }
  if (found.w !== undefined && found.w !== 'auto' && typeof found.w !== 'number') {
    throw new BadUrl(`w is ${found.w}: a srcset gives each of its images a width in pixels`);
  }
  return { w: typeof found.w === 'number' ? found.w : undefined, h: found.h, rest };
}

/** A srcset's text. A comma or a space would end a candidate where it stands at the end of, or in, an address. */
const setOf = (candidates) => candidates.map(([address, width]) => `${address.replaceAll(' ', '%20')} ${width}w`).join(', ');

function widthsOf(list, what) {
  const numbers = [...list].map(Number).sort((a, b) => a - b);
  const whole = numbers.every((width) => Number.isInteger(width) && width > 0 && width < 65536);
  if (!whole || numbers.length === 0 || numbers.length > mostWidths || new Set(numbers).size < numbers.length) {
    throw new BadUrl(`${what} is ${list}: expected 1 to ${mostWidths} different whole numbers of pixels`);
  }
  return numbers;
}

function sourceOf(source) {
  if (typeof source !== 'string' || source === '') throw new BadUrl(`the source is ${JSON.stringify(source)}: expected an absolute URL, or a path that starts with /`);
  return source;
}

/** The parameters as pairs, each under its canonical name, in the table's order; what is undefined, null or false where there is no off is left out. */
function pairsOf(asked) {
  const given = new Map();
  for (const [name, value] of Object.entries(asked)) {
    const own = canonical.get(name);
    if (own === undefined) throw new BadUrl(`${name} is no parameter of letterbox`);
    if (own === 's' || own === 'sig') throw new BadUrl(`${name} is not among the parameters: ${own === 's' ? 'the source is an argument of its own' : 'signedUrl makes it'}`);
    const text = textOf(own, name, value);
    if (text === undefined) continue;
    if (given.has(own)) throw new BadUrl(`${own} is given twice: expected one value, under one of its names`);
    given.set(own, text);
  }
  return Object.keys(parameters).filter((name) => given.has(name)).map((name) => [name, given.get(name)]);
}

function textOf(own, name, value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') {
    const { on, off } = parameters[own];
    if (on === undefined) throw new BadUrl(`${name} is ${value}: it is no switch`);
    return value ? on : off;
  }
  if (Array.isArray(value)) return value.join(',');
  if (typeof value === 'number' && !Number.isFinite(value)) throw new BadUrl(`${name} is ${value}: expected a number`);
  if (typeof value !== 'number' && typeof value !== 'string') throw new BadUrl(`${name} is a ${typeof value}: expected a text or a number`);
  return String(value);
}

/** Encodes a value as a query takes it, and leaves readable what may stay. */
const encoded = (text) => encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%2C', ',');

function join(base, pairs) {
  const query = pairs.map(([name, value]) => `${name}=${encoded(value)}`).join('&');
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/]+$/i.test(base) || base === '' ? `${base}/` : base;
  return `${path}?${query}`;
}
