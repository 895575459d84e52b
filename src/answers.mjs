// Finished answers on their way out, as the module sends them: `letterboxAnswers` (src/cloudflare/answers.rs).

import { room } from './isolate.mjs';

/** One reply of bytes that lie here; the runtime keeps the array and does not copy it. */
const whole = (bytes, status, headers) => new Response(bytes, { status, headers });

/**
 * A reply in pieces, each asked for when the client has taken the one before: `piece(n)` for n from 0 to `count` - 1. A client that takes
 * longer than `pieceMs` for one is cut off. `ended` is called once, however it ends. The reply comes with a promise of that end: without one
 * that the runtime waits for, it would stop where the client goes away, and nothing would be given back.
 */
function inPieces(length, count, pieceMs, piece, ended, status, headers) {
  const { readable, writable } = new FixedLengthStream(length);
  const sent = send(writable.getWriter(), count, pieceMs, piece)
    .catch(() => {}) // the client has gone, or is too slow
    .finally(ended)
    .catch(() => {}); // the module has been restarted meanwhile, and nothing is left to give back
  return [new Response(readable, { status, headers }), sent];
}

async function send(writer, count, pieceMs, piece) {
  let timer;
  const tooSlow = new Promise((_, reject) => {
    const ring = () => reject(new Error('the client is too slow'));
    timer = { start: () => (timer.id = setTimeout(ring, pieceMs)), stop: () => clearTimeout(timer.id) };
  });
  tooSlow.catch(() => {});
  try {
    for (let number = 0; number < count; number += 1) {
      timer.start();
      await Promise.race([writer.write(piece(number)), tooSlow]);
      timer.stop();
    }
    await Promise.race([writer.close(), tooSlow]);
  } catch (error) {
    writer.abort(error).catch(() => {});
    throw error;
  } finally {
    timer.stop();
  }
}

globalThis.letterboxAnswers = { room, whole, inPieces, array: (length) => new Uint8Array(length) };
