// Which part of the work a function belongs to: the first row whose pattern its name matches. A new codec is one more pattern.

/** { group, what, patterns }, in the order in which they are tried and printed. */
export const groups = [
  {
    group: 'copy',
    what: 'canvas, turning, moving bytes, memory',
    patterns: [/^(memcpy|memmove|memset)$/, /compiler_builtins::mem/, /letterbox::image::(pad|orient|frame)/, /Gather|Pipeline::push/, /dlmalloc|__rdl_|__rust_(alloc|realloc|dealloc)/, /alloc::raw_vec/],
  },
  {
    group: 'encode',
    what: 'pixels to file',
    patterns: [/letterbox_jpeg::encode/, /encoder|(?<!de)compress::|weezl::encode|from_rgba/i, /png::filter::filter/, /color_quant/, /letterbox::image::codec::\w+::encode/],
  },
  { group: 'resample', what: 'Lanczos3', patterns: [/letterbox_resize/, /letterbox::image::resize/, /libm_math/] },
  {
    group: 'colour',
    what: 'upsampling, YCbCr to RGB, flattening',
    // The compiler inlines rows and colour of our JPEG decoder into its `next`.
    patterns: [/color_convert|upsample|ycbcr|cmyk/i, /letterbox_jpeg::(colou?r|rows|decoder::Decoder::next)/, /letterbox::image::(colour|flatten)/],
  },
  { group: 'IDCT', what: 'dequantised coefficients to samples', patterns: [/idct|dequanti[sz]e/i, /jpeg_decoder::worker/, /letterbox_jpeg::transform/] },
  {
    group: 'entropy decode',
    what: 'file to coefficients or pixels',
    patterns: [/jpeg_decoder/, /letterbox_jpeg/, /letterbox_(png|inflate)/, /crc32fast/, /png::|fdeflate|miniz_oxide|inflate/, /image_webp|vp8/i, /gif::|weezl/, /tiff::|bmp::|ico::/, /letterbox::image::codec/],
  },
  {
    group: 'fetch and glue',
    what: 'network, streams, JavaScript, the request around the image',
    patterns: [/^\((program|garbage collector)\)$/, /__wbg|wasm_bindgen|js_sys|web_sys|js-to-wasm|wasm-to-js/, /worker(_sys)?::|http::|futures|^url::|^bytes::/, /letterbox::(serve|origin|cache|url|reply|log|cloudflare|config)/, /^[\w.$#()[\] ]*$/],
  },
  { group: 'other', what: 'what no pattern above matches', patterns: [/(?:)/] },
];

export const groupOf = (name) => groups.find(({ patterns }) => patterns.some((pattern) => pattern.test(name))).group;
