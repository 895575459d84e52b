// How far a long piece of work is: a bar on a terminal, and nothing where nobody looks.

import { duration } from './program.mjs';

const cells = 24;

/** A bar for `total` steps on standard error: `step()` after each, and `end()`. */
export function progress(total, stream = process.stderr) {
  if (!stream.isTTY) return { step() {}, end() {} };
  const started = Date.now();
  let done = 0, drawn = 0;
  const draw = () => {
    const passed = Date.now() - started;
    const filled = Math.round((cells * done) / total);
    const rate = done / (passed / 1000);
    const rest = done === 0 ? '' : `, ${rate.toFixed(1)} a second, ${duration(((total - done) / rate) * 1000)} left`;
    stream.write(`\r\x1b[K${'█'.repeat(filled)}${'░'.repeat(cells - filled)} ${done} of ${total}${rest}`);
    drawn = Date.now();
  };
  draw();
  return {
    step() {
      done += 1;
      if (Date.now() - drawn > 100 || done === total) draw();
    },
    end: () => stream.write('\r\x1b[K'),
  };
}
