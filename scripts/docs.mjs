// `npm run docs`: rewrites what is generated from the tables of parameters and settings. tests/docs.rs says what that is, and `npm test`
// fails while any of it is stale.

import { program, run, say } from './program.mjs';

const help = `npm run docs

  rewrites the tables of docs/ and the lines that sign, the defaults in wrangler.toml, the names in the signers, scripts/parameters.json,
  and the parameters of url/ and of the playground, site/
`;

async function docs(args) {
  if (args.length > 0) return say(help);
  await run('cargo', ['test', '--quiet', '--locked', '--test', 'docs'], { env: { UPDATE_DOCS: '1' } });
}

await program(import.meta.url, docs);
