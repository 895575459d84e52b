// Files at hand, in the pieces that the module takes.

/** Bytes that are handed to the module at once. */
const pieceBytes = 128 << 10;

/** The pieces of an array, a Blob, a Response, or a stream of arrays. */
export async function piecesOf(file) {
  const pieces = await read(file);
  return pieces.flatMap((piece) => {
    if (!(piece instanceof Uint8Array)) throw new TypeError('a piece of the stream is no Uint8Array');
    return Array.from({ length: Math.ceil(piece.length / pieceBytes) }, (_, at) => piece.subarray(at * pieceBytes, (at + 1) * pieceBytes));
  });
}

async function read(file) {
  if (file instanceof Uint8Array) return [file];
  if (file instanceof ArrayBuffer) return [new Uint8Array(file)];
  if (ArrayBuffer.isView(file)) return [new Uint8Array(file.buffer, file.byteOffset, file.byteLength)];
  const stream = typeof file?.stream === 'function' ? file.stream() : (file?.body ?? file);
  if (typeof stream?.getReader === 'function') return ofReader(stream.getReader());
  if (typeof stream?.[Symbol.asyncIterator] === 'function') return ofIterator(stream);
  throw new TypeError('the file is neither bytes, a Blob, a Response nor a stream');
}

/** Bytes that a file may have, as in the worker. A stream without an end is left there. */
const mostBytes = 40 << 20;

async function ofReader(reader) {
  const pieces = [];
  let bytes = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    pieces.push(next.value);
    bytes += next.value.byteLength ?? 0;
    if (bytes <= mostBytes) continue;
    reader.cancel().catch(() => {});
    break; // the module says what is wrong with so many
  }
  return pieces;
}

async function ofIterator(stream) {
  const pieces = [];
  let bytes = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    bytes += piece.byteLength ?? 0;
    if (bytes > mostBytes) break;
  }
  return pieces;
}
