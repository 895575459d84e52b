// An address as it goes into a page: HTML, CSS, frameworks, Markdown.

import { createUrls } from '../url/index.mjs';
import { addressOf } from './address.mjs';

/** Every snippet of a state: { id, title, text, note }. `base` is the address of the deployment, `alt` the picture in words. */
export function snippets({ base, state, alt = '' }) {
  const { source, asked } = state;
  const address = addressOf(base, state);
  const isImage = !['json', 'thumbhash', 'blurhash'].includes(asked.f);
  const url = { id: 'url', title: 'URL', text: address };
  if (!isImage) return [url];
  const picture = typed(asked);
  return [
    url,
    { id: 'img', title: '<img srcset>', text: img({ base, source, picture, alt }) },
    { id: 'css', title: 'CSS', text: css(base, state) },
    { id: 'next', title: 'Next.js', text: next({ base, source, asked, picture, alt }) },
    { id: 'nuxt', title: 'Nuxt', text: nuxt({ base, source, asked, picture, alt }) },
    { id: 'astro', title: 'Astro', text: astro({ base, source, picture, alt }) },
    { id: 'markdown', title: 'Markdown', text: `![${alt.replaceAll(/[[\]]/g, '\\$&')}](${address.replaceAll('(', '%28').replaceAll(')', '%29').replaceAll(' ', '%20')})` },
  ];
}

/** The parameters as a builder of addresses takes them: sides are numbers, with the service's defaults where there are none. */
function typed(asked) {
  const { dpr, ...rest } = asked; // a srcset has its own
  const side = (text, usual) => (text === undefined ? usual : /^\d+$/.test(text) ? Number(text) : text);
  const [w, h] = [side(asked.w, 1200), side(asked.h, 627)];
  return { ...rest, ...(typeof w === 'number' && { w }), h, ...(typeof w !== 'number' && { w: undefined }) };
}

/** What a browser has to know of the place of a picture that has no width of its own. */
const fallback = (picture) => (picture.w === undefined ? { sizes: '100vw' } : {});

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

function img({ base, source, picture, alt }) {
  const attributes = createUrls({ base }).attributes(source, picture, fallback(picture));
  const lines = Object.entries({ ...attributes, alt, loading: 'lazy', decoding: 'async' }).map(([name, value]) => `  ${name}="${escaped(String(value)).replaceAll(', ', ',\n    ')}"`);
  return `<img\n${lines.join('\n')}>`;
}

function css(base, state) {
  const at = (dpr) => `url("${addressOf(base, { ...state, asked: { ...state.asked, dpr } }).replaceAll('"', '%22')}")`;
  const { dpr, ...asked } = state.asked;
  const one = `url("${addressOf(base, { ...state, asked }).replaceAll('"', '%22')}")`;
  return `.picture {\n  background-image: ${one};\n  background-image: image-set(${one} 1x, ${at('2')} 2x);\n}`;
}

/** Parameters that stay the same for every width, as a query. With a height by the shape, frameworks ask for more than there is. */
function fixed({ w, h, q, dpr, ...rest }) {
  const usual = h === 'auto' ? { fit: 'scale-down' } : {};
  return addressOf('', { source: '/', asked: { ...usual, ...rest } }).slice('/?s=/'.length);
}

/** The height that belongs to any width, as JavaScript: auto, or in proportion. */
const height = ({ w, h }, width) => (typeof w === 'number' && typeof h === 'number' ? `\${Math.round((${width} * ${h}) / ${w})}` : `${h ?? 'auto'}`);

function next({ base, source, asked, picture, alt }) {
  return `// letterbox.js, and in next.config.js: images: { loader: 'custom', loaderFile: './letterbox.js' }
'use client';
export default function letterbox({ src, width, quality }) {
  return \`${base}/?s=\${encodeURIComponent(src)}&w=\${width}&h=${height(picture, 'width')}${fixed(asked)}&q=\${quality ?? ${asked.q ?? 80}}\`;
}

// in the page
<Image src=${JSON.stringify(source)} width={${picture.w ?? 1200}} height={${typeof picture.h === 'number' ? picture.h : 800}} alt=${JSON.stringify(alt)} />`;
}

function nuxt({ base, source, asked, picture, alt }) {
  return `// providers/letterbox.ts, and in nuxt.config.ts:
// image: { providers: { letterbox: { name: 'letterbox', provider: '~~/providers/letterbox.ts' } } }
import { defineProvider } from '@nuxt/image/runtime';
export default defineProvider({
  getImage: (src, { modifiers: { width } }) => ({
    url: \`${base}/?s=\${encodeURIComponent(src)}&w=\${width ?? 'auto'}&h=${typeof picture.w === 'number' && typeof picture.h === 'number' ? `\${width ? Math.round((width * ${picture.h}) / ${picture.w}) : ${picture.h}}` : `${picture.h}`}${fixed(asked)}\`,
  }),
});

<!-- in the page -->
<NuxtImg provider="letterbox" src="${escaped(source)}" width="${picture.w ?? 1200}" alt="${escaped(alt)}" />`;
}

function astro({ base, source, picture, alt }) {
  const { w, ...rest } = picture;
  const given = JSON.stringify(w === undefined ? rest : { w, ...rest });
  const place = w === undefined ? `, { sizes: '100vw' }` : '';
  return `---
import { createUrls } from 'letterbox-images/url';
const images = createUrls({ base: '${base}' });
---
<img {...images.attributes(${JSON.stringify(source)}, ${given}${place})} alt=${JSON.stringify(alt)} />`;
}
