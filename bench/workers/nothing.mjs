// An answer that takes no work at all: what a request through the runtime costs by itself.

export default {
  fetch: () => new Response(null, { headers: { 'cache-control': 'no-store' } }),
};
