// Written by `npm run docs` from the parameters of src/url/param/.

export interface Parameters {
  /** Where the image sits on its canvas (`contain`), or which part is kept (`cover`); `attention` looks for edges, skin and colour, `entropy` cuts off what has little detail. Default: center. */
  a?: 'center' | 'top' | 'bottom' | 'left' | 'right' | 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right' | 'attention' | 'entropy' | (string & {});
  /** Another name of `a`. */
  g?: Parameters['a'];
  /** Another name of `a`. */
  gravity?: Parameters['a'];
  /** Another name of `a`. */
  position?: Parameters['a'];
  /** `w` and `h` change places where the picture is upright and they are those of a wide box, or the other way round. Default: 0. */
  adaptive?: boolean;
  /** Answer with alpha whose format has none: `flatten` lays it on `bg`, `png` makes a PNG of it. Default: flatten. */
  alpha?: 'flatten' | 'png';
  /** Aspect ratio of the box, where `w` or `h` is `auto`; where both are, the box is the largest of the ratio within the source. Default: none. */
  ar?: number | string;
  /** Shift of what `a` has chosen, in columns: away from its edge, or else to the right. Pixels are multiplied by `dpr`. Default: 0. */
  ax?: number | string;
  /** Shift in rows: away from its edge, or else down. Default: 0. */
  ay?: number | string;
  /** Colour of the padding, and of what lies under transparency where the format has none; `blur` lays the picture on its own blurred cover, which is seen beside the picture and through it. Default: ffffffff. */
  bg?: 'transparent' | 'blur' | (string & {});
  /** Another name of `bg`. */
  background?: Parameters['bg'];
  /** Another name of `bg`. */
  cbg?: Parameters['bg'];
  /** Gaussian blur: its sigma in pixels of the answer. Default: none. */
  blur?: number | true | string;
  /** Line around everything, `pad` too: its width, which `dpr` multiplies, and its colour; the answer grows by it. Default: none. */
  border?: number | string;
  /** Brightness: so many percent of the whole range are added to each colour. Default: 0. */
  bri?: number;
  /** Another name of `bri`. */
  brightness?: Parameters['bri'];
  /** Most bytes of the file. Where it has more at quality `q`, a still JPEG, lossy WebP or AVIF is encoded once or twice more, with the highest quality that is expected to fit; 422 where nothing fits. All else is encoded once, and is 422 where that does not fit. Default: none. */
  bytes?: number;
  /** Where `cw` and `ch` are cut out, and what `cx` and `cy` count from: an edge, the middle, or a point that is to be in the middle of what is kept. Default: top-left. */
  ca?: 'center' | 'top' | 'bottom' | 'left' | 'right' | 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right' | (string & {});
  /** Rows at the bottom that are cut off before `cy` and `ch` count. Default: 0. */
  cbottom?: number | string;
  /** Rows that are kept of the upright source before the resize; what reaches beyond the edge ends there. Default: 100p. */
  ch?: number | string;
  /** Contrast: the steepness of a sigmoid around the middle, or of its inverse. Default: 0. */
  con?: number;
  /** Another name of `con`. */
  contrast?: Parameters['con'];
  /** Columns at the right that are cut off before `cx` and `cw` count. Default: 0. */
  cright?: number | string;
  /** Colours of the answer: sRGB, or those of the source's ICC profile, which a JPEG, PNG or WebP then has; a profile of more than 64 KB, of CMYK or of another format becomes sRGB all the same. Colours that the URL names are not converted. Default: srgb. */
  cs?: 'srgb' | 'keep';
  /** Columns that are kept of it. Default: 100p. */
  cw?: number | string;
  /** The first column that is kept. Default: 0. */
  cx?: number | string;
  /** The first row that is kept. Default: 0. */
  cy?: number | string;
  /** What is answered in place of an error: another picture, transformed in the same way, or a redirect to the source; see [Errors](errors.md#never-a-broken-page). No cache entry of its own. Default: `FALLBACK_IMAGE`. */
  default?: 'redirect' | 'none' | (string & {});
  /** Another name of `default`. */
  onerror?: Parameters['default'];
  /** Milliseconds that each frame of an animation is shown. Default: the source's. */
  delay?: number;
  /** Browsers save the answer under this name (`Content-Disposition`), with the ending of its format; no cache entry of its own. Default: none. */
  dl?: true | string;
  /** Another name of `dl`. */
  filename?: Parameters['dl'];
  /** Device pixel ratio: multiplies `w` and `h`, and pixels of `ax`, `ay`, `mw`, `mh`, `pad`, `border` and `radius`. Default: 1. */
  dpr?: number;
  /** What the answer is: the file, or a `data:` URL of it as plain text, for a page or a style sheet; wsrv.nl's `base64` is `dataurl`. Default: file. */
  enc?: 'file' | 'dataurl';
  /** Another name of `enc`. */
  encoding?: Parameters['enc'];
  /** From when on the URL is refused; no copy is kept beyond it. Default: none: for ever. */
  exp?: number;
  /** Canvas behind any `fit`: `size` is w x h at least, as `contain` has it; `ratio` has the shape of w x h, and one side grows. Default: none. */
  ext?: 'size' | 'ratio';
  /** Another name of `ext`. */
  extend?: Parameters['ext'];
  /** Format of the answer; `keep` is the source's own (PNG for BMP, ICO and TIFF), `auto` the first of AVIF and WebP that the client's Accept names, or else the source's own, `json` describes the source and the plan, `thumbhash` and `blurhash` are the source's placeholder as text. Default: keep. */
  f?: 'keep' | 'auto' | 'jpg' | 'png' | 'webp' | 'avif' | 'gif' | 'json' | 'thumbhash' | 'blurhash';
  /** Another name of `f`. */
  output?: Parameters['f'];
  /** Another name of `f`. */
  format?: Parameters['f'];
  /** Another name of `f`. */
  fm?: Parameters['f'];
  /** Filter of the colours; a duotone is of `start` and `stop`. Default: none. */
  filt?: 'duotone' | 'greyscale' | 'negate' | 'sepia';
  /** Another name of `filt`. */
  filter?: Parameters['filt'];
  /** `contain` pads the whole image to w x h, `inside` does not pad, `cover` crops, `fill` distorts, `outside` covers without cropping, `aspect-crop` is `cover` that never enlarges and keeps the shape of w x h, `scale-up` is `inside` that never shrinks, `scale-down` is `inside` with `we`, `auto` is `cover` where the picture and the box are both upright or both wide, and `inside` elsewhere. Default: contain. */
  fit?: 'contain' | 'pad' | 'inside' | 'cover' | 'crop' | 'fill' | 'stretch' | 'squeeze' | 'outside' | 'aspect-crop' | 'scale-up' | 'scale-down' | 'auto';
  /** Mirror: top and bottom change places, behind EXIF and `ro`. Default: 0. */
  flip?: boolean;
  /** Mirror: left and right change places. Default: 0. */
  flop?: boolean;
  /** Gamma: each colour to the power of one through it, which makes the picture lighter. Default: none. */
  gam?: number | true;
  /** Another name of `gam`. */
  gamma?: Parameters['gam'];
  /** Height in pixels or as a share of the source's, such as `50p` or `50%`; `auto` for the source's aspect ratio. Default: 627. */
  h?: 'auto' | number | (string & {});
  /** Another name of `h`. */
  height?: Parameters['h'];
  /** Hue: degrees that each colour is turned, in the LCh of Lab. Default: 0. */
  hue?: number;
  /** Progressive JPEG. Default: 0. */
  il?: boolean;
  /** Another name of `il`. */
  interlace?: Parameters['il'];
  /** Lossless WebP. Default: 0. */
  ll?: boolean;
  /** Another name of `ll`. */
  lossless?: Parameters['ll'];
  /** How often an animation plays. Default: the source's. */
  loop?: number;
  /** Shape that is cut out of the canvas, padding and border included, as large as it gets there. Outside is nothing, or `bg` where the format has no alpha; a square stands on its corner. Default: none. */
  mask?: 'circle' | 'ellipse' | 'triangle' | 'triangle-180' | 'square' | 'pentagon' | 'pentagon-180' | 'hexagon' | 'star' | 'heart';
  /** How long the answer may be kept. Default: `CACHE_TTL`. */
  maxage?: string;
  /** Colour outside of `mask` and `radius`. Default: none. */
  mbg?: 'transparent' | (string & {});
  /** Another name of `mbg`. */
  'mask-bg'?: Parameters['mbg'];
  /** Median of a square of so many pixels a side of the answer, each channel by itself, which takes away specks. Default: 1. */
  median?: 1 | 3 | 5 | 7 | 9 | true;
  /** Metadata that a JPEG, PNG or WebP keeps: none; artist and copyright of EXIF and IPTC; or all of EXIF, XMP and IPTC up to 64 KB each, with the place where the photo was taken. Other formats have none. Default: none. */
  meta?: 'none' | 'copyright' | 'keep';
  /** Another name of `meta`. */
  metadata?: Parameters['meta'];
  /** Rows that the picture has at least. Default: none. */
  mh?: number;
  /** Another name of `mh`. */
  'min-h'?: Parameters['mh'];
  /** Factors of the lightness and of the chroma of each colour, and degrees that its hue is turned, in the LCh of Lab; joined with `sat` and `hue`. Default: 1,1,0. */
  mod?: string;
  /** Another name of `mod`. */
  modulate?: Parameters['mod'];
  /** The canvas ends where its `mask` ends; padding and border go around that. Default: 0. */
  mtrim?: boolean;
  /** Another name of `mtrim`. */
  'mask-trim'?: Parameters['mtrim'];
  /** Columns that the picture has at least, whatever `w`, `fit` and `we` say: the picture grows for them, and what then sticks out of the box is cropped. Default: none. */
  mw?: number;
  /** Another name of `mw`. */
  'min-w'?: Parameters['mw'];
  /** How many frames of an animation are kept, where the format of the answer can hold them (GIF, WebP, PNG of a PNG); 1 is a still. Default: all; 1 with `page`. */
  n?: 'all' | number;
  /** Stretches the contrast: these percentiles of lightness become black and white. Default: none. */
  normalise?: true | string;
  /** Another name of `normalise`. */
  normalize?: Parameters['normalise'];
  /** Rows that are kept behind the resize, before a canvas is made: a second crop, in pixels of the answer. Default: 100p. */
  oh?: number | string;
  /** EXIF's orientation is applied; `or=0` leaves the pixels as they are stored. Default: 1. */
  or?: boolean;
  /** Columns that are kept of them. Default: 100p. */
  ow?: number | string;
  /** The first of these columns. Default: 0. */
  ox?: number | string;
  /** The first of these rows. Default: 0. */
  oy?: number | string;
  /** A named set of parameters from `PRESETS`; what the URL gives itself wins. Default: none. */
  p?: string;
  /** Another name of `p`. */
  preset?: Parameters['p'];
  /** Room of the colour `bg` around the canvas, in pixels that `dpr` multiplies; the answer grows by it. Default: 0. */
  pad?: number | string;
  /** Another name of `pad`. */
  padding?: Parameters['pad'];
  /** The frame of an animation to begin with, counted from 0; a still, unless `n` says otherwise. Default: 0. */
  page?: number;
  /** Squares of so many pixels a side of the answer become their mean. Default: 1. */
  pixelate?: number;
  /** Another name of `pixelate`. */
  pix?: Parameters['pixelate'];
  /** Quality of a lossy format, on JPEG's scale: 80 is WebP's 79 and AVIF's 60. PNG is lossless, but with `f=png` less than 100 is a palette of `q` % of 256 colours. `jpg:85`, `webp:79`, `avif:60` and `png:50` count for answers in that format alone and are what its encoder takes; several have commas between them, and one number without a format may be among them. Default: 80, and 100 with f=png. */
  q?: number | string;
  /** Another name of `q`. */
  quality?: Parameters['q'];
  /** Rounded corners of the canvas, padding and border included; `dpr` multiplies pixels. Outside is nothing, or `bg` where the format has no alpha. Default: 0. */
  radius?: string;
  /** Degrees to turn the picture clockwise, behind EXIF; `w` and `h` are those of the answer. Default: 0. */
  ro?: 0 | 90 | 180 | 270;
  /** Another name of `ro`. */
  rotate?: Parameters['ro'];
  /** Saturation: the factor of the chroma of each colour, in the LCh of Lab; 0 is grey. Default: 1. */
  sat?: number;
  /** Another name of `sat`. */
  saturation?: Parameters['sat'];
  /** Sharpening of lightness: the sigma in pixels of the answer, and the factors of small differences and of large ones, which are 1 and 2. `auto` is `0.5,0.5,1` where two pixels of the source or more become one each way, and `0.5` where four do. Default: none. */
  sharp?: number | true | string;
  /** Another name of `sharp`. */
  sharpen?: Parameters['sharp'];
  /** The colour of black with `filt=duotone`. Default: c83658. */
  start?: string;
  /** The colour of white with `filt=duotone`. Default: d8e74f. */
  stop?: string;
  /** Chrominance of a JPEG: a sample for four pixels (4:2:0), or for each (4:4:4), which keeps thin red and blue lines sharp and makes the file larger. Default: 420. */
  subsampling?: 420 | 444;
  /** Black and white: pixels whose grey is at least this become white, and all others black. Default: none. */
  threshold?: number | true;
  /** Tint: greys get this colour, black and white stay. Default: none. */
  tint?: string;
  /** Cuts off a margin of one colour before anything else is done: pixels whose samples are no further than this from the first pixel's. Sizes are those of what is left; animations are not trimmed. Default: no trim. */
  trim?: number | true;
  /** Words that are set on the answer, above everything else, in the colour and place of the parameters below. A line feed (`%0A`) ends a line; other lines end between words. A character that the font has not is an error. Nothing is no text. Default: none. */
  txt?: string;
  /** Side of the box that the lines of `txt` stand at. Default: as `txtpos`. */
  txtalign?: 'left' | 'center' | 'right';
  /** Another name of `txtalign`. */
  'txt-align'?: Parameters['txtalign'];
  /** Colour of `txt`. Default: white. */
  txtcolor?: 'transparent' | (string & {});
  /** Another name of `txtcolor`. */
  'txt-color'?: Parameters['txtcolor'];
  /** Another name of `txtcolor`. */
  txtcolour?: Parameters['txtcolor'];
  /** What becomes of a `txt` that is too long for its box: it gets smaller, down to half of `txtsize`, and what then is too long ends with an ellipsis; or it keeps its size, and ends with an ellipsis. Default: shrink. */
  txtfit?: 'shrink' | 'ellipsis';
  /** Another name of `txtfit`. */
  'txt-fit'?: Parameters['txtfit'];
  /** Font of `txt`, from the bucket, the assets or the site that a path as `s` is from: TrueType or OpenType, at most 8 MiB. None is the font of the package, Noto Sans SemiBold for Latin, Greek and Cyrillic. Default: none. */
  txtfont?: 'none' | (string & {});
  /** Another name of `txtfont`. */
  'txt-font'?: Parameters['txtfont'];
  /** Most rows of the box of `txt`; a share is of the answer's height. It ends at the margins. Default: 100p. */
  txth?: number | string;
  /** Another name of `txth`. */
  'txt-height'?: Parameters['txth'];
  /** Distance from one line of `txt` to the next, as a multiple of its size. Default: 1.2. */
  txtlead?: number;
  /** Another name of `txtlead`. */
  'txt-lead'?: Parameters['txtlead'];
  /** Most lines of `txt`. Default: all. */
  txtlines?: 'all' | number;
  /** Another name of `txtlines`. */
  'txt-lines'?: Parameters['txtlines'];
  /** Where on the answer the box of `txt` lies, and where in it the lines are. Default: center. */
  txtpos?: 'center' | (string & {});
  /** Another name of `txtpos`. */
  'txt-pos'?: Parameters['txtpos'];
  /** Shadow of `txt`, in the order of CSS's `text-shadow`: to the right, down, blur, colour. Without a value it is mild. Default: none. */
  txtshadow?: 'none' | 'mild' | (string & {});
  /** Another name of `txtshadow`. */
  'txt-shad'?: Parameters['txtshadow'];
  /** Size of `txt`: the length of an em. `dpr` multiplies pixels, here and in all lengths of the text; a share is of the answer's shorter side. Default: 8p. */
  txtsize?: number | string;
  /** Another name of `txtsize`. */
  'txt-size'?: Parameters['txtsize'];
  /** Most columns of the box of `txt`, in which its lines are wrapped; a share is of the answer's width. It ends at the margins. Default: 100p. */
  txtw?: number | string;
  /** Another name of `txtw`. */
  'txt-width'?: Parameters['txtw'];
  /** Margin between the box of `txt` and the left and right edges; a share is of the answer's shorter side. Default: 5p. */
  txtx?: number | string;
  /** Another name of `txtx`. */
  'txt-x'?: Parameters['txtx'];
  /** Margin between the box of `txt` and the upper and lower edges; a share is of the answer's shorter side. Default: 5p. */
  txty?: number | string;
  /** Another name of `txty`. */
  'txt-y'?: Parameters['txty'];
  /** Cache buster: another value is another cache entry. Default: none. */
  v?: string;
  /** Another name of `v`. */
  cb?: Parameters['v'];
  /** Width in pixels or as a share of the source's, such as `50p` or `50%`; `auto` for the source's aspect ratio. Default: 1200. */
  w?: 'auto' | number | (string & {});
  /** Another name of `w`. */
  width?: Parameters['w'];
  /** Without enlargement: a source smaller than w x h is not blown up. Default: 0. */
  we?: boolean;
  /** The widths that one signature is good for: `w` and `dpr` are free among them, `h` is the height of the widest (`auto` without `h`) and scales along. Default: none. */
  widths?: readonly number[] | string;
  /** Picture that is laid over the answer, above everything else; of an animation, its first frame. Its host has to be allowed as that of `s` has. Default: none. */
  wm?: 'none' | (string & {});
  /** As `wm`: a second picture, above the first. Default: none. */
  wmb?: 'none' | (string & {});
  /** Another name of `wmb`. */
  wm2?: Parameters['wmb'];
  /** As `wm`: a third picture, above the second. Default: none. */
  wmc?: 'none' | (string & {});
  /** Another name of `wmc`. */
  wm3?: Parameters['wmc'];
  /** Percent of its own opacity. Default: 100. */
  wmopacity?: number;
  /** As `wmopacity`, of the second. Default: 100. */
  wmopacityb?: number;
  /** Another name of `wmopacityb`. */
  wmopacity2?: Parameters['wmopacityb'];
  /** As `wmopacity`, of the third. Default: 100. */
  wmopacityc?: number;
  /** Another name of `wmopacityc`. */
  wmopacity3?: Parameters['wmopacityc'];
  /** Where on the answer it lies. Default: center. */
  wmpos?: 'center' | 'top' | 'bottom' | 'left' | 'right' | 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';
  /** As `wmpos`, of the second. Default: center. */
  wmposb?: 'center' | 'top' | 'bottom' | 'left' | 'right' | 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';
  /** Another name of `wmposb`. */
  wmpos2?: Parameters['wmposb'];
  /** As `wmpos`, of the third. Default: center. */
  wmposc?: 'center' | 'top' | 'bottom' | 'left' | 'right' | 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';
  /** Another name of `wmposc`. */
  wmpos3?: Parameters['wmposc'];
  /** Largest width and height, as a share of the answer's: it fits into that box. Of two shares the first is of the width; with `none` for one the other side decides. Without, it has its own pixels, whatever `dpr` is. Default: none. */
  wmscale?: 'none' | (string & {});
  /** As `wmscale`, of the second. Default: none. */
  wmscaleb?: 'none' | (string & {});
  /** Another name of `wmscaleb`. */
  wmscale2?: Parameters['wmscaleb'];
  /** As `wmscale`, of the third. Default: none. */
  wmscalec?: 'none' | (string & {});
  /** Another name of `wmscalec`. */
  wmscale3?: Parameters['wmscalec'];
  /** Repeats it all over the answer. Default: 0. */
  wmtile?: boolean;
  /** As `wmtile`, of the second. Default: 0. */
  wmtileb?: boolean;
  /** Another name of `wmtileb`. */
  wmtile2?: Parameters['wmtileb'];
  /** As `wmtile`, of the third. Default: 0. */
  wmtilec?: boolean;
  /** Another name of `wmtilec`. */
  wmtile3?: Parameters['wmtilec'];
  /** Shift away from the edge that `wmpos` names, or else to the right; between tiles, the columns that are free. Pixels are multiplied by `dpr`. Default: 0. */
  wmx?: number | string;
  /** As `wmx`, of the second. Default: 0. */
  wmxb?: number | string;
  /** Another name of `wmxb`. */
  wmx2?: Parameters['wmxb'];
  /** As `wmx`, of the third. Default: 0. */
  wmxc?: number | string;
  /** Another name of `wmxc`. */
  wmx3?: Parameters['wmxc'];
  /** Shift in rows; between tiles, the rows that are free. Default: 0. */
  wmy?: number | string;
  /** As `wmy`, of the second. Default: 0. */
  wmyb?: number | string;
  /** Another name of `wmyb`. */
  wmy2?: Parameters['wmyb'];
  /** As `wmy`, of the third. Default: 0. */
  wmyc?: number | string;
  /** Another name of `wmyc`. */
  wmy3?: Parameters['wmyc'];
}
