// Runs one WASI program, as cargo's runner for wasm32-wasip1: the tests of a crate, with the vectors that the worker has.
// The checkout is opened under its own name, and nothing beside it: a corpus there is for the native tests, which are faster.

import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { program } from './program.mjs';
import { root } from './tools.mjs';

async function wasi([module, ...args]) {
  // Node calls its WASI experimental; whoever runs the tests need not hear it each time.
  const { emitWarning } = process;
  process.emitWarning = () => {};
  // The shortcut to the host's functions corrupts the engine's memory (nodejs/node#53087): it dies at the end of tests that passed.
  setFlagsFromString('--no-turbo-fast-api-calls');
  const { WASI } = await import('node:wasi');
  process.emitWarning = emitWarning;

  const host = new WASI({ version: 'preview1', args: [module, ...args], env: process.env, preopens: { [root]: root }, returnOnExit: true });
  const { instance } = await WebAssembly.instantiate(await readFile(module), host.getImportObject());
  process.exitCode = host.start(instance);
}

await program(import.meta.url, wasi);
