// The state of the page: a source and what is asked of it, as text. It lives in the fragment of the page's address, which no server sees.

import { parameters } from './parameters.mjs';

const canonical = new Map(parameters.flatMap(({ name, aliases }) => [name, ...aliases].map((other) => [other, name])));

/** Parameters that the page does not ask with: a signature is made where an address is copied. */
const isLeft = (name) => ['s', 'sig', 'exp', 'widths'].includes(name);

/** Reads a query, as it stands behind `#` or `?`: { source, asked }. Names become canonical, the first of a name counts, strangers are left out. */
export function read(query) {
  const asked = {};
  let source = '';
  for (const [written, text] of new URLSearchParams(query.replace(/^[#?]/, ''))) {
    const name = canonical.get(written);
    if (name === 's') source ||= text;
    else if (name !== undefined && !isLeft(name) && !(name in asked)) asked[name] = text;
  }
  return { source, asked };
}

/** The fragment of a state, without `#`. */
export function write({ source, asked }) {
  const pairs = [['s', source], ...Object.entries(asked)];
  return pairs.map(([name, text]) => `${name}=${encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%2C', ',')}`).join('&');
}

/** The state with some values changed; undefined takes a value away. The order stays, so that an address does not jump about. */
export function changed(state, changes) {
  const asked = { ...state.asked };
  for (const [name, text] of Object.entries(changes)) {
    if (text === undefined) delete asked[name];
    else asked[name] = String(text);
  }
  return { ...state, asked };
}

/** A state from whatever a reader pastes: an address of letterbox, or that of an image. */
export function pasted(text, state) {
  const trimmed = text.trim();
  const query = trimmed.includes('?') ? trimmed.slice(trimmed.indexOf('?')) : '';
  const given = read(query);
  if (given.source !== '' && /^([./?]|https?:)/.test(given.source)) return given;
  return { ...state, source: trimmed };
}
