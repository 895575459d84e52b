// The platform's cache and nothing else: it is asked for the request as it came, and keeps the source for it.

export default {
  async fetch(request, env, context) {
    const stored = await caches.default.match(request.url);
    if (stored) return stored;
    const source = await fetch(new URL(request.url).searchParams.get('s'));
    context.waitUntil(caches.default.put(request.url, source.clone()));
    return source;
  },
};
