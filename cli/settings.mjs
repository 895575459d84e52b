// What the module says of the settings: its own parser, in the runtime that it is made for. Nothing is compiled, and no rule is written twice.

import { inRuntime } from './runtime.mjs';

/** Asks the module in `folder` of the settings of a configuration: { lines }, or { problems } in plain words. */
export function askSettings(folder, { vars, r2_buckets = [], assets, secrets }) {
  const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  const body = JSON.stringify({
    vars: Object.entries(vars ?? {}).map(([name, value]) => [name, text(value)]),
    bindings: [...r2_buckets.map((bucket) => bucket.binding), assets?.binding].filter(Boolean),
    secrets: secrets?.required ?? [],
  });
  return inRuntime(folder, ['settings.mjs', 'index_bg.wasm'], 1, async ([address]) => (await fetch(address, { method: 'POST', body })).json());
}
