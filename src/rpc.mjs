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
    const [json] = called(() => make('s=/file&f=json', undefined, pieces));
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
    this.#steps.push(written(options));
    return this;
  }

  draw() {
    throw new TypeError('draw: there are no overlays in letterbox yet');
  }

  /** Makes the picture. `format` is a media type: image/jpeg, image/png, image/webp or image/avif. */
  async output({ format, quality, anim, background } = {}) {
    const asked = formats[format];
    if (!asked) throw new TypeError(`format is ${format}: expected ${Object.keys(formats).join(', ')}`);
    let pieces = await this.#file;
    const last = written({ format: asked, quality, anim, background });
    const steps = this.#steps.length > 0 ? this.#steps : [''];
    for (const step of steps.slice(0, -1)) {
      const [between] = called(() => makeByOptions(joined(step, 'format=png'), pieces));
      pieces = await piecesOf(between);
    }
    const [bytes, type] = called(() => makeByOptions(joined(steps.at(-1), last), pieces));
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
