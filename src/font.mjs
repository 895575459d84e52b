// The font of the package, as the module asks for it: `letterboxFont` (src/cloudflare/font.rs). It lies beside the script as data, and is copied into
// the module's memory for a request with `txt` alone.

import font from '../fonts/NotoSans-SemiBold.ttf';

globalThis.letterboxFont = () => new Uint8Array(font);
