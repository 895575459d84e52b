// The address in colours with its meaning, and what goes into a page: snippets, and the signed address.

import { addressOf, explained, pieces } from './address.mjs';
import { copyButton, element } from './dom.mjs';
import { dialects } from './dialects.mjs';
import { snippets } from './snippets.mjs';
import { sign } from '../sign/index.mjs';

/** Fills the two places; returns what shows a state in them. */
export function code({ address, meaning, tabs }, { getState, getAlt }) {
  const shown = element('code', { class: 'address' });
  const open = element('a', { target: '_blank', rel: 'noopener' }, 'Open');
  address.append(shown, element('div', { class: 'chips' }, copyButton(() => `${location.origin}${addressOf('', getState())}`, 'Copy URL'), open));

  const base = element('input', { type: 'text', id: 'base', autocomplete: 'off', spellcheck: 'false', placeholder: location.origin, oninput: show });
  const list = element('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Snippets' });
  const text = element('pre', { tabindex: '0' });
  const note = element('p', { class: 'doc' });
  const pane = element('div', { role: 'tabpanel', id: 'snippet', class: 'snippet' }, text, element('div', { class: 'chips' }, copyButton(() => text.textContent)), note);
  const key = element('input', { type: 'password', id: 'key', autocomplete: 'off', spellcheck: 'false', placeholder: '64 hexadecimal digits', oninput: show });
  const until = element('select', { id: 'until', onchange: show }, ...[['', 'for ever'], ['1', 'a day'], ['30', '30 days'], ['365', 'a year']].map(([value, words]) => element('option', { value }, words)));
  const signing = element(
    'form',
    { class: 'signing', hidden: true, autocomplete: 'off', onsubmit: (event) => event.preventDefault() },
    element('div', {}, element('label', { for: 'key' }, 'Signing key'), key),
    element('div', {}, element('label', { for: 'until' }, 'Good'), until),
    element('p', { class: 'doc' }, 'The key stays in this page: it is stored nowhere, sent nowhere, and gone when you leave. The signature is made here, by WebCrypto.'),
  );
  tabs.append(element('div', { class: 'base' }, element('label', { for: 'base' }, 'Address of your deployment'), base), list, signing, pane);

  let chosen = 'url';
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...list.children];
    const next = all[(all.findIndex((tab) => tab.dataset.id === chosen) + step + all.length) % all.length];
    choose(next.dataset.id);
    list.querySelector(`[data-id="${next.dataset.id}"]`).focus();
  });

  function choose(id) {
    chosen = id;
    show();
  }

  let turn = 0;
  async function show() {
    const state = getState();
    shown.replaceChildren(
      element('span', { class: 'origin' }, location.origin),
      ...pieces(addressOf('', state)).flatMap((piece) => [piece.text === '&' ? element('wbr') : '', piece.group ? element('span', { class: `part group-${piece.group}` }, piece.text) : piece.text]),
    );
    open.href = addressOf('', state);
    meaning.replaceChildren(...explained(state).flatMap(({ name, value, group, text: said }) => [element('dt', {}, element('code', { class: `part group-${group}` }, `${name}=${value}`)), element('dd', {}, said)]));

    const place = (base.value.trim() || location.origin).replace(/\/+$/, '');
    const all = [...snippets({ base: place, state, alt: getAlt() }), ...dialects({ base: place, state }), { id: 'signed', title: 'Signed' }];
    if (!all.some(({ id }) => id === chosen)) chosen = 'url';
    const focused = document.activeElement?.dataset?.id;
    list.replaceChildren(
      ...all.map(({ id, title }) =>
        element('button', { type: 'button', role: 'tab', id: `tab-${id}`, 'data-id': id, 'aria-controls': 'snippet', 'aria-selected': String(id === chosen), tabindex: id === chosen ? '0' : '-1', onclick: () => choose(id) }, title),
      ),
    );
    if (focused) list.querySelector(`[data-id="${focused}"]`)?.focus();
    pane.setAttribute('aria-labelledby', `tab-${chosen}`);
    signing.hidden = chosen !== 'signed';
    const snippet = all.find(({ id }) => id === chosen);
    const mine = ++turn;
    const said = chosen === 'signed' ? await signed(addressOf(place, state), key.value.trim(), until.value) : { text: snippet.text, note: snippet.note };
    if (mine !== turn) return;
    text.textContent = said.text ?? '';
    text.hidden = !said.text;
    pane.querySelector('.copy').hidden = !said.text;
    note.textContent = said.note ?? '';
  }

  return show;
}

/** The signed address, or why there is none. */
export async function signed(address, key, days, now = Date.now()) {
  if (key === '') return { note: 'Enter a key of the deployment: the first of its SIGNING_KEYS.' };
  try {
    return { text: await sign(address, key, days === '' ? {} : { expires: Math.floor(now / 1000) + Number(days) * 86_400 }) };
  } catch (error) {
    return { note: `${error.message}.` };
  }
}
