// What deny.toml allows, and whether a licence is among it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tools.mjs';

/** The lists of deny.toml: licences for all, more of them by crate, and the crates that may be there twice (`name:version`). */
export function policy(text = readFileSync(join(root, 'deny.toml'), 'utf8')) {
  const plain = text.replace(/#.*$/gm, '');
  const list = (name) => new RegExp(`^${name} = \\[\\n([^]*?)^\\]`, 'm').exec(plain)?.[1] ?? '';
  const strings = (part) => [...part.matchAll(/"([^"]*)"/g)].map(([, string]) => string);
  const exceptions = [...list('exceptions').matchAll(/crate = "([^"]+)", allow = \[([^\]]*)\]/g)];
  return {
    licences: new Set(strings(list('allow'))),
    exceptions: new Map(exceptions.map(([, crate, allowed]) => [crate, strings(allowed)])),
    twice: [...list('skip').matchAll(/crate = "([^"]+)"/g)].map(([, crate]) => crate),
  };
}

/**
 * Whether an SPDX expression can be met with the licences of the set: one side of an OR, both of an AND. The slash of old manifests is an OR.
 * What cannot be read is not allowed.
 */
export function allowed(expression, licences) {
  const words = (expression ?? '').replaceAll('/', ' OR ').match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const either = () => {
    let met = both();
    while (words[at] === 'OR') at += 1, met = both() || met;
    return met;
  };
  const both = () => {
    let met = one();
    while (words[at] === 'AND') at += 1, met = one() && met;
    return met;
  };
  const one = () => {
    if (words[at] === '(') {
      at += 1;
      const met = either();
      return words[at++] === ')' && met;
    }
    let name = words[at++];
    if (words[at] === 'WITH') (name += ` WITH ${words[at + 1]}`), (at += 2);
    return licences.has(name);
  };
  const met = either();
  return met && at === words.length;
}
