// Elements of the page, by name. Text is always text: nothing here reads markup.

/** An element with attributes, listeners (`onclick`) and children; false and undefined are left out. */
export function element(tag, attributes = {}, ...children) {
  const made = tag === 'svg' || tag === 'rect' || tag === 'path' ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name === 'value') made.value = value;
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== false && child !== null));
  return made;
}

/** The element of the page with an id. */
export const byId = (id) => document.getElementById(id);

/** Says something to screen readers, without moving the focus. */
export function announce(text) {
  byId('said').textContent = text;
}

/** A button that copies what `text` returns. */
export function copyButton(text, label = 'Copy') {
  const button = element('button', { type: 'button', class: 'copy', onclick: copy }, label);
  async function copy() {
    const copied = await navigator.clipboard.writeText(text()).then(() => true, () => false);
    button.textContent = copied ? 'Copied' : 'Select it and copy';
    announce(copied ? 'Copied' : 'The browser does not let this page copy');
    setTimeout(() => (button.textContent = label), 1500);
  }
  return button;
}
