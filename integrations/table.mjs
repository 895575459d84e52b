// The addresses that a page has in each framework: what `npm run integrations` sees in the <img> that the real framework renders, and what the
// loaders give for what it asks them (tests/worker/integrations.spec.mjs).

export const source = 'https://images.example.com/photo.jpg';

const deployment = 'https://img.example.com';
const begins = `${deployment}/?s=${source}&f=auto`;

/** The picture in its own shape. */
const whole = (w) => `${begins}&fit=scale-down&h=auto&w=${w}`;

/** The picture in the shape of 800 x 450. */
const shaped = (w, h) => `${begins}&fit=aspect-crop&h=${h}&w=${w}`;

/** As Hugo's `querify` writes it. */
const querified = (w) => `${deployment}/?f=auto&fit=scale-down&h=auto&s=${encodeURIComponent(source)}&w=${w}`;

/** A srcset of `createUrls` for 800 x 450: widths up to twice of that. */
const helpers = {
  src: shaped(960, 540),
  srcset: [
    [shaped(320, 180), '320w'],
    [shaped(480, 270), '480w'],
    [shaped(640, 360), '640w'],
    [shaped(960, 540), '960w'],
    [shaped(1280, 720), '1280w'],
    [shaped(1920, 1080), '1920w'],
  ],
};
const inShape = { parameters: { w: 800, h: 450, f: 'avif' } };

/**
 * By framework: `rendered` is the <img>, `asked` what the framework asks the loader for, and `by` which function answers where it is not the loader
 * itself. `attributes` stands in the place of `asked` where the address is made by `createUrls`.
 */
export const table = {
  angular: {
    asked: [{}, { width: 800, height: 450 }, { width: 1600, height: 900 }],
    rendered: { src: whole('auto'), srcset: [[shaped(800, 450), '1x'], [shaped(1600, 900), '2x']] },
  },
  astro: {
    by: 'address',
    asked: [400, 800, 1600].map((width) => ({ width, height: (width * 9) / 16, format: 'auto' })),
    rendered: { src: shaped(800, 450), srcset: [[shaped(400, 225), '400w'], [shaped(800, 450), '800w'], [shaped(1600, 900), '1600w']] },
  },
  eleventy: {
    attributes: { deployment: { ladder: [320, 640, 960, 1280] }, parameters: { w: 800 } },
    rendered: { src: whole(960), srcset: [320, 640, 960, 1280].map((w) => [whole(w), `${w}w`]) },
  },
  html: { attributes: inShape, rendered: helpers },
  hugo: {
    by: 'address',
    asked: [320, 640, 960, 1280, 1920].map((width) => ({ width })),
    rendered: { src: querified(960), srcset: [320, 640, 960, 1280, 1920].map((w) => [querified(w), `${w}w`]) },
  },
  next: {
    asked: [{ width: 828 }, { width: 1920, quality: undefined }],
    rendered: { src: whole(1920), srcset: [[whole(828), '1x'], [whole(1920), '2x']] },
  },
  nuxt: {
    asked: [[1, 1], [2, 2], [400, 225], [800, 450]].map(([width, height]) => ({ width, height, format: 'avif' })),
    rendered: { src: shaped(800, 450), srcset: [[shaped(1, 1), '1w'], [shaped(2, 2), '2w'], [shaped(400, 225), '400w'], [shaped(800, 450), '800w']] },
  },
  react: { attributes: inShape, rendered: helpers },
  sveltekit: { attributes: inShape, rendered: helpers },
  unpic: {
    asked: [640, 750, 800, 828, 960, 1080, 1280, 1600].map((width) => ({ width, height: (width * 9) / 16 })),
    rendered: {
      src: shaped(800, 450),
      srcset: [[640, 360], [750, 422], [800, 450], [828, 466], [960, 540], [1080, 608], [1280, 720], [1600, 900]].map(([w, h]) => [shaped(w, h), `${w}w`]),
    },
  },
};
