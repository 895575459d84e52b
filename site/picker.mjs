// The original with its focal point and its crop, both moved by pointer or by arrow keys.

import { addressOf } from './address.mjs';
import { announce, element } from './dom.mjs';

const clamp = (value, most = 1) => Math.min(most, Math.max(0, value));

/** Fills the frame; returns what shows a state and its description in it. */
export function picker(frame, { get, set }) {
  const image = element('img', { alt: '', draggable: 'false' });
  const shade = element('div', { class: 'shade', hidden: true });
  const point = element('button', { type: 'button', class: 'point', onkeydown: pointKey });
  const box = element('button', { type: 'button', class: 'crop', hidden: true, onkeydown: boxKey });
  const picture = element('div', { class: 'original' }, image, shade, box, point);
  const modes = ['focal point', 'crop'].map((mode) => element('button', { type: 'button', class: 'chip', onclick: () => choose(mode) }, mode === 'crop' ? 'Crop' : 'Focal point'));
  const none = element('button', { type: 'button', class: 'chip', onclick: () => set({ ca: undefined, cx: undefined, cy: undefined, cw: undefined, ch: undefined, a: undefined }) }, 'Clear both');
  const help = element('p', { class: 'doc' });
  frame.append(element('div', { class: 'chips', role: 'group', 'aria-label': 'Set on the picture' }, modes, none), picture, help);

  let mode = 'focal point';
  let source; // the size of the original, upright
  let area = { x: 0, y: 0, width: 1, height: 1 }; // the crop, in shares of the original
  choose(mode);

  function choose(chosen) {
    mode = chosen;
    modes.forEach((button, at) => button.setAttribute('aria-pressed', String((at === 1) === (chosen === 'crop'))));
    picture.classList.toggle('cropping', chosen === 'crop');
    help.textContent = chosen === 'crop' ? 'Drag a box on the picture. Arrow keys move it, and with Shift they change its size.' : 'Click or drag on the picture. Arrow keys move the point. A picture is cropped around it with fit=cover.';
  }

  /** Where a pointer is, in shares of the picture. */
  const at = ({ clientX, clientY }) => {
    const { left, top, width, height } = image.getBoundingClientRect();
    return { x: clamp((clientX - left) / width), y: clamp((clientY - top) / height) };
  };

  let from;
  picture.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || source === undefined) return;
    event.preventDefault();
    picture.setPointerCapture(event.pointerId);
    from = at(event);
    if (mode === 'focal point') focus(from);
    (mode === 'crop' ? box : point).focus({ preventScroll: true });
  });
  picture.addEventListener('pointermove', (event) => {
    if (from === undefined) return;
    const to = at(event);
    if (mode === 'focal point') return focus(to);
    crop({ x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width: Math.abs(from.x - to.x), height: Math.abs(from.y - to.y) });
  });
  for (const end of ['pointerup', 'pointercancel']) picture.addEventListener(end, () => (from = undefined));

  /** Sets the focal point, which is a place in what the crop leaves. */
  function focus({ x, y }) {
    const share = (value, start, length) => Number(clamp((value - start) / length).toFixed(3));
    set({ a: `${share(x, area.x, area.width)}x${share(y, area.y, area.height)}` });
  }

  function crop({ x, y, width, height }) {
    if (width * source.width < 4 || height * source.height < 4) return;
    const [cx, cy] = [Math.round(x * source.width), Math.round(y * source.height)];
    set({ ca: undefined, cx, cy, cw: Math.max(1, Math.round(width * source.width)), ch: Math.max(1, Math.round(height * source.height)) });
  }

  const step = { ArrowLeft: [-0.01, 0], ArrowRight: [0.01, 0], ArrowUp: [0, -0.01], ArrowDown: [0, 0.01] };

  function pointKey(event) {
    const by = step[event.key];
    if (!by) return;
    event.preventDefault();
    const [x, y] = focusOf(get('a'));
    set({ a: `${Number(clamp(x + by[0]).toFixed(3))}x${Number(clamp(y + by[1]).toFixed(3))}` });
    announce(point.getAttribute('aria-label'));
  }

  function boxKey(event) {
    const by = step[event.key];
    if (!by) return;
    event.preventDefault();
    const moved = event.shiftKey
      ? { ...area, width: clamp(area.width + by[0], 1 - area.x), height: clamp(area.height + by[1], 1 - area.y) }
      : { ...area, x: clamp(area.x + by[0], 1 - area.width), y: clamp(area.y + by[1], 1 - area.height) };
    crop(moved);
    announce(box.getAttribute('aria-label'));
  }

  return (state, description) => {
    if (description?.source) {
      const { width, height } = description.source;
      const fresh = addressOf('', { source: state.source, asked: { w: '720', h: '540', fit: 'scale-down', f: 'auto', n: '1', ...(state.asked.or && { or: state.asked.or }) } });
      if (image.getAttribute('src') !== fresh) image.src = fresh;
      source = { width, height };
      image.alt = 'The original';
      const cut = description.plan.area;
      area = cropOf(state.asked, source) ?? { x: cut.x / width, y: cut.y / height, width: cut.width / width, height: cut.height / height };
    } else if (state.source !== picture.dataset.source) source = undefined;
    picture.dataset.source = state.source;
    picture.hidden = source === undefined;
    const isCut = source !== undefined && (area.width < 0.999 || area.height < 0.999);
    place(box, area, isCut);
    place(shade, area, isCut);
    box.setAttribute('aria-label', `Crop: ${Math.round(area.width * 100)} by ${Math.round(area.height * 100)} percent, from ${Math.round(area.x * 100)} percent across and ${Math.round(area.y * 100)} percent down`);
    const [x, y] = focusOf(state.asked.a, description?.plan?.focus, source, area);
    point.style.left = `${(area.x + x * area.width) * 100}%`;
    point.style.top = `${(area.y + y * area.height) * 100}%`;
    point.setAttribute('aria-label', `Focal point: ${Math.round(x * 100)} percent across, ${Math.round(y * 100)} percent down`);
  };
}

function place(node, { x, y, width, height }, isShown) {
  node.hidden = !isShown;
  Object.assign(node.style, { left: `${x * 100}%`, top: `${y * 100}%`, width: `${width * 100}%`, height: `${height * 100}%` });
}

/** The crop that an address has in pixels, in shares of the original; undefined where it is none or another kind. */
function cropOf({ ca = 'top-left', cx = '0', cy = '0', cw, ch }, { width, height }) {
  if (ca !== 'top-left') return undefined;
  if (![cx, cy, cw, ch].every((text) => /^\d+$/.test(text ?? ''))) return undefined;
  const [x, y] = [clamp(cx / width), clamp(cy / height)];
  return { x, y, width: clamp(cw / width, 1 - x), height: clamp(ch / height, 1 - y) };
}

const sides = { left: [0, 0.5], right: [1, 0.5], top: [0.5, 0], bottom: [0.5, 1], 'top-left': [0, 0], 'top-right': [1, 0], 'bottom-left': [0, 1], 'bottom-right': [1, 1] };

/** Where the focal point is, in shares of what the crop leaves. */
function focusOf(text = 'center') {
  const point = /^([\d.]+)x([\d.]+)$/.exec(text);
  return point ? [Number(point[1]), Number(point[2])] : (sides[text] ?? [0.5, 0.5]);
}
