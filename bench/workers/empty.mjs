// The floor: fetches the source and hands it on, byte by byte as it comes.

export default {
  fetch: (request) => fetch(new URL(request.url).searchParams.get('s')),
};
