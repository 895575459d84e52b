// What a number is worth nothing without: the machine, and the version of everything that took part.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/tools.mjs';
import { measurable } from './process.mjs';

export function machine() {
  const processors = cpus();
  return {
    processor: processors[0].model.trim(),
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 1e9),
    system: `${type()} ${release().split('-')[0]} ${process.arch}`,
    cpuTime: measurable ? '/proc/PID/task/*/schedstat' : 'not to be had on this system: wall time only',
  };
}

/** Processes that wanted to run, on average over the last minute: how busy the machine was with other things. */
export const load = () => loadavg()[0];

export function versions() {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'bench', 'package.json'), 'utf8'));
  const ours = createRequire(join(root, 'package.json'));
  const miniflare = createRequire(ours.resolve('miniflare'));
  const { versions: native } = ours('sharp');
  return {
    letterbox: `${ours('./package.json').version}${revision()}`,
    ...Object.fromEntries(Object.keys(dependencies).map((name) => [name, installed(join(root, 'bench'), name)])),
    sharp: `${native.sharp} (libvips ${native.vips})`,
    node: process.versions.node,
    miniflare: installed(root, 'miniflare'),
    workerd: miniflare('workerd/package.json').version,
    rust: program('rustc', ['--version']).split(' ')[1],
  };
}

const installed = (folder, name) => JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;

function revision() {
  const commit = program('git', ['rev-parse', '--short=10', 'HEAD']);
  if (!commit) return '';
  const changed = program('git', ['status', '--porcelain', '--', 'src', 'crates', 'Cargo.toml', 'Cargo.lock', '.cargo']);
  return ` (${commit}${changed ? ' and changes that are not committed' : ''})`;
}

/** What a program prints, or nothing. */
function program(name, args) {
  try {
    return execFileSync(name, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}
