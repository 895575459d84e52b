// Controls of their own: sides with `auto`, fits as little pictures, formats, positions, densities. Each takes what a made control takes.

import { element } from './dom.mjs';
import { fill, labelled, title, words } from './field.mjs';

/** Buttons of which one is chosen; what the address has beyond them presses none. */
function choices(row, label, options, { get, set }) {
  const id = `p-${row.name}`;
  const buttons = options.map(({ value, text, picture, tip }) =>
    element('button', { type: 'button', class: picture ? 'choice picture' : 'choice', 'data-value': value, title: tip, onclick: () => set(value === row.default ? undefined : value) }, picture, element('span', {}, text)),
  );
  return {
    body: [
      element('span', { class: 'label', id: `${id}-label` }, label, element('code', {}, row.name)),
      element('div', { class: 'choices', role: 'group', 'aria-labelledby': `${id}-label`, 'aria-describedby': `${id}-doc` }, buttons),
      words(row, `${id}-doc`),
    ],
    show: () => {
      const value = get() ?? row.default;
      for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.value === value));
    },
  };
}

function side(row, { get, set }) {
  const field = element('input', { type: 'text', inputmode: 'numeric', autocomplete: 'off', spellcheck: 'false', placeholder: row.default, oninput: () => set(field.value.trim() || undefined) });
  const auto = element('button', { type: 'button', class: 'chip', onclick: () => set(get() === 'auto' ? undefined : 'auto') }, 'auto');
  auto.setAttribute('aria-label', `${title(row)}auto`);
  return {
    body: labelled(row, field, auto),
    show: () => {
      fill(field, get() ?? '');
      auto.setAttribute('aria-pressed', String(get() === 'auto'));
    },
  };
}

/** A box of 3:2, and how a picture of 2:3 lies in it: dark is the picture, light the box, outlined what is cut off. */
const drawn = {
  contain: { box: [2, 6, 28, 20], picture: [9, 6, 14, 20], filled: true },
  inside: { picture: [9, 6, 14, 20] },
  cover: { box: [2, 6, 28, 20], picture: [2, 6, 28, 20], cut: [2, 1, 28, 30] },
  fill: { box: [2, 6, 28, 20], picture: [2, 6, 28, 20], stretched: true },
  outside: { box: [6, 10, 20, 12], picture: [6, 2, 20, 28] },
  'aspect-crop': { box: [6, 9, 20, 14], picture: [6, 9, 20, 14], cut: [6, 2, 20, 28] },
  'scale-up': { picture: [7, 3, 18, 26] },
  'scale-down': { picture: [11, 9, 10, 14] },
};

function sketch({ box, picture, cut, stretched, filled }) {
  const rectangle = ([x, y, width, height], name) => element('rect', { x, y, width, height, rx: 1, class: name });
  return element(
    'svg',
    { viewBox: '0 0 32 32', 'aria-hidden': 'true', focusable: 'false' },
    cut && rectangle(cut, 'cut'),
    box && rectangle(box, filled ? 'box filled' : 'box'),
    rectangle(picture, 'inner'),
    stretched && element('path', { d: 'M6 16h20M9 13l-3 3 3 3M23 13l3 3-3 3', class: 'arrow' }),
  );
}

const fits = { contain: 'the whole picture, with bars', inside: 'the whole picture, no bars', cover: 'fills the box, the rest is cut off', fill: 'stretched', outside: 'covers the box, nothing cut off', 'aspect-crop': 'cover, never enlarged', 'scale-up': 'inside, never smaller', 'scale-down': 'inside, never larger' };

const corners = ['top-left', 'top', 'top-right', 'left', 'center', 'right', 'bottom-left', 'bottom', 'bottom-right'];

export const own = {
  w: side,
  h: side,
  fit: (row, access) => choices(row, 'Fit ', Object.entries(fits).map(([value, tip]) => ({ value, text: value, tip, picture: sketch(drawn[value]) })), access),
  f: (row, access) => choices(row, 'Format ', row.words.map((value) => ({ value, text: value })), access),
  dpr(row, access) {
    const made = choices(row, 'Pixel ratio ', ['1', '1.5', '2', '3'].map((value) => ({ value, text: `${value}×` })), access);
    const field = element('input', { type: 'text', inputmode: 'decimal', autocomplete: 'off', 'aria-label': 'another pixel ratio', placeholder: 'other', oninput: () => access.set(field.value.trim() || undefined) });
    made.body[1].append(field);
    return { ...made, show: () => (made.show(), fill(field, ['1', '1.5', '2', '3', undefined].includes(access.get()) ? '' : access.get())) };
  },
  a(row, access) {
    const field = element('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', placeholder: row.default, oninput: () => access.set(field.value.trim() || undefined) });
    const grid = corners.map((value) => element('button', { type: 'button', class: 'corner', 'data-value': value, 'aria-label': value.replace('-', ' '), onclick: () => access.set(value === row.default ? undefined : value) }));
    const found = ['attention', 'entropy'].filter((word) => row.words.includes(word)).map((value) => element('button', { type: 'button', class: 'chip', 'data-value': value, onclick: () => access.set(access.get() === value ? undefined : value) }, value));
    return {
      body: labelled(row, field, element('div', { class: 'position' }, element('div', { class: 'corners', role: 'group', 'aria-label': 'Position' }, grid), element('div', { class: 'chips' }, found))),
      show: () => {
        const value = access.get() ?? row.default;
        fill(field, access.get() ?? '');
        for (const button of [...grid, ...found]) button.setAttribute('aria-pressed', String(button.dataset.value === value));
      },
    };
  },
};
