// Brings a machine that has Rust, Node and a C compiler to where the worker can be built. Idempotent, and quick when there is nothing to do.

import { existsSync, mkdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { capture, duration, Problem, run, say } from './program.mjs';
import { cache, installed, minimumRust, root, wasiTarget, wasmBindgen, wasmTarget } from './tools.mjs';

/** Sets everything up; `forTests` adds rustfmt, clippy and the target of the tests on wasm. Returns the version line of the Rust compiler. */
export async function setup({ forTests = false } = {}) {
  checkNode();
  const rust = await checkRust();
  await installPackages();
  await addTarget(wasmTarget, 'which the worker is compiled for');
  if (forTests) await addTarget(wasiTarget, 'which the tests on wasm are compiled for');
  if (forTests) await Promise.all([addComponent('rustfmt', 'fmt'), addComponent('clippy', 'clippy')]);
  if (!installed(wasmBindgen)) await install(wasmBindgen);
  return rust;
}

function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (older(process.versions.node, /[\d.]+/.exec(engines.node)[0])) {
    throw new Problem(`Node ${engines.node} is needed and this is ${process.versions.node}. See https://nodejs.org/en/download`);
  }
}

async function checkRust() {
  const [rustc, cargo] = await Promise.all([capture('rustc', ['--version']), capture('cargo', ['--version'])]);
  if (rustc.code === null || cargo.code === null) {
    throw new Problem('Rust is missing. Install it from https://rustup.rs, open a new terminal, and run this again.');
  }
  if (rustc.code !== 0) throw new Problem(`Rust is installed but does not start:\n${rustc.output}\nPerhaps: rustup default stable`);
  if (older(rustc.output.split(' ')[1], minimumRust)) {
    throw new Problem(`Rust ${minimumRust} or later is needed and this is ${rustc.output}. Update it with: rustup update stable`);
  }
  return rustc.output;
}

const older = (version, minimum) => version.localeCompare(minimum, undefined, { numeric: true }) < 0;

async function installPackages() {
  const lock = join(root, 'package-lock.json');
  const record = join(root, 'node_modules', '.package-lock.json');
  const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
  if (existsSync(record) && modified(record) >= modified(lock)) return;

  say('setup: npm packages, for the local Workers runtime and the bundler (under a minute)');
  // `install` and not `ci`: the lock lists the runtime's builds for every platform, and not every registry mirror carries them all.
  // None of the packages needs its install script. `--include=dev` because they are all devDependencies and NODE_ENV may be `production`.
  await run('npm', ['install', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  // npm leaves its record alone when nothing changed; without this the next run would install again.
  const now = new Date();
  utimesSync(record, now, now);
}

async function addTarget(target, why) {
  const { output } = await capture('rustc', ['--print', 'target-libdir', '--target', target]);
  if (existsSync(output)) return;
  say(`setup: Rust's standard library for ${target}, ${why} (seconds)`);
  await rustup(['target', 'add', target]);
}

async function addComponent(name, subcommand) {
  if ((await capture('cargo', [subcommand, '--version'])).code === 0) return;
  say(`setup: ${name}, which the tests run (seconds)`);
  await rustup(['component', 'add', name]);
}

async function rustup(args) {
  if ((await capture('rustup', ['--version'])).code === null) {
    throw new Problem(`This Rust was not installed by rustup, so it has to be completed by hand with what this would do:\n  rustup ${args.join(' ')}`);
  }
  await run('rustup', args);
}

/** Compiles one tool into the cache, counting crates aloud. Two runs at once are safe: cargo locks the folder and swaps programs in whole. */
export async function install({ crate, version, why, cost, folder }) {
  await checkCompiler(crate);
  say(`setup: ${crate} ${version}: ${why} (${cost}, once, into ${folder})`);
  mkdirSync(cache, { recursive: true });
  const started = Date.now();
  let crates = 0;
  let reported = started;
  const progress = (line) => {
    if (!/^\s*Compiling /.test(line)) return;
    crates += 1;
    if (Date.now() - reported < 15_000) return;
    reported = Date.now();
    say(`setup:   ${crates} crates so far, ${duration(reported - started)}`);
  };
  // Outside the clone, so that no setting of this project reaches the tools.
  const args = ['install', crate, '--version', version, '--locked', '--root', folder];
  const { code, output } = await capture('cargo', args, { cwd: cache, onLine: progress });
  if (code !== 0) throw new Problem(`${output.split('\n').slice(-40).join('\n')}\n\nfailed: cargo ${args.join(' ')}`);
  say(`setup:   done, ${duration(Date.now() - started)}`);
}

/** What cargo itself would only report after minutes of compiling. */
async function checkCompiler(crate) {
  if ((await capture('cc', ['--version'])).code === 0) return;
  throw new Problem(
    `${crate} needs a C compiler to be built. Install one with:\n` +
      '  sudo apt-get install build-essential    (Debian, Ubuntu)\n' +
      '  sudo dnf install gcc                    (Fedora)\n' +
      '  xcode-select --install                  (macOS)',
  );
}
