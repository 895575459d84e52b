// What an image file consists of, and that it is nothing but its picture.
import assert from 'node:assert/strict';
import sharp from 'sharp';

/** What each format may consist of; throws where anything else is found, and where bytes stand behind the end. */
export const parts = {
  jpeg(file) {
    assert.equal(file.readUInt16BE(0), 0xffd8);
    for (let at = 2; ; ) {
      const marker = file[at + 1];
      assert.ok([0xe0, 0xee, 0xdb, 0xdd, 0xc0, 0xc1, 0xc2, 0xc4, 0xda].includes(marker), `marker ${marker.toString(16)}`);
      // JFIF without a thumbnail, and Adobe's transform: nothing else has a place in them.
      if (marker === 0xe0) assert.deepEqual(file.subarray(at + 2, at + 18), Buffer.from('\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1'));
      if (marker === 0xee) assert.deepEqual(file.subarray(at + 2, at + 15), Buffer.from('\0\x0eAdobe\0\x64\0\0\0\0', 'latin1'));
      at += 2 + file.readUInt16BE(at + 2);
      if (marker !== 0xda) continue;
      while (file[at] !== 0xff || file[at + 1] === 0 || (file[at + 1] & 0xf8) === 0xd0) at++;
      if (file[at + 1] === 0xd9) return at + 2;
    }
  },
  png(file) {
    for (let at = 8; ; ) {
      const kind = file.toString('latin1', at + 4, at + 8);
      assert.ok(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'].includes(kind), kind);
      at += 12 + file.readUInt32BE(at);
      if (kind === 'IEND') return at;
    }
  },
  webp(file) {
    const walk = (start, end, kinds) => {
      for (let at = start; at < end; at += 8 + file.readUInt32LE(at + 4) + (file.readUInt32LE(at + 4) % 2)) {
        const kind = file.toString('latin1', at, at + 4);
        assert.ok(kinds.includes(kind), kind);
        // Of what may be said of the whole file, that it moves and has alpha.
        if (kind === 'VP8X') assert.equal(file.readUInt32LE(at + 8) & ~0x12, 0);
        if (kind === 'ANMF') walk(at + 24, at + 8 + file.readUInt32LE(at + 4), ['VP8 ', 'VP8L', 'ALPH']);
      }
      return end;
    };
    const moves = file.toString('latin1', 12, 16) === 'VP8X' && file[20] & 2;
    return walk(12, 8 + file.readUInt32LE(4), moves ? ['VP8X', 'ANIM', 'ANMF'] : ['VP8 ', 'VP8L', 'VP8X', 'ALPH']);
  },
  gif(file) {
    const table = (flags) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
    let at = 13 + table(file[10]);
    const blocks = () => {
      while (file[at]) at += 1 + file[at];
      at++;
    };
    for (;;) {
      const kind = file[at++];
      if (kind === 0x3b) return at;
      if (kind === 0x21) {
        assert.ok([0xf9, 0xff].includes(file[at]), `extension ${file[at].toString(16)}`);
        // An application may say how often the images are played, and nothing else.
        if (file[at] === 0xff) assert.match(file.toString('latin1', at + 1, at + 18), /^\x0bNETSCAPE2\.0\x03\x01[^]{2}\0$/);
        at++;
        blocks();
      } else {
        assert.equal(kind, 0x2c);
        at += 9 + table(file[at + 8]) + 1;
        blocks();
      }
    }
  },
};

/** The boxes of an AVIF file, one after the other. */
parts.avif = (file) => {
  for (let at = 0; at < file.length; at += file.readUInt32BE(at)) {
    const kind = file.toString('latin1', at + 4, at + 8);
    assert.ok(['ftyp', 'meta', 'mdat', 'free'].includes(kind), kind);
    if (at + file.readUInt32BE(at) === file.length) return file.length;
  }
};

/** Checks that a file has no part but those of its picture, and no trace of its author. */
export async function assertBare(file, format, secret) {
  assert.equal(parts[format](file), file.length, 'bytes behind the end');
  // Three letters are somewhere in the pixels of every hundredth large file.
  const short = file.length < 8192 ? ['xmp', 'ICC', 'GPS'] : [];
  for (const trace of [secret, 'Exif', 'xmpmeta', 'ICC_PROFILE', 'acsp', 'Photoshop', 'http', ...short]) {
    assert.equal(file.indexOf(trace, 0, 'latin1'), -1, trace);
  }
  const { exif, icc, xmp, iptc, comments, orientation } = await sharp(file).metadata();
  assert.deepEqual({ exif, icc, xmp, iptc, comments }, { exif: undefined, icc: undefined, xmp: undefined, iptc: undefined, comments: undefined });
  assert.ok(orientation === undefined || orientation === 1);
}
