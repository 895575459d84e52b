// Addresses: of a state, the pieces that are shown in colours, and what each of them means.

import { url } from '../url/index.mjs';
import { effects, groupOf } from './groups.mjs';
import { parameters } from './parameters.mjs';

const rows = new Map(parameters.map((row) => [row.name, row]));

/** The address of a state; `base` is that of the deployment, or '' for this page's own. */
export const addressOf = (base, { source, asked }) => url(base, source, asked);

/** The address with which the original is described. */
export const describing = (state) => addressOf('', { ...state, asked: { ...state.asked, f: 'json', enc: 'file' } });

/**
 * The state of the picture beside the result: the same pixels in the same places without loss and without effects. An animation keeps its
 * format, because a PNG of it would stand still.
 */
export function reference(state, isAnimated) {
  const asked = Object.fromEntries(Object.entries(state.asked).filter(([name]) => !effects.includes(name) && !['q', 'f', 'll', 'il', 'bytes', 'subsampling', 'enc'].includes(name)));
  return { ...state, asked: isAnimated ? asked : { ...asked, f: 'png', q: '100' } };
}

/** An address in pieces: { text, name, group }; the pieces together are the address. */
export function pieces(address) {
  const at = address.indexOf('?');
  if (at < 0) return [{ text: address }];
  const pairs = address.slice(at + 1).split('&');
  return [
    { text: address.slice(0, at + 1) },
    ...pairs.flatMap((pair, index) => {
      const name = pair.split('=')[0];
      return [...(index > 0 ? [{ text: '&' }] : []), { text: pair, name, group: groupOf(name) }];
    }),
  ];
}

/** What each parameter of a state means: { name, value, group, text }. */
export const explained = ({ source, asked }) =>
  [['s', source], ...Object.entries(asked)].map(([name, value]) => ({ name, value, group: groupOf(name), text: meaning(name, value) }));

function meaning(name, value) {
  const { doc, default: usual } = rows.get(name);
  if (name === 'w' || name === 'h') {
    const [side, other] = name === 'w' ? ['wide', 'height'] : ['high', 'width'];
    if (value === 'auto') return `As ${side} as the source's shape asks for, from the ${other}.`;
    if (/^\d+$/.test(value)) return `${value} pixels ${side}. Without it: ${usual}.`;
  }
  const focus = /^([\d.]+)x([\d.]+)$/.exec(value);
  if (name === 'a' && focus) return `This point stays in view: ${percent(focus[1])} across, ${percent(focus[2])} down.`;
  return `${doc.replaceAll('`', '')}. Without it: ${usual.replaceAll('`', '')}.`;
}

const percent = (share) => `${Math.round(Number(share) * 100)} %`;
