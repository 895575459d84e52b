// Where pictures come from: the gallery, a folder's own, an address, and in development a file that is dropped.

import { addressOf } from './address.mjs';
import { announce, element } from './dom.mjs';
import { pasted, read } from './state.mjs';
import { bytesInWords } from './reply.mjs';

/** Fills the place; resolves to { show, altOf, first } when the list is there. */
export async function sources({ place, form, field, files, said }, { getState, setState }) {
  const list = await fetch(new URL('./sources.json', import.meta.url)).then((reply) => reply.json());
  const own = (list.own ?? []).map((each) => ({ alt: each.title, start: 'w=480&h=auto&f=auto', ...each }));
  const all = [...own, ...list.samples];
  const buttons = all.map((sample) => {
    const thumb = addressOf('', { source: sample.path, asked: { w: '120', h: '90', fit: 'cover', f: 'auto', n: '1' } });
    const choose = () => setState(read(`s=${encodeURIComponent(sample.path)}&${sample.start}`));
    return element('button', { type: 'button', class: 'sample', 'data-path': sample.path, onclick: choose, title: sample.credit && `${sample.credit}, ${sample.licence}` }, element('img', { src: thumb, alt: '', width: 60, height: 45, loading: 'lazy' }), element('span', {}, sample.title));
  });
  place.append(...buttons);

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (field.value.trim() !== '') setState(pasted(field.value, getState()));
  });

  if (list.drop) takeFiles(list.drop);
  function takeFiles({ url, most }) {
    files.hidden = false;
    const input = files.querySelector('input');
    input.addEventListener('change', () => input.files[0] && take(input.files[0]));
    for (const name of ['dragover', 'drop']) {
      document.addEventListener(name, (event) => {
        if (!event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        if (name === 'drop' && event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
      });
    }
    async function take(file) {
      if (file.size > most) return say(`${file.name} has ${bytesInWords(file.size)}, and a source may have ${bytesInWords(most)}.`);
      say(`Reading ${file.name} …`);
      try {
        const reply = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: file });
        if (!reply.ok) return say(`${file.name} was not taken: ${await reply.text()}.`);
        const { path } = await reply.json();
        const { asked } = getState();
        setState({ source: path, asked });
        say(`${file.name} is the source, for as long as the server runs. It has not left this machine.`);
      } catch {
        say(`${file.name} was not taken: the server does not answer.`);
      }
    }
  }
  function say(text) {
    said.textContent = text;
    announce(text);
  }

  return {
    first: read(`s=${encodeURIComponent(all[0].path)}&${all[0].start}`),
    altOf: (source) => all.find(({ path }) => path === source)?.alt ?? '',
    show({ source }) {
      for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.path === source));
      if (document.activeElement !== field) field.value = source;
    },
  };
}
