// `node fonts/make.mjs`: makes the font of the package anew, NotoSans-SemiBold.ttf beside this file. The source is a package of npm, fonttools
// one of PyPI, both pinned; the same font comes out. Wants Python 3 with venv, and tar.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const source = { name: '@expo-google-fonts/noto-sans@0.4.2', sha512: 'zYD8G2ijWLxqmquoQgghNh/x9p0yxWwArD0oxO1oXY1qx5vOd4t0Kbhnu/Cx8RTy08OgA8RtxuULZFaXwVPnPw==', font: 'package/600SemiBold/NotoSans_600SemiBold.ttf', licence: 'package/LICENSE_FONT' };
const fonttools = 'fonttools==4.68.0';

/** Latin-1, Latin Extended-A, Romanian, the large sharp s; Greek; Cyrillic with the letters of Ukraine and Central Asia; punctuation and money. */
const characters = [
  '0020-007E', '00A0-00FF', '0100-017F', '0218-021B', '1E9E',
  '0386', '0388-038A', '038C', '038E-03A1', '03A3-03CE',
  '0400-045F', '0490-0493', '0496-0497', '049A-049B', '04A2-04A3', '04AE-04B3', '04BA-04BB', '04D8-04D9', '04E8-04E9',
  '2010-2015', '2018-201E', '2020-2022', '2026', '202F', '2030', '2032-2033', '2039-203A', '2044', '20A9', '20AA', '20AC', '20B4', '20B8-20BA', '20BD', '2116', '2122', '2212',
];

const options = ['--no-hinting', '--layout-features=kern', '--no-legacy-kern', '--notdef-outline', '--no-glyph-names', '--name-IDs=0,1,2,13,14', '--name-languages=0x409', '--drop-tables+=GDEF,STAT,DSIG,gasp,meta,post', '--no-recalc-timestamp'];

const here = import.meta.dirname;
const work = mkdtempSync(join(tmpdir(), 'letterbox-font-'));
const run = (program, ...args) => execFileSync(program, args, { cwd: work, stdio: ['ignore', 'pipe', 'inherit'] }).toString().trim();
try {
  const file = run('npm', 'pack', '--silent', source.name);
  const sum = createHash('sha512').update(readFileSync(join(work, file))).digest('base64');
  if (sum !== source.sha512) throw new Error(`${file}: expected sha512 ${source.sha512}, not ${sum}`);
  run('tar', 'xzf', file);
  run('python3', '-m', 'venv', 'python');
  run(join('python', 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', fonttools);
  const made = join(work, 'NotoSans-SemiBold.ttf');
  run(join('python', 'bin', 'pyftsubset'), source.font, `--unicodes=${characters.join(',')}`, ...options, `--output-file=${made}`);
  copyFileSync(made, join(here, 'NotoSans-SemiBold.ttf'));
  copyFileSync(join(work, source.licence), join(here, 'LICENSE-OFL.txt'));
  console.log(`NotoSans-SemiBold.ttf: ${statSync(made).size} bytes`);
} finally {
  rmSync(work, { recursive: true });
}
