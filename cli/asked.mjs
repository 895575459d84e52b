// The command line of `resize`: parameters of the address as options, and options of its own.

import { Problem } from './program.mjs';
import { readConfig } from './configuration.mjs';
import { parameters } from '../url/parameters.mjs';

/** Parameters about an address and its cache, which a file has not. */
const ofAddresses = new Set(['s', 'p', 'v', 'exp', 'maxage', 'sig', 'widths', 'dl', 'txtfont']);

const canonical = new Map(Object.entries(parameters).flatMap(([name, { aliases }]) => [name, ...aliases].map((other) => [other, name])));

/** Options of the command: whether each takes a value, or may. */
const own = { output: 'value', srcset: 'value', preset: 'value', config: 'value', jobs: 'value', placeholder: 'either', info: 'none', force: 'none', quiet: 'none' };

const short = { o: 'output' };

/** Parameters that name a picture to lay over the answer, the lowest first. */
const overlayNames = ['wm', 'wmb', 'wmc'];

/** Formats of answers, by the ending of a file. */
const endings = { jpg: 'jpg', jpeg: 'jpg', png: 'png', webp: 'webp', avif: 'avif', gif: 'gif' };

/** Reads the words behind `resize`: { inputs, options, parameters, overlays }. */
export async function readAsked(args, usage) {
  const bad = (why) => new Problem(`${why}\n\n${usage}`);
  const [inputs, options, given] = [[], {}, {}];
  const words = [...args];
  while (words.length > 0) {
    const word = words.shift();
    if (word === '--') {
      inputs.push(...words.splice(0));
      break;
    }
    const [, dashes, name, value] = /^(--?)([A-Za-z][\w-]*)(?:=([^]*))?$/.exec(word) ?? [];
    if (name === undefined) {
      inputs.push(word);
      continue;
    }
    if (dashes === '-' && name.length > 1) throw bad(`${word}: a name of several letters has two dashes, --${name}`);
    const option = short[name] ?? name;
    if (Object.hasOwn(own, option)) {
      options[option] = ofOption(option, value, words, bad);
      continue;
    }
    const parameter = canonical.get(name);
    if (parameter === undefined) throw bad(`${word} is neither an option nor a parameter`);
    if (ofAddresses.has(parameter)) throw bad(`${word} is about an address, and there is none`);
    if (parameter in given) throw bad(`${word} is given twice`);
    given[parameter] = ofParameter(parameter, value, words, (why) => bad(`${word} ${why}`));
  }
  if (inputs.length === 0) throw bad('which files?');
  return { inputs, options: checked(options, bad), ...picturesOf({ ...(await preset(options)), ...given }) };
}

function ofOption(option, value, words, bad) {
  if (own[option] === 'none') {
    if (value !== undefined) throw bad(`--${option} takes no value`);
    return true;
  }
  if (value !== undefined) return value;
  if (own[option] === 'either') return true;
  if (words.length === 0) throw bad(`--${option} needs a value`);
  return words.shift();
}

/** The value of a parameter. One that may stand bare has its value behind `=` alone. */
function ofParameter(parameter, value, words, bad) {
  if (value !== undefined) return value;
  const { on } = parameters[parameter];
  if (on !== undefined) return on;
  if (words.length === 0) throw bad('needs a value');
  return words.shift();
}

function checked({ srcset, jobs, placeholder, output, info, ...rest }, bad) {
  const widths = srcset?.split(',').map(Number);
  if (widths && !widths.every((width) => Number.isInteger(width) && width > 0)) throw bad(`--srcset ${srcset}: expected widths such as 320,640,1280`);
  const count = jobs === undefined ? undefined : Number(jobs);
  if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= 64)) throw bad(`--jobs ${jobs}: expected a number from 1 to 64`);
  const kind = placeholder === true ? 'thumbhash' : placeholder;
  if (kind !== undefined && !['thumbhash', 'blurhash'].includes(kind)) throw bad(`--placeholder=${kind}: expected thumbhash or blurhash`);
  if (info && kind) throw bad('--info and --placeholder are two answers: ask for one');
  const says = info ? 'json' : kind;
  if (says && (output || widths)) throw bad(`--${info ? 'info' : 'placeholder'} is printed: leave out ${output ? '--output' : '--srcset'}`);
  if (!says && output === undefined) throw bad('where to? --output names a file, a folder, or - for standard output');
  return { ...rest, widths, jobs: count, says, output };
}

/** The parameters of a preset of the deployment's configuration. */
async function preset({ preset: name, config }) {
  if (name === undefined) return {};
  const { vars = {}, configPath } = await readConfig({ config });
  const presets = String(vars.PRESETS ?? '').split(';').map((entry) => entry.trim()).filter(Boolean);
  const all = new Map(presets.map((entry) => [entry.slice(0, entry.indexOf(':')).trim(), entry.slice(entry.indexOf(':') + 1).trim()]));
  if (!all.has(name)) throw new Problem(`--preset ${name}: ${configPath ? `PRESETS of ${configPath} has ${[...all.keys()].join(', ') || 'none'}` : 'there is no wrangler.toml here; --config names one'}`);
  return Object.fromEntries([...new URLSearchParams(all.get(name))].map(([each, text]) => [canonical.get(each) ?? each, text]));
}

/** Parameters without the paths of overlays, which are files here. */
function picturesOf(given) {
  const overlays = overlayNames.filter((name) => given[name] !== undefined && given[name] !== 'none').map((name) => [name, given[name]]);
  const rest = Object.entries(given).filter(([name]) => !overlayNames.includes(name));
  return { parameters: Object.fromEntries(rest), overlays };
}

/** The format that the name of a file asks for; undefined where it asks for none. */
export const formatOf = (path) => endings[/\.(\w+)$/.exec(path)?.[1].toLowerCase()];
