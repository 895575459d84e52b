// Pictures of wsrv, ipx, AWS and imagor beside native sharp, which is told to do what the code of each does. 38 dB where the answer is without
// loss, 33 where it has some. `npm run peers` asks ipx and Next.js themselves.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { psnr } from '../../cli/compare.mjs';
import { answer, closeAll, pixels, startOrigin, startWorker } from './harness.mjs';

const sample = readFileSync(new URL('../../demo/samples/waterfall.jpg', import.meta.url));
const vars = {
  ALLOWED_SOURCES: 'www.example.com',
  ORIGIN: 'https://www.example.com',
  DIALECTS: '/wsrv=wsrv, /_ipx/=ipx, /aws/=aws, /im/=imagor',
};

let origin, worker, photo;
before(async () => {
  photo = await sharp(sample).resize(600, 400, { fit: 'fill' }).png().toBuffer();
  origin = await startOrigin();
  worker = await startWorker({ origin, vars });
  origin.serve('www.example.com/a.png', answer.bytes(photo, 'image/png'));
});
after(() => closeAll(worker, origin));

const box = (width, height, fit, more) => (image) => image.resize({ width, height, fit, ...more });
const wide = (width) => box(width, undefined);
const then = (one, other) => (image) => other(one(image));
const jpeg = (quality) => (image) => image.flatten({ background: 'white' }).jpeg({ quality });
const webp = (quality) => (image) => image.webp({ quality });
const inside = { withoutEnlargement: true };
const white = { background: 'white' };
const black = { background: 'black' };
const clear = { background: { r: 0, g: 0, b: 0, alpha: 0 } };

/** The path of each URL behind its prefix, and what sharp does. */
const peers = {
  wsrv: ['/wsrv?url=www.example.com/a.png&', {
    'w=300': wide(300),
    'h=100': box(undefined, 100),
    'w=300&h=300': box(300, 300, 'inside'),
    'w=900&we': wide(600),
    'w=900': wide(900),
    'w=200&h=200&fit=cover': box(200, 200, 'cover'),
    'w=200&h=300&fit=cover&a=left': box(200, 300, 'cover', { position: 'left' }),
    'w=200&h=300&fit=cover&a=bottom-right': box(200, 300, 'cover', { position: 'right bottom' }),
    'w=200&h=300&fit=cover&a=attention': box(200, 300, 'cover', { position: 'attention' }),
    'w=200&h=200&fit=fill': box(200, 200, 'fill'),
    'w=200&h=200&fit=outside': box(200, 200, 'outside'),
    'w=200&h=200&fit=contain&cbg=f00': box(200, 200, 'contain', { background: '#f00' }),
    'w=200&h=200&fit=contain': box(200, 200, 'contain', clear),
    'w=300&flip': then(wide(300), (image) => image.flip()),
    'w=300&flop': then(wide(300), (image) => image.flop()),
    'w=300&blur=5': then(wide(300), (image) => image.blur(5)),
    'w=300&filt=greyscale': then(wide(300), (image) => image.greyscale()),
    'w=300&mod=1.2,0.5,90': then(wide(300), (image) => image.modulate({ brightness: 1.2, saturation: 0.5, hue: 90 })),
    'w=300&output=jpg': then(wide(300), jpeg(80)),
    'w=300&output=webp&q=60': then(wide(300), webp(60)),
  }],
  ipx: ['/_ipx/', {
    'w_300/a.png': wide(300),
    'h_100/a.png': box(undefined, 100),
    'w_900/a.png': wide(600),
    'w_900,enlarge/a.png': wide(900),
    's_200x200/a.png': box(200, 200, 'cover'),
    's_200x300,position_left/a.png': box(200, 300, 'cover', { position: 'left' }),
    's_200x300,position_entropy/a.png': box(200, 300, 'cover', { position: 'entropy' }),
    's_200x200,fit_fill/a.png': box(200, 200, 'fill'),
    's_200x200,fit_inside/a.png': box(200, 200, 'inside'),
    's_200x200,fit_outside/a.png': box(200, 200, 'outside'),
    's_200x200,fit_contain/a.png': box(200, 200, 'contain', black),
    's_200x200,fit_contain,b_00ff00/a.png': box(200, 200, 'contain', { background: '#00ff00' }),
    'extract_10_20_300_200/a.png': (image) => image.extract({ left: 10, top: 20, width: 300, height: 200 }),
    'w_300,flip/a.png': then(wide(300), (image) => image.flip()),
    'w_300,median_3/a.png': then(wide(300), (image) => image.median(3)),
    'w_300,negate/a.png': then(wide(300), (image) => image.negate()),
    'w_300,tint_ff0000/a.png': then(wide(300), (image) => image.tint('#ff0000')),
    'w_300,grayscale/a.png': then(wide(300), (image) => image.greyscale()),
    'w_300,f_jpeg/a.png': then(wide(300), jpeg(80)),
    'w_300,f_webp,q_60/a.png': then(wide(300), webp(60)),
  }],
  aws: ['/aws/', {
    '300x200/a.png': box(300, 200, 'cover'),
    '200x200/a.png': box(200, 200, 'cover'),
    '0x100/a.png': box(undefined, 100),
    '900x600/a.png': box(900, 600, 'cover'),
    'fit-in/200x200/a.png': box(200, 200, 'inside'),
    'fit-in/900x900/filters:no_upscale()/a.png': box(900, 900, 'inside', inside),
    '200x200/filters:fill(ff0000)/a.png': box(200, 200, 'contain', { background: '#ff0000' }),
    '200x200/filters:stretch()/a.png': box(200, 200, 'fill'),
    '10x20:310x220/a.png': (image) => image.extract({ left: 10, top: 20, width: 300, height: 200 }),
    '10x20:310x220/150x0/a.png': (image) => image.extract({ left: 10, top: 20, width: 300, height: 200 }).resize(150),
    // As sharp had it until 0.33: the turn comes before the size.
    '300x0/filters:rotate(90)/a.png': then((image) => image.rotate(90), wide(300)),
    '300x0/filters:grayscale()/a.png': then(wide(300), (image) => image.greyscale()),
    '300x0/filters:blur(5)/a.png': then(wide(300), (image) => image.blur(2.5)),
    'a.png?width=200&height=200&fit=contain': box(200, 200, 'contain', black),
    'a.png?width=300&flip=true': then(wide(300), (image) => image.flip()),
    [json({ resize: { width: 200, height: 300, position: 'left' } })]: box(200, 300, 'cover', { position: 'left' }),
    [json({ resize: { width: 300 }, sharpen: 2 })]: then(wide(300), (image) => image.sharpen({ sigma: 2 })),
    [json({ resize: { width: 200, height: 200 }, roundCrop: true })]: then(box(200, 200, 'cover'), circle(200)),
    '300x0/filters:format(jpeg)/a.png': then(wide(300), jpeg(80)),
    '300x0/filters:format(webp):quality(60)/a.png': then(wide(300), webp(60)),
  }],
  imagor: ['/im/unsafe/', {
    '300x200/www.example.com/a.png': box(300, 200, 'cover'),
    '200x200/www.example.com/a.png': box(200, 200, 'cover'),
    '0x100/www.example.com/a.png': box(undefined, 100),
    '900x0/www.example.com/a.png': wide(900),
    '200x200/left/www.example.com/a.png': box(200, 200, 'cover', { position: 'left' }),
    '200x300/right/www.example.com/a.png': box(200, 300, 'cover', { position: 'right' }),
    'fit-in/200x200/www.example.com/a.png': box(200, 200, 'inside'),
    'fit-in/900x900/www.example.com/a.png': box(900, 900, 'inside', inside),
    'full-fit-in/200x200/www.example.com/a.png': box(200, 200, 'outside'),
    'stretch/200x200/www.example.com/a.png': box(200, 200, 'fill'),
    'fit-in/200x200/filters:fill(red)/www.example.com/a.png': box(200, 200, 'contain', { background: 'red' }),
    'fit-in/200x200/filters:fill(white)/www.example.com/a.png': box(200, 200, 'contain', white),
    '10x20:310x220/www.example.com/a.png': (image) => image.extract({ left: 10, top: 20, width: 300, height: 200 }),
    '300x-200/www.example.com/a.png': then(box(300, 200, 'cover'), (image) => image.flip()),
    '-300x200/www.example.com/a.png': then(box(300, 200, 'cover'), (image) => image.flop()),
    '300x0/filters:grayscale()/www.example.com/a.png': then(wide(300), (image) => image.greyscale()),
    '300x0/filters:rotate(90)/www.example.com/a.png': then(wide(300), (image) => image.rotate(270)),
    '300x0/filters:hue(90)/www.example.com/a.png': then(wide(300), (image) => image.modulate({ hue: 90 })),
    '300x0/filters:format(jpeg):quality(80)/www.example.com/a.png': then(wide(300), jpeg(80)),
    '300x0/filters:format(webp):quality(60)/www.example.com/a.png': then(wide(300), webp(60)),
  }],
};

/** What sharp makes. */
async function theirs(work) {
  return pixels(await work(sharp(photo)).toBuffer());
}

/** The same, enlarged. sharp does that half a pixel of the result too far to the left and to the top; turned upside down it is as much too far
 *  to the right and to the bottom, and the mean of both lies in place. */
async function enlarged(work) {
  const one = await theirs(work);
  const turned = await work(sharp(await sharp(photo).rotate(180).png().toBuffer())).toBuffer();
  const other = await pixels(await sharp(turned).rotate(180).png().toBuffer());
  return { ...one, data: one.data.map((value, at) => Math.round((value + other.data[at]) / 2)) };
}

/** The path of a request of AWS in JSON. */
function json(edits) {
  return Buffer.from(JSON.stringify({ bucket: 'a', key: 'a.png', edits })).toString('base64');
}

/** A circle, and nothing around it. */
function circle(side) {
  const mask = Buffer.from(`<svg width="${side}" height="${side}"><circle cx="${side / 2}" cy="${side / 2}" r="${side / 2}"/></svg>`);
  return (image) => image.composite([{ input: mask, blend: 'dest-in' }]);
}

for (const [name, [prefix, rows]] of Object.entries(peers)) {
  describe(name, () => {
    for (const [path, work] of Object.entries(rows)) {
      test(path, async () => {
        const got = await worker.get(prefix + path);
        assert.equal(got.status, 200, got.status === 200 ? '' : got.text());
        const other = await pixels(got.bytes);
        const one = await (other.width > 600 ? enlarged : theirs)(work);
        const near = psnr(one, other);
        const floor = got.headers.get('content-type') === 'image/png' ? 38 : 33;
        assert.ok(near >= floor, `${near} dB, ${one.width}x${one.height} and ${other.width}x${other.height}`);
      });
    }
  });
}
