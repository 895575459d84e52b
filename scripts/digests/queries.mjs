// Which questions are asked of every file: together they take every way through the engine.

import { readFileSync } from 'node:fs';

const parameters = JSON.parse(readFileSync(new URL('../parameters.json', import.meta.url), 'utf8'));

const chrome = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
const safari13 = 'image/webp,image/apng,*/*';
const crawler = 'facebookexternalhit/1.1';

const plain = (query) => ({ query });

/** A question for each example of a parameter that none of these has, so that a new one is asked about without further doing. */
const ofOthers = (questions) => parameters
  .filter(({ name, aliases }) => !questions.some(({ query }) => [name, ...aliases].some((other) => new URLSearchParams(query).has(other))))
  .flatMap(({ name, examples }) => examples.map((text) => plain(`${name}=${text}`)));

const chosen = [
  '', // 1200 x 627, as it comes
  'w=auto&h=auto', // the source's own file, where that is no larger
  'w=300&h=200&fit=inside',
  'w=300&h=200&fit=cover',
  'w=300&h=200&fit=cover&a=top-left',
  'w=201&h=301&fit=cover&a=0.7x0.2',
  'w=300&h=200&fit=fill',
  'w=120&h=90&fit=outside',
  'w=640&h=480&fit=scale-down',
  'w=640&h=480&fit=inside&we',
  'w=160&h=90&dpr=1.5&a=bottom-right&bg=1e78b4',
  'w=auto&h=99&bg=12345680',
  'w=300&h=200&f=png',
  'w=300&h=200&f=png&q=40&bg=transparent',
  'w=300&h=200&f=jpg',
  'w=300&h=200&f=jpg&q=35&bg=black',
  'w=300&h=200&f=jpg&il',
  'w=300&h=200&f=webp&ll',
  'w=100&h=100&f=webp&n=3',
  'w=100&h=100&f=gif',
  'w=100&h=100&f=gif&n=2&page=1',
  'w=100&h=100&f=png&page=2',
  'w=auto&h=auto&f=gif',
  'w=300&h=200&f=avif',
  'f=json',
  'f=json&w=200&h=100&fit=cover&n=2',
  'f=thumbhash',
  'f=blurhash&bg=222',
].map(plain).concat(
  { query: 'w=200&h=150&f=auto', accept: chrome },
  { query: 'w=200&h=150&f=auto', accept: safari13 },
  { query: 'w=200&h=150&f=auto', accept: '*/*' },
  { query: 'w=200&h=150&f=auto', accept: chrome, agent: crawler },
  { query: 'w=200&h=150&f=auto&ll', accept: chrome },
);

/** Natively: there are no guests, so WebP is written without loss and AVIF is neither read nor written. */
export const native = [...chosen, ...ofOthers(chosen)];

/** In the runtime, where the guests are: what goes through them. */
export const runtime = [
  'w=200&h=150',
  'w=auto&h=auto',
  'w=200&h=150&f=webp',
  'w=200&h=150&f=webp&q=40&bg=transparent',
  'w=80&h=60&f=avif',
  'w=80&h=60&f=avif&q=30&bg=transparent',
  'w=100&h=100&f=webp&n=3',
  'w=100&h=100&f=webp&ll&n=2',
  'f=json',
  'f=thumbhash',
].map(plain).concat(
  { query: 'w=80&h=60&f=auto', accept: chrome },
  { query: 'w=80&h=60&f=auto', accept: safari13 },
  { query: 'w=80&h=60&f=auto', accept: chrome, agent: crawler },
);

/** A question as one word of a line. */
export const label = ({ query, accept, agent }) =>
  [query || '(defaults)', accept && `[${accept.replaceAll(' ', '')}]`, agent && `(${agent})`].filter(Boolean).join(' ');
