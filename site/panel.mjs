// The controls, one for each row of the table of parameters. Some have a control of their own (own.mjs); the rest is made from the row.

import { element } from './dom.mjs';
import { fill, labelled, placeholder, title, words } from './field.mjs';
import { groups } from './groups.mjs';
import { own } from './own.mjs';

/** Fills the form; returns what shows a state in it. */
export function panel(form, { get, set }) {
  const shown = [];
  for (const { id, title, rows } of groups) {
    const count = element('span', { class: 'count' });
    const controls = rows.map((row) => {
      const control = (own[row.name] ?? usual[row.control])(row, { get: () => get(row.name), set: (text) => set({ [row.name]: text }), getAny: get, setAll: set });
      shown.push(control.show);
      return element('div', { class: `control control-${row.control}`, 'data-name': row.name }, control.body);
    });
    form.append(
      element('details', { open: ['size', 'format'].includes(id), class: `group group-${id}` }, element('summary', {}, element('span', { class: 'dot', 'aria-hidden': 'true' }), title, count), element('div', { class: 'controls' }, controls)),
    );
    shown.push(() => {
      const given = rows.filter(({ name }) => get(name) !== undefined).length;
      count.textContent = given > 0 ? `${given} set` : '';
    });
  }
  return () => shown.forEach((show) => show());
}

const usual = {
  switch(row, { get, set }) {
    const isOn = row.default === '1';
    const input = element('input', { type: 'checkbox', onchange: () => set(input.checked === isOn ? undefined : input.checked ? '1' : '0') });
    const id = `p-${row.name}`;
    input.id = id;
    input.setAttribute('aria-describedby', `${id}-doc`);
    return {
      body: [element('label', { class: 'check', for: id }, input, title(row), element('code', {}, row.name)), words(row, `${id}-doc`)],
      show: () => (input.checked = get() === undefined ? isOn : ['', '1', 'true'].includes(get())),
    };
  },

  choice(row, { get, set }) {
    const options = [element('option', { value: '' }, row.words.includes(row.default) ? `${row.default} (default)` : row.default === 'none' ? 'none' : `default: ${placeholder(row)}`)];
    options.push(...row.words.filter((word) => word !== row.default).map((word) => element('option', { value: word }, word)));
    const input = element('select', { onchange: () => set(input.value || undefined) }, options);
    return {
      body: labelled(row, input),
      show: () => {
        const value = get() ?? '';
        input.value = row.words.includes(value) && value !== row.default ? value : '';
      },
    };
  },

  number(row, { get, set }) {
    const { least, most, step } = row;
    const isShort = most - least <= 1000;
    const neutral = /^-?[\d.]+/.exec(row.default)?.[0] ?? String(least);
    const field = element('input', { type: 'text', inputmode: 'decimal', autocomplete: 'off', spellcheck: 'false', placeholder: placeholder(row), oninput: () => set(field.value.trim() || undefined) });
    const slider = isShort && element('input', { type: 'range', min: least, max: most, step, 'aria-label': `${title(row)}${row.name}`, oninput: () => set(slider.value === neutral && row.default !== 'none' ? undefined : slider.value) });
    const words = (row.words ?? []).map((word) => element('button', { type: 'button', class: 'chip', onclick: () => set(get() === word ? undefined : word) }, word));
    return {
      body: labelled(row, field, slider && element('div', { class: 'slide' }, slider), words.length > 0 && element('div', { class: 'chips' }, words)),
      show: () => {
        const value = get();
        fill(field, value ?? '');
        if (slider) slider.value = value ?? neutral;
      },
    };
  },

  colour(row, { get, set }) {
    const field = element('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', placeholder: placeholder(row), oninput: () => set(field.value.trim().replace(/^#/, '') || undefined) });
    const swatch = element('input', { type: 'color', 'aria-label': `Choose ${title(row)}${row.name}`, oninput: () => set(swatch.value.slice(1)) });
    return {
      body: labelled(row, field, swatch),
      show: () => {
        fill(field, get() ?? '');
        const hexadecimal = /^[0-9a-f]{6}/i.exec(get() ?? row.default)?.[0];
        if (hexadecimal) swatch.value = `#${hexadecimal}`;
      },
    };
  },

  text(row, { get, set }) {
    const examples = [...new Set([...(row.words ?? []), ...row.examples])].filter((text) => text !== row.default).slice(0, 8);
    const list = element('datalist', { id: `p-${row.name}-list` }, examples.map((text) => element('option', { value: text })));
    const field = element('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', list: list.id, placeholder: placeholder(row), oninput: () => set(field.value.trim() || undefined) });
    return { body: labelled(row, field, list), show: () => fill(field, get() ?? '') };
  },
};
