// The guests of this deployment, as the module calls them: `letterboxGuests` (src/cloudflare/guests.rs).

import { fits, register } from '../isolate.mjs';
import { avif } from './avif.mjs';
import { faults } from './guest.mjs';
import { webp } from './webp.mjs';

const formats = { webp, ...(avif && { avif }) };
register(...Object.values(formats).flatMap(({ encoder, decoder }) => [encoder, decoder].filter(Boolean)));

/** Runs `work` with at most `most` bytes for the guest beside the module's `own`. */
function call(guest, most, own, work) {
  const more = Math.max(0, most - guest.bytes);
  if (!fits(own + more, guest)) throw 'full';
  return guest.call(most, work);
}

/** The same for what may need less than `most`: where that does not fit, with what there is. */
function callWithin(guest, most, own, work) {
  if (fits(own + Math.max(0, most - guest.bytes), guest)) return guest.call(most, work);
  const room = MOST_BYTES - own - (held() - guest.bytes);
  if (room < guest.bytes) throw 'full';
  try {
    return guest.call(room, work);
  } catch (fault) {
    throw fault === faults.memory ? 'full' : fault;
  }
}

globalThis.letterboxGuests = {
  has: (format) => format in formats,

  makeRoom: (own) => void fits(own),

  encode(format, rgba, width, height, quality, rawAlpha, most, own) {
    const { encoder, options } = formats[format];
    return call(encoder, most, own, (codec) => codec.encode(rgba, width, height, options(quality, rawAlpha)));
  },

  decode(format, file, most, own) {
    const { decoder, decode } = formats[format];
    return callWithin(decoder, most, own, (codec) => decode(codec, file));
  },
};
