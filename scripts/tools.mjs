// Where things are, and which versions. Every version is read from Cargo.toml, so that the tools cannot drift from the libraries they serve.

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const wasmTarget = 'wasm32-unknown-unknown';

/** What wasm is tested on: like the worker's target, and with a system that a test program can talk to. */
export const wasiTarget = 'wasm32-wasip1';

// In the user's cache and not in the clone: the tools take minutes to compile, and every clone can share them.
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'letterbox');

const manifest = readFileSync(join(root, 'Cargo.toml'), 'utf8');

function versionOf(what, pattern) {
  const found = pattern.exec(manifest);
  if (!found) throw new Error(`Cargo.toml no longer names the version of ${what} as ${pattern}`);
  return found[1];
}

/** The version of letterbox, in its one place. */
export const version = versionOf('letterbox', /^\[package\]\nname = "letterbox"\nversion = "([\d.]+(?:-[\w.]+)?)"/m);

export const minimumRust = versionOf('Rust', /^rust-version\s*=\s*"([\d.]+)"/m);

// Library and CLI speak a private format to each other, so the versions must be equal to the last digit.
const wasmBindgenVersion = versionOf('wasm-bindgen', /^wasm-bindgen\s*=\s*"=([\d.]+)"/m);
const folder = join(cache, `wasm-bindgen-${wasmBindgenVersion}`);

/** The one tool that cargo compiles for us. */
export const wasmBindgen = {
  crate: 'wasm-bindgen-cli',
  version: wasmBindgenVersion,
  why: 'it writes the JavaScript that joins the module to the runtime',
  cost: 'about 4 CPU minutes',
  folder,
  path: join(folder, 'bin', 'wasm-bindgen'),
};

/** Whether cargo finished installing the tool: it writes the crate's name into `.crates.toml` only after the programs are in place. */
export function installed({ crate, version, folder, path }) {
  const record = join(folder, '.crates.toml');
  return existsSync(path) && existsSync(record) && readFileSync(record, 'utf8').includes(`"${crate} ${version} `);
}

