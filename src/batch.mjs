// The worker for files at hand, as `letterbox-images resize` runs it: a POST of a file to /?<parameters> is answered with the picture. Nothing is
// fetched, stored or logged.

import { make, startAnew } from 'beside:worker.mjs';
import { piecesOf } from './pieces.mjs';

/** Where the overlays begin in the body: `x-lengths` has the bytes of the file and of each overlay. */
async function filesOf(request) {
  const body = await request.arrayBuffer();
  let from = 0;
  return request.headers.get('x-lengths').split(',').map((length) => {
    const file = new Uint8Array(body, from, Number(length));
    from += Number(length);
    return file;
  });
}

export default {
  async fetch(request) {
    const [file, ...overlays] = await filesOf(request);
    const query = new URL(request.url).search.slice(1);
    try {
      const [bytes, type, width, height] = make(query, undefined, await piecesOf(file), await Promise.all(overlays.map(piecesOf)));
      return new Response(bytes, { headers: { 'content-type': type, 'x-size': `${width}x${height}` } });
    } catch (thrown) {
      if (!Array.isArray(thrown)) startAnew(); // it has crashed, and its memory is in whatever state
      const [code, message] = Array.isArray(thrown) ? thrown : ['crashed', 'the image could not be processed'];
      return Response.json({ code, message }, { status: 422 });
    }
  },
};
