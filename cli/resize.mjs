// `letterbox-images resize`: pictures on this machine by the parameters of an address, on all processors, without a server.

import { mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, extname } from 'node:path';
import { formatOf, readAsked } from './asked.mjs';
import { withEngines } from './engines.mjs';
import { checkClashes, filesOf, markOf, notesOf, planned, writeWhole } from './outputs.mjs';
import { duration, Problem } from './program.mjs';
import { progress } from './progress.mjs';
import { url } from '../url/index.mjs';

export const usage = `usage: letterbox-images resize <file, folder or pattern> ... --output <file, folder/ or -> [parameters]

  letterbox-images resize photo.jpg -w 1200 -h 627 -o card.webp
  letterbox-images resize photos --w 1600 --fit scale-down --f webp -o small/
  letterbox-images resize 'photos/*.jpg' --srcset 320,640,1280 -o site/
  letterbox-images resize - -w 300 -o - < photo.jpg > small.jpg

  Parameters are those of an address: --w, --fit, --q, --wm logo.png and all the others. A side that is not given follows from the other one. What may
  stand alone takes its value behind =, as --we or --blur=5. The ending of a file chooses its format where --f does not.

  -o, --output <to>    a file, a folder (made where it is missing), or - for standard output
  --srcset <widths>    each picture in these widths, name-320.jpg and so on; prints a srcset for each
  --preset <name>      the parameters of a preset of wrangler.toml; --config <file> names another one
  --info               prints what the source is and what would be done, as JSON, a line each
  --placeholder[=<k>]  prints a ThumbHash, or a BlurHash with =blurhash
  --jobs <n>           pictures at a time, each by a process of its own; as many as there are processors
  --force              makes again what is up to date
  --quiet              says nothing but what is wrong
  --help               this

  Nothing is written over a source. A picture that was made before of the same file in the same way is left as it is. One that cannot be made does not end the
  others: it is named at the end, and the exit code is 1.
`;

/** `-h` is a height here. */
export const ownHelp = ['--help'];

export async function resize(args, { packageFolder, version }) {
  const asked = await readAsked(args, usage);
  const { inputs, options, parameters, overlays } = asked;
  const { output, says } = options;
  const files = filesOf(inputs, output === '-' || says ? undefined : output);
  const format = parameters.f === undefined || parameters.f === 'keep' ? undefined : (formatOf(`.${parameters.f}`) ?? parameters.f);
  if (format === 'auto') throw new Problem('--f auto asks what a client takes, and there is none: name a format');
  const jobs = says ? files.map(({ path, under }) => ({ from: path, under })) : planned(files, { ...options, format });
  if (!says) checkClashes(jobs, files);

  const pictures = overlays.map(([, path]) => read(path));
  const paths = overlays.map(([, path]) => path);
  const notes = says || output === '-' || jobs[0].whole ? undefined : notesOf(output);
  const queryOf = ({ to, width, whole }) => {
    const ofName = whole && to !== '-' && parameters.f === undefined ? formatOf(to) : undefined;
    const all = { ...parameters, ...(width && { w: width }), ...(ofName && { f: ofName }), ...(says && { f: says }) };
    const marks = Object.fromEntries(overlays.map(([name]) => [name, '/overlay']));
    return url('', '/file', { ...marks, ...all }).slice('/?'.length);
  };

  const started = Date.now();
  const failed = [];
  const sum = { written: 0, kept: 0, before: 0, after: 0 };
  const written = new Map(jobs.map(({ from }) => [from, []]));
  const bar = options.quiet ? { step() {}, end() {} } : progress(jobs.length);
  const count = Math.min(options.jobs ?? availableParallelism(), jobs.length);
  const one = async (make, job) => {
    const query = queryOf(job);
    const mark = notes && job.from !== '-' ? markOf([job.from, ...paths], query, version) : undefined;
    const old = mark === undefined || options.force ? undefined : notes.made(job.to, mark);
    if (old !== undefined) {
      sum.kept += 1;
      return written.get(job.from).push([old, job.width]);
    }
    const file = read(job.from);
    const { bytes, type } = await make(query, file, pictures);
    sum.before += file.length;
    sum.after += bytes.length;
    sum.written += 1;
    if (says || job.to === '-') return written.get(job.from).push([bytes]);
    // A source may be in another format than its name says.
    const ending = type === 'image/jpeg' ? '.jpg' : `.${type.split('/')[1]}`;
    const to = job.whole || format !== undefined || extname(job.to) === ending ? job.to : `${job.to.slice(0, -extname(job.to).length)}${ending}`;
    if (to !== job.to) {
      if (jobs.some((other) => other.to === to)) throw new Problem(`it is a ${ending.slice(1)}, and ${to} is another's`);
      checkClashes([{ from: job.from, to }], files);
    }
    mkdirSync(dirname(to), { recursive: true });
    writeWhole(to, bytes);
    notes?.note(job.to, mark, to);
    written.get(job.from).push([to, job.width]);
  };
  try {
    await withEngines(packageFolder, count, async (make) => {
      const rest = [...jobs];
      const lane = async () => {
        for (let job = rest.shift(); job !== undefined; job = rest.shift()) {
          await one(make, job).catch((error) => failed.push([job, error]));
          bar.step();
        }
      };
      await Promise.all(Array.from({ length: count }, lane));
    });
  } finally {
    bar.end();
    if (notes && sum.written > 0) notes.save();
  }
  report({ jobs, written, failed, sum, options, started });
}

/** Prints what was asked for on standard output, and the rest beside it. */
function report({ jobs, written, failed, sum, options, started }) {
  const { says, output, widths, quiet } = options;
  if (output === '-') process.stdout.write(written.get(jobs[0].from)[0]?.[0] ?? '');
  for (const [from, answers] of written) {
    if (says) for (const [bytes] of answers) process.stdout.write(`${line(says, from, bytes)}\n`);
    if (widths && answers.length > 0) process.stdout.write(`${srcset(answers)}\n`);
  }
  if (!quiet && !says && output !== '-') {
    const seconds = Math.max(Date.now() - started, 1) / 1000;
    const parts = [`${sum.written} written`, ...(sum.kept ? [`${sum.kept} up to date`] : []), ...(failed.length ? [`${failed.length} failed`] : [])];
    const bytes = sum.written ? `, ${megabytes(sum.before)} to ${megabytes(sum.after)}, ${(sum.written / seconds).toFixed(1)} a second` : '';
    console.error(`resize: ${parts.join(', ')} in ${duration(seconds * 1000)}${bytes}`);
  }
  for (const [, error] of failed) if (!(error instanceof Problem)) console.error(error);
  if (failed.length > 0) throw new Problem(`not made:\n${failed.map(([{ from, to }, { message }]) => `  ${from}${to && widths ? ` (${basename(to)})` : ''}: ${message}`).join('\n')}`);
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

const srcset = (answers) => answers.sort(([, a], [, b]) => a - b).map(([path, width]) => `${encodeURI(path)} ${width}w`).join(', ');

function line(says, from, bytes) {
  if (says === 'json') return JSON.stringify({ file: from, ...JSON.parse(bytes) });
  return `${bytes}\t${from}`;
}

/** The bytes of a file, or of standard input. */
function read(path) {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw new Problem(`${path === '-' ? 'standard input' : path} cannot be read (${error.code})`);
  }
}
