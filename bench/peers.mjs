// What `npm run peers` asks: files, and URLs of each peer behind its prefix. A second entry is why the answers differ.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/tools.mjs';

export const versions = { ipx: '3.1.1', next: '16.4.6', react: '19.2.0' };

/** The files that both serve. */
export async function files() {
  const { default: sharp } = await import('sharp');
  const photo = sharp(readFileSync(join(root, 'demo/samples/waterfall.jpg'))).resize(600, 400, { fit: 'fill' });
  const data = await photo.raw().toBuffer({ resolveWithObject: true });
  const raw = () => sharp(data.data, { raw: data.info });
  const frame = (background) => ({ create: { width: 60, height: 40, channels: 3, background } });
  const frames = await Promise.all(['red', 'lime', 'blue'].map((colour) => sharp(frame(colour)).png().toBuffer()));
  return {
    'photo.jpg': { bytes: await raw().jpeg({ quality: 92 }).toBuffer(), type: 'image/jpeg' },
    'turned.jpg': { bytes: await raw().withMetadata({ orientation: 6 }).jpeg({ quality: 92 }).toBuffer(), type: 'image/jpeg' },
    'photo.png': { bytes: await raw().png().toBuffer(), type: 'image/png' },
    'clear.png': { bytes: await raw().ensureAlpha(0.5).png().toBuffer(), type: 'image/png' },
    'photo.webp': { bytes: await raw().webp({ quality: 90 }).toBuffer(), type: 'image/webp' },
    'moving.gif': { bytes: await sharp(frames, { join: { animated: true } }).gif().toBuffer(), type: 'image/gif' },
    'text.txt': { bytes: Buffer.from('no picture'), type: 'text/plain' },
    'logo.svg': { bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><rect width="60" height="40" fill="red"/></svg>'), type: 'image/svg+xml' },
  };
}

const webp = 'sharp scales a WebP while it is loaded, by another filter';

export const rows = {
  ipx: [
    ['_/photo.jpg'], ['w_300/photo.jpg'], ['h_200/photo.jpg'], ['w_300/photo.png'], ['w_300/clear.png'], ['w_300/photo.webp'],
    ['w_900/photo.jpg'], ['w_900,enlarge/photo.jpg', 'sharp enlarges half a pixel of the result too far to the left and to the top'], ['s_300x200/photo.jpg'], ['s_200x200/photo.jpg'], ['s_200x300/photo.png'],
    ['s_900x900/photo.jpg'], ['s_900x300/photo.jpg'], ['s_800x800,enlarge/photo.jpg'], ['resize_120x90/photo.png'],
    ['s_200x200,fit_contain/photo.png'], ['s_200x200,fit_cover/photo.png'], ['s_200x200,fit_fill/photo.png'], ['s_200x200,fit_inside/photo.png'],
    ['s_200x200,fit_outside/photo.png'], ['s_200x200,fit_contain,b_ff0000/photo.png'], ['s_200x200,position_top/photo.png'],
    ['s_100x200,position_left/photo.png'], ['s_100x200,pos_right/photo.png'], ['s_100x200,position_attention/photo.png'],
    ['s_100x200,position_entropy/photo.png'], ['w_300,f_webp/photo.jpg'], ['w_300,f_png/photo.jpg'], ['w_300,f_jpeg/photo.png'],
    ['w_300,f_jpg,q_50/photo.png'], ['w_300,q_50/photo.webp', webp], ['w_300,f_auto/photo.jpg'], ['w_300,f_auto/photo.png'],
    ['w_300,rotate_90/photo.png'], ['w_300,flip/photo.png'], ['w_300,flop/photo.png'],
    ['w_300,grayscale/photo.png'], ['w_300,blur_5/photo.png'], ['w_300,sharpen_2/photo.png'], ['w_300,negate/photo.png'], ['w_300,tint_red/photo.png'], ['w_300,tint_ff0000/photo.png', 'ipx 3 gives sharp the digits without #, which sharp refuses: 500'],
    ['w_300,median_3/photo.png'], ['extract_10_20_300_200/photo.png'], ['w_300/turned.jpg'], ['w_20/moving.gif'], ['w_300,threshold_128/photo.png', 'where a grey is one step from the threshold, black and white change places'],
    ['nope_1/photo.jpg', 'ipx 3 ignores a modifier that it does not know; ipx 4 refuses it, and so do we'], ['w_300/gone.jpg'], ['w_300/text.txt'],
  ],
  next: [
    ...[32, 48, 64, 96, 128, 256, 384, 640, 750, 828, 1080, 1200, 1920, 2048, 3840].map((w) => [`?url=%2Fphoto.jpg&w=${w}&q=75`]),
    ...['photo.png', 'clear.png', 'turned.jpg'].flatMap((name) => [64, 256, 1080].map((w) => [`?url=%2F${name}&w=${w}&q=75`])),
    ...[64, 256, 1080].map((w) => [`?url=%2Fphoto.webp&w=${w}&q=75`, webp]),
    ...['photo.jpg', 'photo.png', 'clear.png'].map((name) => [`?url=%2F${name}&w=256&q=75`, null, 'image/png,*/*']),
    ['?url=%2Fphoto.webp&w=256&q=75', webp, 'image/png,*/*'],
    ['?url=%2Fphoto.jpg&w=256&q=75', null, 'image/avif,image/webp'],
    ['?url=%2Fphoto.jpg&w=256&q=75', null, 'image/webp;q=0'],
    ['?url=%2Fmoving.gif&w=64&q=75', 'an animation is made anew, and Next.js passes it through'],
    ['?url=%2Flogo.svg&w=64&q=75'], ['?url=%2Ftext.txt&w=64&q=75'], ['?url=%2Fgone.jpg&w=64&q=75'], ['?w=64&q=75'], ['?url=%2Fphoto.jpg&q=75'],
    ['?url=%2Fphoto.jpg&w=64'], ['?url=%2Fphoto.jpg&w=63&q=75'], ['?url=%2Fphoto.jpg&w=64&q=74'], ['?url=%2Fphoto.jpg&w=0&q=75'], ['?url=%2Fphoto.jpg&w=64&q=101'],
    ['?url=%2F%2Fevil.example%2Fx.jpg&w=64&q=75'], ['?url=https%3A%2F%2Fevil.example%2Fx.jpg&w=64&q=75'], ['?url=%2Fphoto.jpg&url=%2Fphoto.png&w=64&q=75'],
    ['?url=%2F_next%2Fimage%3Furl%3D%252Fphoto.jpg%26w%3D64%26q%3D75&w=64&q=75'], ['?url=photo.jpg&w=64&q=75'], ['?url=%2Fphoto.jpg&w=64px&q=75'],
  ],
};
