// What a reply says: the picture or the error, its size, how long it took, and whether it came from the cache.

/** Formats that this browser shows, for `f=auto`: what an <img> of it would accept. */
const accept = 'image/avif,image/webp,image/png,image/*;q=0.8,*/*;q=0.5';

/** Asks for an address, and resolves to what `told` makes of the reply; only an abort is thrown. */
export async function ask(address, { signal } = {}) {
  const started = performance.now();
  try {
    const reply = await fetch(address, { signal, headers: { accept } });
    const blob = await reply.blob();
    const ms = performance.now() - started;
    const isText = !blob.type.startsWith('image/');
    return told({ status: reply.status, headers: reply.headers, blob, ms, text: isText ? await blob.text() : undefined });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    return { failure: { title: 'No answer', message: 'The server does not answer. Is it still running?' } };
  }
}

/** A reply in the words of the page. */
export function told({ status, headers, blob, ms, text }) {
  if (status !== 200) return { status, failure: failureOf(status, text) };
  return {
    status,
    blob,
    text,
    ms,
    bytes: blob.size,
    type: headers.get('content-type') ?? '',
    size: sizeOf(headers.get('x-image-result-size')),
    cache: cacheWord(headers.get('cache-status'), headers.get('x-cache')),
    timings: timings(headers.get('server-timing')),
    ignored: headers.get('x-letterbox-ignored') ?? undefined,
  };
}

function failureOf(status, text = '') {
  try {
    const { error, message } = JSON.parse(text);
    if (typeof message === 'string') return { title: `${status} ${error}`, message };
  } catch {
    // not ours: said as it came
  }
  return { title: `${status}`, message: text.slice(0, 500) || 'The reply has no words.' };
}

function sizeOf(text) {
  const found = /^(\d+)x(\d+)$/.exec(text ?? '');
  return found ? { width: Number(found[1]), height: Number(found[2]) } : undefined;
}

/** One word, and what it means, from Cache-Status (RFC 9211). */
export function cacheWord(status, word) {
  const means = {
    HIT: 'from the cache',
    MISS: 'made for this request',
    STALE: 'an older answer, because the source did not answer',
  };
  const own = /(?:^|,)\s*letterbox\s*;?([^,]*)/.exec(status ?? '')?.[1] ?? '';
  const found = word ?? (/\bhit\b/.test(own) ? 'HIT' : /\bfwd=/.test(own) ? 'MISS' : undefined);
  if (found === undefined) return undefined;
  return { word: found, means: /collapsed/.test(own) ? 'made once, for several who asked at the same time' : (means[found] ?? '') };
}

/** The parts of Server-Timing: [['fetch', 11], …], in milliseconds. */
export const timings = (field) => [...(field ?? '').matchAll(/([\w-]+)[^,]*?;dur=([\d.]+)/g)].map(([, name, ms]) => [name, Number(ms)]);

/** Bytes for people: 940 B, 48.2 kB, 1.31 MB. */
export function bytesInWords(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}

/** How much smaller one number of bytes is than another, in words. */
export function saved(bytes, of) {
  const share = Math.round((1 - bytes / of) * 100);
  if (share === 0) return 'as large as the original';
  return share > 0 ? `${share} % less than the original` : `${-share} % more than the original`;
}
