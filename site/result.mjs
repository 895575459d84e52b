// The result: the picture with the one before it, its facts, hints, or the error in words.

import { element } from './dom.mjs';
import { bytesInWords, saved } from './reply.mjs';

/** The views of the result; `set` changes the state, for the hints. */
export function result({ figure, facts, notes, failure }, { set }) {
  const after = element('img', { alt: 'The result', class: 'after' });
  const before = element('img', { alt: 'Before: without loss and without effects', class: 'before', hidden: true });
  const line = element('div', { class: 'line', 'aria-hidden': 'true', hidden: true });
  const slider = element('input', { type: 'range', min: 0, max: 100, value: 50, class: 'slider', 'aria-label': 'Before and after', hidden: true, oninput: divide });
  const stack = element('div', { class: 'stack' }, after, before, line, slider);
  const legend = element('p', { class: 'legend', hidden: true }, element('span', {}, '← without loss, without effects'), element('span', {}, 'the result →'));
  const text = element('pre', { hidden: true, tabindex: '0', 'aria-label': 'The answer as text' });
  figure.append(stack, legend, text);
  divide();

  function divide() {
    before.style.clipPath = `inset(0 ${100 - slider.value}% 0 0)`;
    line.style.left = `${slider.value}%`;
  }

  let held = [];
  /** Object URLs are let go when the next picture is there. */
  const keep = (blob) => {
    const url = URL.createObjectURL(blob);
    held.push(url);
    return url;
  };

  return {
    /** Shows that something is on its way. */
    waiting: () => figure.setAttribute('aria-busy', 'true'),

    show(reply) {
      figure.removeAttribute('aria-busy');
      failure.hidden = !reply.failure;
      figure.hidden = Boolean(reply.failure);
      facts.hidden = Boolean(reply.failure);
      if (reply.failure) {
        failure.replaceChildren(element('strong', {}, reply.failure.title), element('p', {}, reply.failure.message));
        return;
      }
      const old = held;
      held = [];
      for (const node of [before, line, slider, legend]) node.hidden = true;
      text.hidden = reply.text === undefined;
      stack.hidden = !text.hidden;
      if (reply.text !== undefined) text.textContent = pretty(reply.text);
      else after.src = keep(reply.blob);
      old.forEach((url) => URL.revokeObjectURL(url));
    },

    /** Lays the picture without loss over the left half, if it has the size of the result. An answer of the cache does not tell its size, so the pictures do. */
    async compare(reply) {
      if (reply.failure || reply.text !== undefined) return;
      const shown = after.src;
      before.src = keep(reply.blob);
      const areThere = await Promise.all([after.decode(), before.decode()]).then(() => true, () => false);
      if (!areThere || after.src !== shown || before.naturalWidth !== after.naturalWidth || before.naturalHeight !== after.naturalHeight) return;
      for (const node of [before, line, slider, legend]) node.hidden = false;
    },

    facts(reply, description) {
      if (reply.failure) return;
      const size = reply.size ?? description?.plan;
      const original = description?.source;
      const rows = [
        ['Size', size ? `${size.width} × ${size.height}` : '–', original && `of ${original.width} × ${original.height}`],
        ['Bytes', bytesInWords(reply.bytes), original && saved(reply.bytes, original.bytes)],
        ['Type', reply.type.replace(/;.*/, ''), original && `of ${original.format}${original.frames > 1 ? `, ${original.frames} frames` : ''}${original.colour === 'srgb' ? '' : `, ${original.colour}`}`],
        ['Time', `${Math.round(reply.ms)} ms`, reply.timings.map(([name, ms]) => `${name} ${Math.round(ms)}`).join(' · ')],
        ['Cache', reply.cache?.word ?? '–', reply.cache?.means],
      ];
      facts.replaceChildren(...rows.map(([name, value, more]) => element('div', {}, element('dt', {}, name), element('dd', {}, element('b', {}, value), more && element('span', {}, more)))));
    },

    notes(found) {
      notes.replaceChildren(
        ...found.map(({ text: said, action, changes }) => element('li', {}, element('span', {}, said), changes && element('button', { type: 'button', class: 'chip', onclick: () => set(changes) }, action))),
      );
    },
  };
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
