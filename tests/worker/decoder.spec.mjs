// The JPEG decoder at full size against the one inside sharp: the same samples, whatever the file's coding.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { answer, closeAll, fixture, pixels, startOrigin, startWorker } from './harness.mjs';

const codings = {
  'baseline 4:2:0': { quality: 90 },
  'baseline 4:4:4': { quality: 90, chromaSubsampling: '4:4:4' },
  'progressive 4:2:0': { quality: 70, progressive: true },
  'progressive 4:4:4, many scans': { mozjpeg: true, chromaSubsampling: '4:4:4' },
  'the standard Huffman tables': { quality: 40, optimiseCoding: false },
};

let origin, worker;
before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

for (const [name, options] of Object.entries(codings)) {
  for (const grey of [false, true]) {
    test(`${name}${grey ? ', grey' : ''}: no sample differs by more than one`, async () => {
      const photo = sharp(fixture.photos()[0].bytes).autoOrient().resize(701, 467).greyscale(grey);
      const file = await photo.jpeg(options).toBuffer();
      const s = origin.serve(`images.example.com/${encodeURIComponent(name)}${grey}`, answer.bytes(file, 'image/jpeg'));
      const reply = await worker.get({ s, w: 'auto', h: 'auto', f: 'png' });
      const [ours, theirs] = [await pixels(reply.bytes), await pixels(file)];
      assert.equal(`${ours.width}x${ours.height}`, '701x467');
      const most = theirs.data.reduce((most, value, at) => Math.max(most, Math.abs(value - ours.data[at])), 0);
      assert.ok(most <= 1, `a difference of ${most}`);
    });
  }
}
