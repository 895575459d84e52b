// A worker whose codecs can be made to crash: after a request for `/.trap`, the next thing that a codec asks of its surroundings traps.
let armed = false;

const { Instance } = WebAssembly;
WebAssembly.Instance = new Proxy(Instance, {
  construct(target, [module, imports]) {
    const own = Object.keys(imports).some((name) => name.includes('index_bg')); // the worker's module is left alone
    return Reflect.construct(target, [module, own ? imports : Object.fromEntries(Object.entries(imports).map(([name, of]) => [name, trapping(of)]))]);
  },
});

const trapping = (functions) =>
  Object.fromEntries(
    Object.entries(functions).map(([name, value]) => [
      name,
      typeof value !== 'function'
        ? value
        : (...args) => {
            if (armed) {
              armed = false;
              throw new WebAssembly.RuntimeError('unreachable');
            }
            return value(...args);
          },
    ]),
  );

const worker = await import('./index.js');

export default {
  fetch(request, env, context) {
    if (!new URL(request.url).pathname.startsWith('/.trap')) return worker.default.fetch(request, env, context);
    armed = true;
    return new Response('armed');
  },
};
