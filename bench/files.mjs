// `npm run bench:files`: 200 photos of 12 MP to 1200 pixels, by `letterbox-images resize`, sharp-cli and vipsthumbnail. CPU and wall time of whole programs.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { makeFolder } from '../scripts/package.mjs';
import { Problem, program, run, say } from '../scripts/program.mjs';
import { cache, root } from '../scripts/tools.mjs';

const sharpCli = { name: 'sharp-cli', version: '6.1.0' };

const help = `npm run bench:files [-- --photos <n>] [-- --rounds <n>]

  --photos <n>  so many photos; 200 without it
  --rounds <n>  so many rounds, each program once a round in turn; 3 without it. The least of each counts

vipsthumbnail is measured where it is installed (Debian: libvips-tools). sharp-cli is installed into the user's cache.
`;

await program(import.meta.url, async (args) => {
  if (args.includes('--help')) return say(help);
  const number = (name, usual) => (args.includes(name) ? Number(args[args.indexOf(name) + 1]) : usual);
  const [photos, rounds] = [number('--photos', 200), number('--rounds', 3)];
  if (!(photos >= 1 && rounds >= 1)) throw new Problem(help);
  const folder = await makeFolder();
  const place = mkdtempSync(join(tmpdir(), 'letterbox-files-'));
  try {
    const sources = await madePhotos(join(place, 'photos'), photos);
    const programs = await contestants(folder, place, sources);
    const best = new Map();
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, command] of programs) {
        const out = join(place, 'out');
        rmSync(out, { recursive: true, force: true });
        mkdirSync(out);
        const took = timed(command(out));
        const made = readdirSync(out).filter((file) => file.endsWith('.jpg'));
        if (made.length !== photos) throw new Problem(`${name} made ${made.length} of ${photos} pictures`);
        const { width } = await sharp(join(out, made[0])).metadata();
        if (width !== 1200) throw new Problem(`${name} made ${width} columns`);
        const bytes = made.reduce((sum, file) => sum + statSync(join(out, file)).size, 0);
        const before = best.get(name);
        best.set(name, { cpu: Math.min(took.cpu, before?.cpu ?? Infinity), wall: Math.min(took.wall, before?.wall ?? Infinity), bytes });
        say(`${name}: ${took.cpu.toFixed(1)} s of CPU, ${took.wall.toFixed(1)} s`);
      }
    }
    const ours = best.get('letterbox-images resize');
    say(`\n${photos} JPEGs of 4000 x 3000 to 1200 columns at quality 80, least of ${rounds} rounds:\n\n| program | CPU, s | wall, s | CPU, x ours | bytes of a picture |\n|---|--:|--:|--:|--:|`);
    for (const [name, { cpu, wall, bytes }] of best) say(`| ${name} | ${cpu.toFixed(1)} | ${wall.toFixed(1)} | ${(cpu / ours.cpu).toFixed(2)} | ${Math.round(bytes / photos)} |`);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

/** Photos of 12 MP: one is made of the sample, and the others are copies, which are read one by one all the same. */
async function madePhotos(folder, count) {
  mkdirSync(folder);
  const path = (at) => join(folder, `photo-${String(at).padStart(3, '0')}.jpg`);
  await sharp(join(root, 'demo', 'samples', 'waterfall.jpg')).resize(4000, 3000, { fit: 'fill' }).jpeg({ quality: 92 }).toFile(path(0));
  for (let at = 1; at < count; at += 1) copyFileSync(path(0), path(at));
  return Array.from({ length: count }, (_, at) => path(at));
}

/** The command line of each program, by the folder that it writes to. */
async function contestants(folder, place, sources) {
  const photos = join(place, 'photos');
  const programs = [['letterbox-images resize', (out) => [process.execPath, join(folder, 'cli', 'main.mjs'), 'resize', photos, '-w', '1200', '-q', '80', '-o', `${out}/`]]];
  const at = join(cache, `${sharpCli.name}-${sharpCli.version}`);
  const cli = join(at, 'node_modules', sharpCli.name, 'bin', 'cli.js');
  if (!existsSync(cli)) {
    mkdirSync(at, { recursive: true });
    await run('npm', ['install', '--prefix', at, '--no-audit', '--no-fund', `${sharpCli.name}@${sharpCli.version}`]);
  }
  programs.push([`sharp-cli ${sharpCli.version}`, (out) => [process.execPath, cli, '-i', ...sources, '-o', out, '-q', '80', 'resize', '1200']]);
  const vips = spawnSync('vipsthumbnail', ['--vips-version'], { encoding: 'utf8' });
  if (vips.status === 0) programs.push([`vipsthumbnail, ${vips.stdout.trim()}`, (out) => ['vipsthumbnail', ...sources, '--size', '1200x', '-o', join(out, '%s.jpg[Q=80,strip]')]]);
  else say('vipsthumbnail is not installed here');
  return programs;
}

/** Seconds of CPU, with all children, and of the clock. */
function timed(command) {
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const { status, stderr } = spawnSync('bash', ['-c', `TIMEFORMAT='%R %U %S'; time ${quoted} > /dev/null`], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Problem(`${command.slice(0, 3).join(' ')} … failed:\n${stderr}`);
  const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wall, cpu: user + system };
}
