// letterbox for Workers of one's own by a service binding, with the methods of Cloudflare's Images binding: what is written for that runs on this.

import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers';
import { make, makeByOptions, startAnew } from 'beside:worker.mjs';
import { piecesOf } from './pieces.mjs';

/** `env.IMAGES` of another Worker: `services = [{ binding = "IMAGES", service = "…", entrypoint = "Images" }]`. */
export class Images extends WorkerEntrypoint {
  /** A stream of a file, to be transformed. */
  input(stream) {
    return new Transformer(piecesOf(stream));
  }

  /** `{ format, fileSize, width, height }` of a file. */
  async info(stream) {
    const pieces = await piecesOf(stream);
    const [json] = called(() => make('s=/file&f=json', undefined, pieces, []));
    const { source } = JSON.parse(new TextDecoder().decode(json));
    const fileSize = pieces.reduce((sum, { length }) => sum + length, 0);
    return { format: mediaTypes[source.format] ?? `image/${source.format}`, fileSize, width: source.width, height: source.height };
  }
}

const mediaTypes = { jpg: 'image/jpeg', ico: 'image/x-icon' };

/** The formats of `output`. */
const formats = { 'image/jpeg': 'jpeg', 'image/png': 'png', 'image/webp': 'webp', 'image/avif': 'avif' };

class Transformer extends RpcTarget {
  #file;
  #steps = [];

  constructor(file) {
    super();
    this.#file = file;
    file.catch(() => {}); // whoever asks for the output is told
  }

  /** Adds a transform: the options of Cloudflare Images. Several are done one after another. */
  transform(options = {}) {
    this.#steps.push({ options: written(options) });
    return this;
  }

  /** Lays a picture over the one so far: a stream of a file, or what `input` returns. */
  draw(image, options = {}) {
    const over = { lies: lies(options), pieces: drawn(image) };
    over.pieces.catch(() => {}); // whoever asks for the output is told
    this.#steps.push({ over });
    return this;
  }

  /** Makes the picture. `format` is a media type: image/jpeg, image/png, image/webp or image/avif. */
  async output({ format, quality, anim, background } = {}) {
    const asked = formats[format];
    if (!asked) throw new TypeError(`format is ${format}: expected ${Object.keys(formats).join(', ')}`);
    let pieces = await this.#file;
    const last = written({ format: asked, quality, anim, background });
    const steps = [...this.#steps];
    const end = steps.at(-1)?.options === undefined ? '' : steps.pop().options;
    for (const { options, over } of steps) {
      const picture = over && await over.pieces;
      const [between] = called(() => over
        ? make(`s=/file&f=png&fit=inside&wm=/overlay&${over.lies}`, undefined, pieces, [picture])
        : makeByOptions(joined(options, 'format=png'), pieces));
      pieces = await piecesOf(between);
    }
    const [bytes, type] = called(() => makeByOptions(joined(end, last), pieces));
    return new Result(bytes, type);
  }
}

class Result extends RpcTarget {
  #bytes;
  #type;

  constructor(bytes, type) {
    super();
    this.#bytes = bytes;
    this.#type = type;
  }

  response() {
    return new Response(this.#bytes, { headers: { 'content-type': this.#type } });
  }

  image() {
    return new Response(this.#bytes).body;
  }

  contentType() {
    return this.#type;
  }
}

/** The pieces of a picture that is drawn: of a stream, or of the output of another transformer. */
async function drawn(image) {
  if (image instanceof ReadableStream) return piecesOf(image);
  const result = await image.output({ format: 'image/png' });
  return piecesOf(await result.image());
}

/** The options of `draw` as parameters of an address. */
function lies({ opacity = 1, repeat = false, composite = 'over', top, left, bottom, right, ...others }) {
  const [other] = Object.keys(others);
  if (other) throw new TypeError(`draw: ${other} has no equal in letterbox`);
  if (composite !== 'over') throw new TypeError(`draw: composite is ${composite}: expected over`);
  if (typeof repeat !== 'boolean') throw new TypeError(`draw: repeat is ${repeat}: expected true or false`);
  const percent = Math.round(opacity * 1e4) / 100;
  if (!Number.isInteger(percent) || percent < 1 || percent > 100) throw new TypeError(`draw: opacity is ${opacity}: expected hundredths from 0.01 to 1`);
  if (top !== undefined && bottom !== undefined) throw new TypeError('draw: top and bottom are both given');
  if (left !== undefined && right !== undefined) throw new TypeError('draw: left and right are both given');
  const [x, y] = [left ?? right ?? 0, top ?? bottom ?? 0];
  if (![x, y].every((shift) => Number.isInteger(shift) && Math.abs(shift) <= 65_535)) throw new TypeError('draw: an offset is not a whole number of pixels');
  if (repeat && (x !== 0 || y !== 0)) throw new TypeError('draw: repeat goes with no offset');
  const down = top !== undefined ? 'top' : bottom !== undefined && 'bottom';
  const across = left !== undefined ? 'left' : right !== undefined && 'right';
  const position = [down, across].filter(Boolean).join('-') || 'center';
  return `wmpos=${position}&wmx=${x}&wmy=${y}&wmopacity=${percent}&wmtile=${Number(repeat)}`;
}

const joined = (...parts) => parts.filter(Boolean).join(',');

/** Options as the URLs of Cloudflare Images have them. */
function written(options) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  return given.map(([name, value]) => `${name}=${encodeURIComponent(spelled(name, value))}`).join(',');
}

function spelled(name, value) {
  if (name === 'gravity' && typeof value === 'object') return `${value.x ?? 0.5}x${value.y ?? 0.5}`;
  if (name === 'trim' && typeof value === 'object') {
    const { top = 0, right = 0, bottom = 0, left = 0, border } = value;
    return border ? 'border' : [top, right, bottom, left].join(';');
  }
  if (typeof value === 'object') throw new TypeError(`${name} is an object: letterbox has no equal for it`);
  return value;
}

/** What the module makes, or an error with the reason and its code in the message: nothing else of an error crosses a binding. */
function called(work) {
  try {
    return work();
  } catch (thrown) {
    if (!Array.isArray(thrown)) startAnew(); // it has crashed, and its memory is in whatever state
    const [code, message] = Array.isArray(thrown) ? thrown : ['crashed', 'the image could not be processed'];
    throw Object.assign(new TypeError(`${message} (${code})`), { code });
  }
}

export default { fetch: () => new Response('letterbox is called by a service binding here, with the entrypoint Images\n', { status: 404 }) };
