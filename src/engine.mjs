// The engine alone, for programs that have a file at hand: Node, browsers, Deno and Bun. The module is the worker's, and so are its codecs; what
// is asked is written as for a URL (url/index.mjs).

import './guests/index.mjs'; // before the module that calls them
import { __wbg_reset_state as startAnew, make } from '../build/bindgen/index.js';
import readFont from '../fonts/NotoSans-SemiBold.ttf';
import { url } from '../url/index.mjs';
import { piecesOf } from './pieces.mjs';

/** Something that is wrong with the file or with what is asked; `code` is that of docs/errors.md. */
export class EngineError extends Error {
  constructor(code, message) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
  }
}

/**
 * The picture of a file by these parameters, as an object: { bytes, type, width, height }. `accept` is the client's, for `f: 'auto'`. `overlays` are the
 * files of what is laid over it, the lowest first; `wmpos` and its kind say how they lie.
 */
export async function resize(file, parameters = {}, { accept, overlays = [] } = {}) {
  const pieces = await piecesOf(file);
  await bringFont(parameters);
  const over = await Promise.all(overlays.map(piecesOf));
  const marks = Object.fromEntries(['wm', 'wmb', 'wmc'].slice(0, over.length).map((name) => [name, '/overlay']));
  const [bytes, type, width, height] = called({ ...marks, ...parameters }, accept, pieces, over);
  return { bytes, type, width, height };
}

/** What the worker says with `f=json`: the source, and the plan for these parameters. */
export async function info(file, parameters = {}) {
  const { bytes } = await resize(file, { ...parameters, f: 'json' });
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** The placeholder of a file, as text: 'thumbhash' in base64, or 'blurhash'. */
export async function placeholder(file, kind = 'thumbhash') {
  if (!['thumbhash', 'blurhash'].includes(kind)) throw new TypeError(`kind is ${kind}: expected thumbhash or blurhash`);
  const { bytes } = await resize(file, { f: kind });
  return new TextDecoder().decode(bytes);
}

/** The font of the package, once a text asks for it. */
let font;

async function bringFont({ txt }) {
  if (!txt || font) return;
  font = await readFont();
  globalThis.letterboxFont = () => font;
}

function called(parameters, accept, pieces, overlays) {
  const query = url('', '/file', parameters).slice('/?'.length);
  try {
    return make(query, accept, pieces, overlays);
  } catch (thrown) {
    if (Array.isArray(thrown)) throw new EngineError(...thrown);
    startAnew(); // it has crashed, and its memory is in whatever state
    throw new EngineError('crashed', 'the image could not be processed');
  }
}
