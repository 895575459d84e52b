// The guests of this deployment, as the module calls them: `letterboxGuests` (src/cloudflare/guests.rs).

import { fits, free, mayHave, register } from '../isolate.mjs';
import { avif } from './avif.mjs';
import { faults } from './guest.mjs';
import { webp } from './webp.mjs';

const formats = { webp, ...(avif && { avif }) };
register(...Object.values(formats).flatMap(({ encoder, decoder }) => [encoder, decoder].filter(Boolean)));

/** Runs `work` with at most `most` bytes for the guest beside the module's `own`. */
function call(guest, most, own, work) {
  if (!mayHave(guest, most, own)) throw 'full';
  return guest.call(most, work);
}

/** Runs what may need less than `most`: where that does not fit, with what there is. */
function callWithin(guest, most, own, work) {
  if (mayHave(guest, most, own)) return guest.call(most, work);
  const room = free(own, guest);
  if (room < guest.bytes) throw 'full';
  try {
    return guest.call(room, work);
  } catch (fault) {
    throw fault === faults.memory ? 'full' : fault;
  }
}

globalThis.letterboxGuests = {
  has: (format) => format in formats,

  makeRoom: (own) => fits(own),

  encode(format, rgba, width, height, quality, rawAlpha, most, own) {
    const { encoder, options } = formats[format];
    return call(encoder, most, own, (codec) => codec.encode(rgba, width, height, options(quality, rawAlpha)));
  },

  decode(format, file, most, own) {
    const { decoder, decode } = formats[format];
    return callWithin(decoder, most, own, (codec) => decode(codec, file));
  },
};
