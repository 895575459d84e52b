// What an isolate's 128 MB are spent on, as far as we decide it: the module's memory, its guests', and answers on their way out.

/** What those three may take together: the rest is scripts, compiled code and what is on its way in. */
const MOST_BYTES = 108 << 20;

/** The same while an answer is on its way out. The module's memory is in one piece again when it has left: better a few MiB more for seconds. */
const MOST_SENDING_BYTES = 118 << 20;

/** From so many bytes of its own on, a new instance of the module leaves room for any guest that was planned (`MEMORY_BUDGET_BYTES`). */
const RENEWED_FROM_BYTES = 48 << 20;

/** Guests, each with its `bytes` and a way to `discard` them. */
const guests = [];

/** Answers that lie in the runtime's memory until they are sent: bytes, and when they are taken for lost. */
const answers = new Set();

export const register = (...added) => void guests.push(...added);

function held() {
  const now = Date.now();
  for (const answer of answers) if (answer.lapses < now) answers.delete(answer);
  const sum = (things) => [...things].reduce((bytes, thing) => bytes + thing.bytes, 0);
  return sum(guests) + sum(answers);
}

/** Whether `own` bytes of the module fit beside all that; guests that are idle and in the way are sent home, the largest first. */
export function fits(own, working = null) {
  const idle = guests.filter((guest) => guest !== working && guest.bytes > 0).sort((a, b) => a.bytes - b.bytes);
  while (own + held() > MOST_BYTES && idle.length > 0) idle.pop().discard();
  return own + held() <= MOST_BYTES;
}

/** Whether the module's memory, which never shrinks, is in the way of a guest that would have room beside a new instance of the module. */
let outgrown = false;
export const isOutgrown = () => outgrown;
export const renewed = () => void (outgrown = false);

/** Whether `guest` may have `most` bytes beside `own` bytes of the module. What it has already it may use in any case. */
export function mayHave(guest, most, own) {
  const more = Math.max(0, most - guest.bytes);
  if (fits(own + more, guest) || more === 0) return true;
  outgrown ||= own + most > MOST_BYTES && own > RENEWED_FROM_BYTES;
  return false;
}

/** Bytes that `guest` may have beside `own` bytes of the module, as things are. */
export const free = (own, guest) => MOST_BYTES - own - (held() - guest.bytes);

/** Room for an answer beside the module's `own` bytes, which counts until it is given back; null where there is none. Nobody is sent home for it. */
export function room(own, bytes, lapses) {
  if (own + held() + bytes > MOST_SENDING_BYTES) return null;
  const answer = { bytes, lapses };
  answers.add(answer);
  return () => answers.delete(answer);
}
