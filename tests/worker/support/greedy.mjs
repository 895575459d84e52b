// A lossless WebP of one pixel that claims thousands of groups of Huffman codes: its decoder would make room for all of them, which is more
// memory than the module has.

/** Bits, the first of them lowest (RFC 9649, section 3.2). */
function packer() {
  const bytes = [];
  let held = 0n;
  let count = 0n;
  return {
    put(value, bits) {
      held |= BigInt(value) << count;
      count += BigInt(bits);
      while (count >= 8n) {
        bytes.push(Number(held & 255n));
        held >>= 8n;
        count -= 8n;
      }
    },
    end: () => Buffer.from(count > 0n ? [...bytes, Number(held)] : bytes),
  };
}

/** A prefix code of ten symbols, the first six with 3 bits and the others with 4, as the code that describes it is written. */
function codeLengths() {
  const order = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10];
  const length = (symbol) => (symbol < 1 || symbol > 10 ? 0 : symbol <= 6 ? 3 : 4);
  const reversed = (code, bits) => parseInt(code.toString(2).padStart(bits, '0').split('').reverse().join(''), 2);
  const fields = [[0, 1], [10, 4], ...order.map((symbol) => [length(symbol), 3]), [1, 1], [1, 3], [9, 4]];
  const codes = new Map();
  let code = 0;
  for (let symbol = 1; symbol <= 10; symbol += 1) {
    if (symbol === 7) code <<= 1;
    codes.set(symbol, [reversed(code, length(symbol)), length(symbol)]);
    code += 1;
  }
  return [...fields, ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10].map((symbol) => codes.get(symbol))];
}

export function greedyWebp(groups = 8192) {
  const bits = packer();
  bits.put(0x2f, 8); // signature, 1 x 1, no alpha, version 0
  bits.put(0, 14 + 14 + 1 + 3);
  bits.put(0, 2); // no transform, no colour cache
  bits.put(1, 1); // several groups; an image of one pixel says which is the last
  bits.put(0, 3 + 1);
  for (const symbol of [(groups - 1) & 255, (groups - 1) >> 8, 0, 0, 0]) {
    bits.put(0b101, 3); // a code of one symbol of 8 bits
    bits.put(symbol, 8);
  }
  const code = codeLengths();
  for (let at = 0; at < groups * 5; at += 1) code.forEach(([value, length]) => bits.put(value, length));
  bits.put(0, 40);
  const data = bits.end();
  const chunk = Buffer.concat([Buffer.from('VP8L'), size(data.length), data, Buffer.alloc(data.length % 2)]);
  return Buffer.concat([Buffer.from('RIFF'), size(chunk.length + 4), Buffer.from('WEBP'), chunk]);
}

function size(bytes) {
  const field = Buffer.alloc(4);
  field.writeUInt32LE(bytes);
  return field;
}
