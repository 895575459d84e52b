// Effects, and how sharp does the same: what `npm run bench -- --only effects` measures. A row is the name, the query, and sharp's steps, of the upright
// picture to the same file; a source that is decoded twice is `resident`, and counts beside the memory. Without a query of its own the box is 1200 x 627, and the picture lies inside it.

/** The box of every row. */
export const box = { width: 1200, height: 627 };

const inside = (image) => image.resize(box.width, box.height, { fit: 'inside' });
const white = { r: 255, g: 255, b: 255, alpha: 1 };
const sepia = [[0.3588, 0.7044, 0.1368], [0.299, 0.587, 0.114], [0.2392, 0.4696, 0.0912]];

/** A row whose effect comes behind the resize. */
const behind = (name, query, change) => ({ name, query, sharp: (image) => change(inside(image)) });

/** Pixels of the first steps, for a second pipeline: sharp has one resize in each. */
async function again(image, sharp) {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { image: () => sharp(data, { raw: info }), info };
}

/** The picture with a shape cut out, on white. */
const cut = (shape) => async (image, { sharp }) => {
  const { image: made, info } = await again(inside(image), sharp);
  const svg = Buffer.from(`<svg width="${info.width}" height="${info.height}">${shape(info)}</svg>`);
  const { image: masked } = await again(made().ensureAlpha().composite([{ input: svg, blend: 'dest-in' }]), sharp);
  return masked().flatten({ background: white });
};

/** What the figures compare the others with. */
export const plain = 'none';

export const effects = [
  behind(plain, {}, (image) => image),
  { name: 'crop of a quarter', query: { cw: '50p', ch: '50p' }, most: 0.6, sharp: (image) => inside(image.extract({ left: 0, top: 0, width: 2000, height: 1500 })) },
  { name: 'trim', query: { trim: 10 }, most: 1.6, resident: true, sharp: (image) => inside(image.trim({ threshold: 10 })) },
  {
    name: 'attention',
    query: { fit: 'cover', a: 'attention' },
    most: 1.6,
    resident: true,
    of: 'cover',
    sharp: (image) => image.resize(box.width, box.height, { fit: 'cover', position: 'attention' }),
  },
  { name: 'entropy', query: { fit: 'cover', a: 'entropy' }, resident: true, of: 'cover', sharp: (image) => image.resize(box.width, box.height, { fit: 'cover', position: 'entropy' }) },
  { name: 'cover', query: { fit: 'cover' }, sharp: (image) => image.resize(box.width, box.height, { fit: 'cover' }) },
  { name: 'contain', query: { fit: 'contain' }, sharp: (image) => image.resize(box.width, box.height, { fit: 'contain', background: white }) },
  {
    name: 'ro=90',
    query: { ro: 90 },
    sharp: (image) => image.rotate(90).resize(box.width, box.height, { fit: 'inside' }),
  },
  behind('flip', { flip: '' }, (image) => image.flip()),
  behind('flop', { flop: '' }, (image) => image.flop()),
  behind('bri', { bri: 20 }, (image) => image.linear(1, 51)),
  behind('con', { con: 20 }, (image) => image.linear(1.2, -25)),
  behind('gam', { gam: 2.2 }, (image) => image.gamma(2.2)),
  behind('sat', { sat: 1.5 }, (image) => image.modulate({ saturation: 1.5 })),
  behind('hue', { hue: 90 }, (image) => image.modulate({ hue: 90 })),
  behind('mod', { mod: '1.1,1.2,30' }, (image) => image.modulate({ brightness: 1.1, saturation: 1.2, hue: 30 })),
  behind('greyscale', { filt: 'greyscale' }, (image) => image.greyscale().toColourspace('srgb')),
  behind('sepia', { filt: 'sepia' }, (image) => image.recomb(sepia)),
  behind('negate', { filt: 'negate' }, (image) => image.negate()),
  behind('duotone', { filt: 'duotone' }, (image) => image.greyscale().tint('#c83658')),
  behind('tint', { tint: '8a5a2b' }, (image) => image.tint('#8a5a2b')),
  behind('threshold', { threshold: 128 }, (image) => image.threshold(128)),
  behind('normalise', { normalise: '' }, (image) => image.normalise()),
  behind('blur, mild', { blur: '' }, (image) => image.blur()),
  behind('blur=2', { blur: 2 }, (image) => image.blur(2)),
  behind('blur=10', { blur: 10 }, (image) => image.blur(10)),
  behind('blur=50', { blur: 50 }, (image) => image.blur(50)),
  behind('sharp, mild', { sharp: '' }, (image) => image.sharpen()),
  behind('sharp=1', { sharp: 1 }, (image) => image.sharpen({ sigma: 1 })),
  behind('median=3', { median: 3 }, (image) => image.median(3)),
  behind('median=5', { median: 5 }, (image) => image.median(5)),
  {
    name: 'pixelate=8',
    query: { pixelate: 8 },
    sharp: async (image, { sharp }) => {
      const { image: made, info } = await again(inside(image), sharp);
      const small = await again(made().resize(Math.ceil(info.width / 8), Math.ceil(info.height / 8), { fit: 'fill', kernel: 'linear' }), sharp);
      return small.image().resize(info.width, info.height, { fit: 'fill', kernel: 'nearest' });
    },
  },
  behind('pad', { pad: 20 }, (image) => image.extend({ top: 20, bottom: 20, left: 20, right: 20, background: white })),
  behind('border', { border: '4,red' }, (image) => image.extend({ top: 4, bottom: 4, left: 4, right: 4, background: 'red' })),
  { name: 'radius', query: { radius: 40 }, sharp: cut(({ width, height }) => `<rect width="${width}" height="${height}" rx="40"/>`) },
  { name: 'mask=circle', query: { mask: 'circle' }, sharp: cut(({ width, height }) => `<circle cx="${width / 2}" cy="${height / 2}" r="${Math.min(width, height) / 2}"/>`) },
  {
    name: 'wm',
    query: { wm: 'logo', wmpos: 'bottom-right' },
    sharp: async (image, { sharp, logo }) => (await again(inside(image), sharp)).image().composite([{ input: logo, gravity: 'southeast' }]),
  },
  {
    name: 'txt',
    query: { txt: 'A card with a title', txtsize: 48 },
    sharp: async (image, { sharp }) => {
      const text = await sharp({ text: { text: '<span foreground="white">A card with a title</span>', font: 'sans 36', rgba: true } }).png().toBuffer();
      return (await again(inside(image), sharp)).image().composite([{ input: text }]);
    },
  },
  {
    name: 'bg=blur',
    query: { fit: 'contain', bg: 'blur' },
    sharp: async (image, { sharp }) => {
      const { image: made } = await again(inside(image), sharp);
      const { image: cover } = await again(made().resize(box.width, box.height, { fit: 'cover' }).blur(30), sharp);
      return cover().composite([{ input: await made().png({ compressionLevel: 0 }).toBuffer() }]);
    },
  },
];
