// The parameters of the sheet of effects: a title, the query, and what sharp does for the same, with a picture of 300 x 200; nothing where sharp has no such effect.

import sharp from 'sharp';

/** The box of most cases, which is half of the picture. */
export const box = { width: 150, height: 100 };
export const source = { width: 300, height: 200 };

const white = { r: 255, g: 255, b: 255, alpha: 1 };
const clear = { r: 0, g: 0, b: 0, alpha: 0 };
const inside = (image) => image.resize(box.width, box.height, { fit: 'inside' });
const tall = { w: 100, h: 100 };

/** An effect behind the resize. */
const behind = (title, query, change) => [title, query, async (body) => change(sharp(await inside(sharp(body)).png().toBuffer()))];

/** A picture of the box with a shape cut out of it. */
const cut = (title, query, shape, { outside = clear } = {}) =>
  behind(title, query, async (image) => {
    const svg = Buffer.from(`<svg width="${box.width}" height="${box.height}">${shape}</svg>`);
    const made = await image.ensureAlpha().composite([{ input: svg, blend: 'dest-in' }]).png().toBuffer();
    return sharp(made).flatten(outside === clear ? false : { background: outside });
  });

const resized = (title, query, options) => [title, query, (body) => sharp(body).resize({ fastShrinkOnLoad: false, ...options })];

const polygon = (count, first, inner = 1) => {
  const points = Array.from({ length: count }, (_, at) => {
    const [angle, radius] = [first + (2 * Math.PI * at) / count, at % 2 ? inner : 1];
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
  const [width, height] = [Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)];
  const scale = Math.min(box.width / width, box.height / height);
  const place = ([x, y]) => [(x - Math.min(...xs)) * scale + (box.width - width * scale) / 2, (y - Math.min(...ys)) * scale + (box.height - height * scale) / 2];
  return `<polygon points="${points.map((point) => place(point).map((at) => at.toFixed(2)).join(',')).join(' ')}"/>`;
};

const up = -Math.PI / 2;

export const cases = [
  // Sizes and places.
  resized('fit=contain', tall, { width: 100, height: 100, fit: 'contain', background: white }),
  resized('a=top', { ...tall, a: 'top' }, { width: 100, height: 100, fit: 'contain', background: white, position: 'top' }),
  resized('fit=cover', { ...tall, fit: 'cover' }, { width: 100, height: 100, fit: 'cover' }),
  resized('a=right', { ...tall, fit: 'cover', a: 'right' }, { width: 100, height: 100, fit: 'cover', position: 'right' }),
  resized('a=attention', { ...tall, fit: 'cover', a: 'attention' }, { width: 100, height: 100, fit: 'cover', position: 'attention' }),
  resized('a=entropy', { ...tall, fit: 'cover', a: 'entropy' }, { width: 100, height: 100, fit: 'cover', position: 'entropy' }),
  resized('fit=fill', { ...tall, fit: 'fill' }, { width: 100, height: 100, fit: 'fill' }),
  resized('fit=outside', { w: 80, h: 80, fit: 'outside' }, { width: 80, height: 80, fit: 'outside' }),
  resized('ar=1:1', { w: 100, h: 'auto', ar: '1:1', fit: 'cover' }, { width: 100, height: 100, fit: 'cover' }),
  resized('dpr=0.5', { w: 200, h: 200, dpr: 0.5, fit: 'cover' }, { width: 100, height: 100, fit: 'cover' }),
  ['cx cy cw ch', { ...tall, cx: '25p', cy: '50p', cw: '50p', ch: '50p' }, (body) => sharp(body).extract({ left: 75, top: 100, width: 150, height: 100 }).resize(100, 100, { fit: 'contain', background: white })],
  ['ox oy ow oh', { ox: 30, oy: 20, ow: 90, oh: 60 }, async (body) => sharp(await inside(sharp(body)).png().toBuffer()).extract({ left: 30, top: 20, width: 90, height: 60 })],
  ['trim', { trim: 10, margin: '' }, (body) => inside(sharp(body).trim({ threshold: 10 }))],
  ['ext=size', { w: 150, h: 100, we: '', fit: 'inside', ext: 'size', small: '' }, (body) => sharp(body).resize(150, 100, { fit: 'contain', background: white, withoutEnlargement: true })],
  behind('pad=8,16', { pad: '8,16' }, (image) => image.extend({ top: 8, bottom: 8, left: 16, right: 16, background: white })),
  behind('border=4,red', { border: '4,red' }, (image) => image.extend({ top: 4, bottom: 4, left: 4, right: 4, background: 'red' })),
  [
    'bg=blur',
    { ...tall, bg: 'blur' },
    async (body) => {
      const cover = await sharp(body).resize(100, 100, { fit: 'cover' }).blur(2.5).png().toBuffer();
      return sharp(cover).composite([{ input: await sharp(body).resize(100, 100, { fit: 'inside' }).png().toBuffer(), left: 0, top: 16 }]);
    },
  ],
  resized('bg=tomato', { ...tall, bg: 'tomato' }, { width: 100, height: 100, fit: 'contain', background: 'tomato' }),
  // Turns.
  ['ro=90', { w: 100, h: 150, ro: 90 }, (body) => sharp(body).rotate(90).resize(100, 150, { fit: 'inside' })],
  ['ro=180', { ro: 180 }, (body) => inside(sharp(body).rotate(180))],
  behind('flip', { flip: '' }, (image) => image.flip()),
  behind('flop', { flop: '' }, (image) => image.flop()),
  // Colours.
  behind('bri=20', { bri: 20 }, (image) => image.linear(1, 51)),
  behind('bri=-20', { bri: -20 }, (image) => image.linear(1, -51)),
  ['con=30', { con: 30 }],
  ['con=-10', { con: -10 }],
  behind('sat=1.8', { sat: 1.8 }, (image) => image.modulate({ saturation: 1.8 })),
  behind('sat=0.3', { sat: 0.3 }, (image) => image.modulate({ saturation: 0.3 })),
  behind('hue=120', { hue: 120 }, (image) => image.modulate({ hue: 120 })),
  behind('mod=1.2,1.4,40', { mod: '1.2,1.4,40' }, (image) => image.modulate({ brightness: 1.2, saturation: 1.4, hue: 40 })),
  ['gam=2.2', { gam: 2.2 }],
  behind('filt=greyscale', { filt: 'greyscale' }, (image) => image.greyscale()),
  behind('filt=sepia', { filt: 'sepia' }, (image) => image.recomb([[0.3588, 0.7044, 0.1368], [0.299, 0.587, 0.114], [0.2392, 0.4696, 0.0912]])),
  behind('filt=negate', { filt: 'negate' }, (image) => image.negate()),
  ['filt=duotone', { filt: 'duotone' }],
  behind('tint=8a5a2b', { tint: '8a5a2b' }, (image) => image.tint('#8a5a2b')),
  behind('normalise', { normalise: '', bri: 0 }, (image) => image.normalise()),
  behind('threshold=100', { threshold: 100 }, (image) => image.threshold(100)),
  // Detail.
  behind('blur', { blur: '' }, (image) => image.blur()),
  behind('blur=3', { blur: 3 }, (image) => image.blur(3)),
  behind('blur=12', { blur: 12 }, (image) => image.blur(12)),
  behind('sharp', { sharp: '' }, (image) => image.sharpen()),
  behind('sharp=2', { sharp: 2 }, (image) => image.sharpen({ sigma: 2 })),
  ['sharp=auto', { sharp: 'auto' }],
  behind('median=5', { median: 5 }, (image) => image.median(5)),
  behind('pixelate=10', { pixelate: 10 }, async (image) => {
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
    const at = (x, y, channel) => (y * info.width + x) * info.channels + channel;
    const means = Buffer.from(Array.from({ length: 15 * 10 * 3 }, (_, index) => {
      const [channel, x, y] = [index % 3, (Math.floor(index / 3) % 15) * 10, Math.floor(index / 45) * 10];
      const block = Array.from({ length: 100 }, (_, place) => data[at(x + (place % 10), y + Math.floor(place / 10), channel)]);
      return Math.round(block.reduce((sum, sample) => sum + sample, 0) / 100);
    }));
    return sharp(means, { raw: { width: 15, height: 10, channels: 3 } }).resize(150, 100, { fit: 'fill', kernel: 'nearest' });
  }),
  // Shapes.
  cut('radius=20', { radius: 20 }, '<rect width="150" height="100" rx="20"/>'),
  cut('radius=max', { radius: 'max' }, '<rect width="150" height="100" rx="50"/>'),
  cut('radius=20, mbg=gold', { radius: 20, mbg: 'gold' }, '<rect width="150" height="100" rx="20"/>', { outside: 'gold' }),
  cut('mask=circle', { mask: 'circle' }, '<circle cx="75" cy="50" r="50"/>'),
  cut('mask=ellipse', { mask: 'ellipse' }, '<ellipse cx="75" cy="50" rx="75" ry="50"/>'),
  cut('mask=triangle', { mask: 'triangle' }, polygon(3, up)),
  cut('mask=triangle-180', { mask: 'triangle-180' }, polygon(3, -up)),
  cut('mask=square', { mask: 'square' }, polygon(4, up)),
  cut('mask=pentagon', { mask: 'pentagon' }, polygon(5, up)),
  cut('mask=pentagon-180', { mask: 'pentagon-180' }, polygon(5, -up)),
  cut('mask=hexagon', { mask: 'hexagon' }, polygon(6, up)),
  cut('mask=star', { mask: 'star' }, polygon(10, up, 0.382)),
  ['mask=heart', { mask: 'heart' }],
  ['mask=circle, mtrim', { mask: 'circle', mtrim: '' }, (body) => sharp(body).resize(150, 100).extract({ left: 25, top: 0, width: 100, height: 100 }).ensureAlpha().composite([{ input: Buffer.from('<svg width="100" height="100"><circle cx="50" cy="50" r="50"/></svg>'), blend: 'dest-in' }])],
  // Layers.
  behind('wm', { wm: 'logo', wmpos: 'bottom-right', wmx: 6, wmy: 6 }, async (image) => image.composite([{ input: await logo(), left: 150 - 46, top: 100 - 26 }])),
  behind('wm, wmtile', { wm: 'logo', wmtile: '', wmopacity: 50 }, async (image) => {
    const { data, info } = await sharp(await logo()).raw().toBuffer({ resolveWithObject: true });
    for (let at = 3; at < data.length; at += 4) data[at] = Math.round(data[at] / 2);
    const faint = await sharp(data, { raw: info }).png().toBuffer();
    const places = Array.from({ length: 5 * 6 }, (_, at) => ({ input: faint, left: (at % 5) * 40 - 25, top: Math.floor(at / 5) * 20 - 10 }));
    const canvas = sharp({ create: { width: 250, height: 160, channels: 4, background: clear } });
    const tiles = await canvas.composite(places.map((place) => ({ ...place, left: place.left + 25, top: place.top + 10 }))).png().toBuffer();
    return image.composite([{ input: await sharp(tiles).extract({ left: 25, top: 10, width: 150, height: 100 }).png().toBuffer() }]);
  }),
  ['txt', { txt: 'Waterfall', txtsize: 22, txtpos: 'bottom', txtshadow: 'mild' }],
];

/** A mark that can be seen through. */
export const logo = () => sharp({ create: { width: 40, height: 20, channels: 4, background: { r: 200, g: 30, b: 60, alpha: 0.6 } } }).png().toBuffer();
