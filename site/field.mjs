// What every control has: a label with the name in an address, and words.

import { element } from './dom.mjs';

/** A label with the name that stands in an address, and words below the control. */
export function labelled(row, input, ...rest) {
  const id = `p-${row.name}`;
  input.id = id;
  input.setAttribute('aria-describedby', `${id}-doc`);
  return [element('label', { for: id }, title(row), element('code', {}, row.name)), input, ...rest, words(row, `${id}-doc`)];
}

/** What a parameter does, below its control. */
export const words = (row, id) => element('p', { class: 'doc', id }, `${row.doc.replaceAll('`', '')}.`);

/** Titles where no name of the parameter says enough. */
const titles = {
  we: 'Never enlarge', ar: 'Aspect ratio', mw: 'Least width', mh: 'Least height', n: 'Frames', page: 'First frame', a: 'Position',
  ax: 'Shift across', ay: 'Shift down', ca: 'Crop from', cx: 'Crop from column', cy: 'Crop from row', cw: 'Crop width', ch: 'Crop height',
  ox: 'Second crop from column', oy: 'Second crop from row', ow: 'Second crop width', oh: 'Second crop height',
  or: 'Turn upright by EXIF', flip: 'Upside down', flop: 'Mirrored', start: 'Duotone, dark', stop: 'Duotone, light', hue: 'Hue', v: 'Version',
  blur: 'Blur', tint: 'Tint', trim: 'Trim', median: 'Median', threshold: 'Threshold', border: 'Border', normalise: 'Stretch contrast', pixelate: 'Pixelate', maxage: 'Kept for',
  ...ofOverlays('Overlay', ''), ...ofOverlays('Second overlay', 'b'), ...ofOverlays('Third overlay', 'c'),
};

function ofOverlays(which, letter) {
  const words = { wm: '', wmpos: ', position', wmx: ', shift across', wmy: ', shift down', wmscale: ', share of the answer', wmopacity: ', opacity', wmtile: ', repeated' };
  return Object.fromEntries(Object.entries(words).map(([name, text]) => [name + letter, which + text]));
}

/** A title, or else the longest name of the parameter, which says most. */
export const title = (row) => {
  if (titles[row.name]) return `${titles[row.name]} `;
  const longest = [row.name, ...row.aliases].reduce((a, b) => (b.length > a.length && /^[a-z-]+$/.test(b) ? b : a));
  return longest === row.name ? '' : `${longest[0].toUpperCase()}${longest.slice(1)} `;
};

/** The default, in an empty field. */
export const placeholder = (row) => row.default.replaceAll('`', '').slice(0, 40);

/** Puts a value into a field, unless somebody is writing in it. */
export function fill(input, text) {
  if (document.activeElement !== input || input.type === 'range') input.value = text;
}
