// `npm run properties`: the property tests of the URL vocabulary over a million requests, and the URLs that were tampered with.
// Further arguments: another number of requests.

import { Problem, program, run } from './program.mjs';

async function properties([cases = '1000000']) {
  if (!/^[1-9]\d{0,9}$/.test(cases)) throw new Problem(`${cases}: expected a number of requests`);
  const env = { LETTERBOX_CASES: cases };
  await run('cargo', ['test', '--locked', '--test', 'properties', '--test', 'signing', '--', '--nocapture'], { env });
}

await program(import.meta.url, properties);
