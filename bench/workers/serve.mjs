// The interface that letterbox has and its peers are given: GET /?s=<url>&w=&h= -> the image, contained in w x h on white.

/** A worker around `transform({ bytes, format, to, width, height }) -> bytes`, which throws for what it cannot do. */
export function serve(transform) {
  return {
    async fetch(request) {
      const asked = new URL(request.url).searchParams;
      try {
        const source = await fetch(asked.get('s'));
        const bytes = new Uint8Array(await source.arrayBuffer());
        const format = formatOf(bytes);
        const to = named[asked.get('f')] ?? format;
        const answer = await transform({ bytes, format, to, width: Number(asked.get('w')), height: Number(asked.get('h')) });
        return new Response(answer, { headers: { 'content-type': `image/${to}` } });
      } catch (error) {
        const status = error instanceof Unsupported ? 415 : 500;
        return Response.json({ error: `${error?.name ?? 'exception'}`, message: `${error?.message ?? error}` }, { status });
      }
    },
  };
}

/** A format that the library has no decoder or no encoder for. */
export class Unsupported extends Error {}

/** The formats that an answer can be asked for in; without `f` it has the source's. */
const named = { webp: 'webp', avif: 'avif' };

function formatOf(bytes) {
  const text = (from, to) => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'jpeg';
  if (text(1, 4) === 'PNG') return 'png';
  if (text(8, 12) === 'WEBP') return 'webp';
  if (text(0, 3) === 'GIF') return 'gif';
  if (text(4, 12) === 'ftypavif') return 'avif';
  throw new Unsupported('no format that is known here');
}
