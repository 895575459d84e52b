// The module with less memory than it was linked for. What its libraries allocate without asking, within a plan that the budget allows, is
// then more than there is: the module crashes as it would of any mistake in it, and no file has to be known that makes it.

/** A copy of a module whose memory may grow to so many pages of 64 KiB. */
export function capped(module, pages) {
  const copy = Buffer.from(module);
  let at = 8;
  /** An unsigned number (LEB128), and where it stands. */
  const number = () => {
    const start = at;
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = copy[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return { value, start, end: at };
    }
  };
  while (at < copy.length) {
    const section = copy[at++];
    const { value: size } = number();
    if (section !== 5) {
      at += size;
      continue;
    }
    number(); // one memory
    if (copy[at++] !== 1) throw new Error('the memory of the module has no maximum');
    number();
    const { start, end } = number();
    for (let place = start, rest = pages; place < end; place += 1, rest >>= 7) copy[place] = (rest & 127) | (place + 1 < end ? 128 : 0);
    return copy;
  }
  throw new Error('the module has no memory');
}
