// A worker whose module traps, as it would of a mistake in it: when a source has been asked for
// whose name has `crash` in it, the module's next look at the clock runs into an instruction that
// is none. No file has to be known that brings the module down.
import trap from './trap.wasm';

const { trap: unreachable } = new WebAssembly.Instance(trap).exports;
let armed = false;

const { Instance } = WebAssembly;
WebAssembly.Instance = new Proxy(Instance, {
  construct(target, [module, imports]) {
    const own = Object.entries(imports ?? {}).map(([name, of]) => [name, name.includes('index_bg') ? trapping(of) : of]);
    return Reflect.construct(target, [module, imports && Object.fromEntries(own)]);
  },
});

const trapping = (functions) =>
  Object.fromEntries(
    Object.entries(functions).map(([name, value]) => [
      name,
      !name.startsWith('__wbg_now_')
        ? value
        : (...args) => {
            if (armed) {
              armed = false;
              unreachable();
            }
            return value(...args);
          },
    ]),
  );

const { fetch } = globalThis;
globalThis.fetch = async (...args) => {
  const response = await fetch(...args);
  armed ||= String(args[0]?.url ?? args[0]).includes('crash');
  return response;
};

const worker = await import('./index.js');

export default worker.default;
