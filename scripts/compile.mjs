// The Rust of the module to wasm, with the JavaScript that joins it to the runtime.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './program.mjs';
import { root, wasmBindgen, wasmTarget } from './tools.mjs';

/**
 * Rust to wasm, wasm to module and glue.
 *
 * With the bundle (bundle.mjs), this is what the worker-build program does, without the 5 CPU minutes and the headers of OpenSSL that it takes to install that.
 * No wasm-opt: on the module with all its codecs -O3 took 26 s, gained 1.2 % of the gzip size (652 to 644 KB) and no speed.
 */
export async function compile({ folder: into = 'build', target = 'target', env = {} } = {}) {
  await run('cargo', ['build', '--release', '--locked', '--lib', '--target', wasmTarget, '--target-dir', target], { env });
  const module = join(target, wasmTarget, 'release', 'letterbox.wasm');
  const glue = join(root, into, 'bindgen');
  rmSync(glue, { recursive: true, force: true });
  const recovery = ['--experimental-reset-state-function', '--force-enable-abort-handler'];
  const output = ['--target', 'module', '--out-dir', glue, '--out-name', 'index', '--no-typescript'];
  await run(wasmBindgen.path, [module, ...output, ...recovery]);
  // The runtime gives a compiled module for a plain import; it does not know source phase imports.
  const index = join(glue, 'index.js');
  writeFileSync(index, readFileSync(index, 'utf8').replace('import source ', 'import '));
}
