// What every loader returns: one function over url/index.mjs, with the rules that make a framework's image right whatever it asks for.
//
// `h=auto` always, or the default height would letterbox every picture; never larger than the source, since frameworks ask for up to 3840; never a
// fixed AVIF or WebP, because `f=auto` gives way where a browser or the memory has no room for it, and no browser tries again after an error; whole
// numbers, because a fraction of a pixel is refused.

import { BadUrl, signedWidth, url } from '../url/index.mjs';
import { parameters as table } from '../url/parameters.mjs';

/** Parameters by their canonical names. */
const canonical = new Map(Object.entries(table).flatMap(([name, { aliases }]) => [name, ...aliases].map((other) => [other, name])));

/** The formats that are taken by name: those that somebody asks for because of what reads them. */
const named = { jpg: 'jpg', jpeg: 'jpg', png: 'png', gif: 'gif' };

/** The format to ask for: what cannot be shown everywhere, or takes much memory, is left to `f=auto`. */
const formatOf = (format) => named[String(format).toLowerCase()] ?? 'auto';

/** `parameters` under their canonical names, with a format that no browser and no source is broken by. */
function given(parameters) {
  const said = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null);
  const own = Object.fromEntries(said.map(([name, value]) => [canonical.get(name) ?? name, value]));
  return own.f === undefined ? own : { ...own, f: formatOf(own.f) };
}

/**
 * Parameters of an image on a page, for `createUrls`: those of its maker and the rules above. With both sides the picture has their shape; with one,
 * its own.
 */
export function picture(parameters = {}) {
  const { w, h, ...rest } = given(parameters);
  const both = typeof w === 'number' && typeof h === 'number';
  return { f: 'auto', fit: both ? fits.cover : 'scale-down', ...rest, w, h: h ?? 'auto' };
}

/** What a framework's fits are with both sides given. None enlarges, and none pads. */
const fits = { cover: 'aspect-crop', fill: 'fill', outside: 'outside', contain: 'scale-down', inside: 'scale-down', 'scale-down': 'scale-down', none: 'scale-down' };

/** What no resizer has to do with: data, objects of the page, and drawings. */
const isLeft = (source) => /^(data|blob):/i.test(source) || /\.svg(\?|#|$)/i.test(source);

/**
 * The address of `source` as `wanted` by a framework: { width, height, quality, format, fit }, each of them or none. `parameters` are added to every
 * address, such as { q: 70 }. A source that has been signed for a list of widths gets the next of them.
 */
export function address({ base, parameters = {} } = {}, source, { width, height, quality, format, fit } = {}) {
  if (typeof base !== 'string') throw new BadUrl('base is missing: the address of the deployment, such as https://img.example.com');
  if (typeof source !== 'string' || source === '') throw new BadUrl(`the source is ${JSON.stringify(source)}: expected an absolute URL, or a path that starts with /`);
  if (isLeft(source)) return source;
  const [w, h] = [whole(width), whole(height)];
  if (/[?&]sig=/.test(source) && /[?&]widths=/.test(source)) return signedWidth(source, w ?? Infinity);
  if (!/^(\/|https?:\/\/)/i.test(source)) throw new BadUrl(`the source is ${source}: expected an absolute URL, or a path that starts with /`);
  return url(base, source.startsWith('//') ? `https:${source}` : source, {
    w: w ?? 'auto',
    h: h ?? 'auto',
    fit: w && h ? (fits[fit] ?? fits.cover) : 'scale-down',
    f: formatOf(format),
    q: percent(quality),
    ...given(parameters),
  });
}

/** A side in whole pixels, at least one; nothing where there is none. */
function whole(side) {
  const number = Number(side);
  return side === undefined || side === null || side === '' || !Number.isFinite(number) || number <= 0 ? undefined : Math.min(65_535, Math.ceil(number));
}

/** Words that some frameworks have for a quality. */
const words = { low: 50, mid: 65, high: 85, max: 100 };

function percent(quality) {
  const number = Math.round(words[quality] ?? Number(quality));
  return quality === undefined || quality === null || quality === '' || !Number.isFinite(number) ? undefined : Math.min(100, Math.max(1, number));
}
