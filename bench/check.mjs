// Is an answer what was asked for? Only then does the time count.

import sharp from 'sharp';
import { derived } from './images.mjs';

const white = { r: 255, g: 255, b: 255, alpha: 1 };
const leastPsnr = 28;

/** A function `answer -> { psnr, flaw }` for one image and target; `flaw` says what is wrong with the picture, if anything is. */
export async function checker(image, file, target) {
  const { width, height } = target;
  if (image.frames) return filmChecker(image, file, target);
  const png = await derived(image, `${width}x${height}.png`, () => reference(file, width, height));
  const expected = await onWhite(png);
  return async (answer) => {
    const { format, width: w, height: h, compression } = await sharp(answer).metadata();
    const is = compression === 'av1' ? 'avif' : format;
    if (is !== image.to) return { psnr: null, flaw: `answered ${is} instead of ${image.to}` };
    if (w !== width || h !== height) return { psnr: null, flaw: `answered ${w}x${h} instead of ${width}x${height}` };
    const psnr = peakSignalToNoise(await onWhite(answer), expected);
    return { psnr, flaw: psnr < leastPsnr ? `PSNR ${psnr.toFixed(2)} dB, below ${leastPsnr}` : null };
  };
}

/** The same for an animation: all of its frames count. */
async function filmChecker(image, file, { width, height }) {
  const expected = await derived(image, `${width}x${height}.rgb`, () =>
    sharp(file, { animated: true }).resize(width, height, { fit: 'contain', background: white }).flatten({ background: white }).removeAlpha().raw().toBuffer(),
  );
  return async (answer) => {
    const { format, width: w, pageHeight, height: h, pages = 1, delay } = await sharp(answer, { animated: true }).metadata();
    if (format !== image.to) return { psnr: null, flaw: `answered ${format} instead of ${image.to}` };
    if (pages !== image.frames) return { psnr: null, flaw: `answered ${pages} frames instead of ${image.frames}` };
    if (w !== width || (pageHeight ?? h) !== height) return { psnr: null, flaw: `answered ${w}x${pageHeight ?? h} instead of ${width}x${height}` };
    if (delay.some((ms) => ms !== 80)) return { psnr: null, flaw: `answered delays of ${delay}` };
    const psnr = peakSignalToNoise(await onWhite(answer, { animated: true }), expected);
    return { psnr, flaw: psnr < leastPsnr ? `PSNR ${psnr.toFixed(2)} dB, below ${leastPsnr}` : null };
  };
}

/** All pixels decoded first, so that nothing is shrunk while loading; then Lanczos3. */
async function reference(file, width, height) {
  const { data, info } = await sharp(file, { limitInputPixels: false }).raw().toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  return sharp(data, { raw, limitInputPixels: false })
    .resize(width, height, { fit: 'contain', background: white, kernel: 'lanczos3' })
    .png()
    .toBuffer();
}

/** RGB pixels as they look on white. */
const onWhite = (file, options) => sharp(file, options).toColourspace('srgb').flatten({ background: white }).removeAlpha().raw().toBuffer();

function peakSignalToNoise(a, b) {
  if (a.length !== b.length) throw new Error(`${a.length} samples instead of ${b.length}`);
  let squares = 0;
  for (let at = 0; at < a.length; at++) squares += (a[at] - b[at]) ** 2;
  return 10 * Math.log10((255 ** 2 * a.length) / squares);
}
