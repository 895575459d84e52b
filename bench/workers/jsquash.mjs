// jSquash: one module a codec, joined by JavaScript.

import { codecs, transformer } from './jsquash-core.mjs';
import { serve } from './serve.mjs';

export default serve(transformer(codecs));
