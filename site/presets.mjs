// The presets of the deployment, which the message about an unknown one names.

import { addressOf } from './address.mjs';
import { element } from './dom.mjs';
import { ask } from './reply.mjs';

/** Names in the message about a preset that is not one. */
export function presetsIn(message = '') {
  const found = / is not one of (.+)$/.exec(message);
  return found ? found[1].split(', ') : [];
}

/** Looks for presets when it is asked to; returns what shows a state among them. */
export function presets(place, { get, set }) {
  const list = element('div', { class: 'chips' });
  const look = element('button', { type: 'button', class: 'chip', onclick: find }, 'Which are there?');
  let buttons = [];
  list.append(look);
  place.append(element('span', { class: 'label' }, 'Presets ', element('code', {}, 'p')), list);

  async function find() {
    const { failure } = await ask(addressOf('', { source: '/', asked: { p: 'which.are.there' } }));
    buttons = presetsIn(failure?.message).map((name) => element('button', { type: 'button', class: 'chip', 'data-name': name, onclick: () => set({ p: get('p') === name ? undefined : name }) }, name));
    list.replaceChildren(...(buttons.length > 0 ? buttons : [element('span', { class: 'quiet' }, 'This deployment has none: PRESETS is not set.')]));
    show();
  }
  const show = () => buttons.forEach((button) => button.setAttribute('aria-pressed', String(get('p') === button.dataset.name)));
  return show;
}
