// Below the address: every format with its bytes, the memory of the plan, and the placeholder that fades into the picture.

import { addressOf } from './address.mjs';
import { element } from './dom.mjs';
import { blurhash, thumbhash } from './hashes.mjs';
import { ask, bytesInWords } from './reply.mjs';

const formats = ['avif', 'webp', 'jpg', 'png', 'gif'];

/** Every format of this picture, asked for one after another while the section is open. */
export function allFormats(section, body, { getState, set }) {
  let running;
  const show = async () => {
    running?.abort();
    if (!section.open) return;
    running = new AbortController();
    const { signal } = running;
    const rows = formats.map((format) => ({ format, cells: element('tr', {}, element('th', { scope: 'row' }, format), element('td', { class: 'quiet', colspan: '3' }, 'waiting')) }));
    body.replaceChildren(...rows.map(({ cells }) => cells));
    const state = getState();
    const done = [];
    try {
      for (const row of rows) {
        const reply = await ask(addressOf('', { ...state, asked: { ...state.asked, f: row.format } }), { signal });
        done.push({ ...row, reply });
        const most = Math.max(...done.map((each) => each.reply.bytes ?? 0));
        for (const each of done) fill(each, most, () => set({ f: each.format }));
      }
    } catch (error) {
      if (error.name !== 'AbortError') throw error;
    }
  };
  section.addEventListener('toggle', show);
  return show;
}

function fill({ format, cells, reply }, most, use) {
  const head = element('th', { scope: 'row' }, format);
  if (reply.failure) return cells.replaceChildren(head, element('td', { colspan: '3', class: 'quiet' }, `${reply.failure.title}: ${reply.failure.message}`));
  const bar = element('span', { class: 'bar' });
  bar.style.width = `${(reply.bytes / most) * 100}%`;
  cells.replaceChildren(
    head,
    element('td', { class: 'wide' }, element('span', { class: 'track' }, bar)),
    element('td', { class: 'number' }, bytesInWords(reply.bytes), element('small', {}, `${Math.round(reply.ms)} ms`)),
    element('td', {}, element('button', { type: 'button', class: 'chip', onclick: use, 'aria-label': `Use ${format}` }, 'use')),
  );
}

const kinds = ['file', 'decoder', 'resampler', 'picture', 'turned', 'encoder', 'pieces', 'other'];

/** The steps of the plan as bars: what each holds, of the memory that one image may have. */
export function memory(place, description) {
  const told = description?.memory;
  if (!told?.steps) return place.replaceChildren(element('p', { class: 'doc' }, 'There is no plan for this address.'));
  const most = Math.max(...told.steps.map(({ bytes }) => bytes), 1);
  const names = [...new Set(told.steps.flatMap(({ holds }) => Object.keys(holds)))].sort((a, b) => order(a) - order(b));
  place.replaceChildren(
    element('p', { class: 'doc' }, `At most ${bytesInWords(told.reserved_bytes)} at once, in the step “${told.peak}”: ${((told.reserved_bytes / told.budget_bytes) * 100).toFixed(1)} % of the ${bytesInWords(told.budget_bytes)} that all images share. The plan is of the source's own format; f=json stands where another would be named.`),
    ...told.steps.map(({ step, bytes, holds }) => {
      const bar = element('div', { class: 'segments', role: 'img', 'aria-label': `${step}: ${names.filter((name) => holds[name]).map((name) => `${name} ${bytesInWords(holds[name])}`).join(', ')}` });
      bar.append(
        ...names
          .filter((name) => holds[name])
          .map((name) => {
            const segment = element('span', { class: `segment kind-${order(name) % 8}`, title: `${name} ${bytesInWords(holds[name])}` });
            segment.style.width = `${(holds[name] / most) * 100}%`;
            return segment;
          }),
      );
      return element('div', { class: 'step' }, element('div', { class: 'step-head' }, element('span', {}, step), element('span', {}, bytesInWords(bytes))), bar);
    }),
    element('ul', { class: 'legend-list' }, names.map((name) => element('li', {}, element('span', { class: `segment kind-${order(name) % 8}`, 'aria-hidden': 'true' }), name))),
  );
}

const order = (name) => (kinds.includes(name) ? kinds.indexOf(name) : kinds.length - 1);

/** The placeholder of the source, and how the picture fades in over it. */
export function placeholder(place, description, address) {
  const told = description?.placeholder;
  if (!told) return place.replaceChildren(element('p', { class: 'doc' }, 'There is no placeholder for this address.'));
  const { width, height } = description.source;
  const pictures = [
    ['thumbhash', told.thumbhash, () => thumbhash(told.thumbhash)],
    ['blurhash', told.blurhash, () => blurhash(told.blurhash, width / height)],
  ].filter(([, text]) => text);
  place.replaceChildren(
    ...pictures.map(([name, text, decode]) => {
      const canvas = painted(decode());
      const image = element('img', { alt: '', src: address });
      const frame = element('div', { class: 'fading' }, canvas, image);
      frame.style.aspectRatio = `${width} / ${height}`;
      const replay = () => {
        image.classList.remove('shown');
        setTimeout(() => image.classList.add('shown'), 700);
      };
      image.addEventListener('load', replay, { once: true });
      return element('figure', {}, frame, element('figcaption', {}, element('b', {}, name), ` ${text.length} characters `, element('code', {}, text)), element('button', { type: 'button', class: 'chip', onclick: replay }, 'Load again'));
    }),
    told.dominant_colour ? element('p', { class: 'doc' }, 'Dominant colour ', swatch(told.dominant_colour), element('code', {}, told.dominant_colour)) : '',
  );
}

function swatch(colour) {
  const made = element('span', { class: 'swatch', 'aria-hidden': 'true' });
  made.style.background = colour;
  return made;
}

function painted({ width, height, pixels }) {
  const canvas = element('canvas', { width, height, 'aria-hidden': 'true' });
  canvas.getContext('2d').putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
}
