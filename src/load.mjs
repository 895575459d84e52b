// A WebAssembly module from beside a script, where programs have to compile their modules themselves.

/** The compiled module at an address: a file in Node, Deno and Bun, and in a browser what its server has. */
export async function load(address) {
  const bytes = await read(address);
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    throw new Error('this runtime does not know the exceptions of WebAssembly, which letterbox needs: expected Node 24, Deno 2.9, Bun 1.4, Chromium 137 or what is as new', { cause: error });
  }
}

/** The bytes at such an address. */
export async function read(address) {
  if (address.protocol === 'file:') {
    // Put together, so that no bundler for browsers looks for it.
    const { readFile } = await import(['node:fs', 'promises'].join('/'));
    return readFile(address);
  }
  const reply = await fetch(address);
  if (!reply.ok) throw new Error(`${address} is answered ${reply.status}: it has to lie beside the script`);
  return reply.arrayBuffer();
}
