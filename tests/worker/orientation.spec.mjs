// Photos are shown upright, whichever way the camera stored them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { answer, assertImage, closeAll, fixture, pixels, psnr, startOrigin, startWorker } from './harness.mjs';

let origin, worker;

before(async () => {
  origin = await startOrigin();
  worker = await startWorker({ origin });
});
after(() => closeAll(worker, origin));

// Each file lost a little in its own JPEG encoding (41 dB against the picture it shows), hence not more than 35 dB.
test('all eight EXIF orientations look alike', async (t) => {
  const { upright, files } = await fixture.orientations();
  const wanted = await pixels(await sharp(upright).resize(240, 160).png().toBuffer());
  let first;
  for (const { orientation, bytes } of files) {
    await t.test(`orientation ${orientation}`, async () => {
      const s = origin.serve(`images.example.com/${orientation}.jpg`, answer.bytes(bytes, 'image/jpeg'));
      const reply = await worker.get({ s, w: 240, h: 160, f: 'png' });
      const metadata = await assertImage(reply, 'png', 240, 160);
      assert.ok((metadata.orientation ?? 1) === 1, 'the reply must not be turned a second time');
      const shown = await pixels(reply.bytes);
      first ??= shown;
      const [againstPicture, againstFirst] = [psnr(shown, wanted), psnr(shown, first)];
      assert.ok(againstPicture >= 35, `${againstPicture.toFixed(1)} dB against the picture`);
      assert.ok(againstFirst >= 35, `${againstFirst.toFixed(1)} dB against orientation 1`);
    });
  }
});

test('the longer side follows the upright picture', async () => {
  const { files } = await fixture.orientations({ width: 90, height: 60 });
  for (const { orientation, bytes } of files) {
    const s = origin.serve(`images.example.com/side-${orientation}.jpg`, answer.bytes(bytes, 'image/jpeg'));
    await assertImage(await worker.get({ s, w: 45, h: 'auto' }), 'jpeg', 45, 30);
  }
});

test('a side of the picture is its upright side', async () => {
  const { upright, files } = await fixture.orientations({ width: 300, height: 100 });
  const left = await sharp(upright).extract({ left: 0, top: 0, width: 100, height: 100 }).png().toBuffer();
  for (const { orientation, bytes } of files) {
    const s = origin.serve(`images.example.com/left-${orientation}.jpg`, answer.bytes(bytes, 'image/jpeg'));
    const reply = await worker.get({ s, w: 100, h: 100, fit: 'cover', a: 'left', f: 'png' });
    const distance = psnr(await pixels(reply.bytes), await pixels(left));
    assert.ok(distance >= 35, `orientation ${orientation}: ${distance.toFixed(1)} dB`);
  }
});

for (const format of ['png', 'webp']) {
  test(`the orientation of a ${format} counts too`, async () => {
    const { upright, files } = await fixture.orientations({ width: 90, height: 60, format });
    const s = origin.serve(`images.example.com/turned.${format}`, answer.bytes(files[5].bytes, `image/${format}`));
    const reply = await worker.get({ s, w: 90, h: 60, ll: '' });
    await assertImage(reply, format, 90, 60);
    const distance = psnr(await pixels(reply.bytes), await pixels(upright));
    assert.ok(distance >= 38, `${distance.toFixed(1)} dB`);
  });
}
