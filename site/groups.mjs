// Which parameters stand together. One that nobody has placed here stands under "More", so that a new one is never missing.

import { parameters } from './parameters.mjs';

const places = [
  ['size', 'Size and fit', ['w', 'h', 'fit', 'dpr', 'we', 'ar', 'mw', 'mh']],
  ['format', 'Format and quality', ['f', 'q', 'bytes', 'subsampling', 'll', 'il', 'n', 'page', 'loop', 'delay', 'meta', 'cs', 'enc']],
  ['position', 'Position and crop', ['a', 'ax', 'ay', 'ca', 'cx', 'cy', 'cw', 'ch', 'trim', 'ox', 'oy', 'ow', 'oh']],
  ['canvas', 'Canvas', ['bg', 'pad', 'border', 'ext', 'radius', 'mask', 'mbg', 'mtrim']],
  ['overlays', 'Overlays', ['', 'b', 'c'].flatMap((which) => ['wm', 'wmpos', 'wmx', 'wmy', 'wmscale', 'wmopacity', 'wmtile'].map((name) => name + which))],
  ['turn', 'Turn', ['ro', 'flip', 'flop', 'or']],
  ['effects', 'Effects', ['blur', 'sharp', 'bri', 'con', 'sat', 'hue', 'gam', 'mod', 'normalise', 'tint', 'filt', 'start', 'stop', 'threshold', 'median', 'pixelate']],
];

/** The page has a place of its own for these. */
const elsewhere = ['s', 'sig', 'exp', 'widths', 'p'];

const rows = new Map(parameters.map((row) => [row.name, row]));

/** The groups in their order: { id, title, rows }, each row one of the table. */
export const groups = [
  ...places.map(([id, title, names]) => ({ id, title, rows: names.filter((name) => rows.has(name)).map((name) => rows.get(name)) })),
  { id: 'more', title: 'More', rows: parameters.filter(({ name }) => !elsewhere.includes(name) && !places.some(([, , names]) => names.includes(name))) },
].filter((group) => group.rows.length > 0);

/** The group of a parameter, for its colour. */
export const groupOf = (name) => groups.find((group) => group.rows.some((row) => row.name === name))?.id ?? (name === 's' ? 'source' : 'more');

/** Names of what changes colours and sharpness and leaves each pixel in its place. */
export const effects = places.at(-1)[2];
