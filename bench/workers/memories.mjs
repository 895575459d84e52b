// Counts the WebAssembly memories of the isolate, whoever makes them. Imported before the worker, so that no instance is missed.
// It costs nothing while requests run: only making an instance passes through here.

const { Instance, instantiate, Memory } = WebAssembly;
const memories = new Set();
let made = 0;
let started = 0;

// Weak, so that an instance which its worker throws away can be collected as it would be without us.
function note(imports, exports) {
  const modules = Object.values(imports ?? {});
  for (const thing of [...modules.flatMap((module) => Object.values(module)), ...Object.values(exports)]) {
    if (thing instanceof Memory && ![...memories].some((known) => known.deref() === thing)) memories.add(new WeakRef(thing));
  }
}

// A Rust module has names of its glue; the codecs beside it have none, and are made when they are wanted.
function count(exports) {
  made += 1;
  if (Object.keys(exports).some((name) => name.startsWith('__wbindgen'))) started += 1;
}

WebAssembly.Instance = new Proxy(Instance, {
  construct(target, [module, imports]) {
    const instance = Reflect.construct(target, [module, imports]);
    count(instance.exports);
    note(imports, instance.exports);
    return instance;
  },
});

WebAssembly.instantiate = async (module, imports) => {
  const result = await instantiate(module, imports);
  const { exports } = result.instance ?? result;
  count(exports);
  note(imports, exports);
  return result;
};

/** Bytes of all memories that are alive. A memory never shrinks, so this is the most it has been, too. */
export const memoryBytes = () => [...memories].reduce((sum, memory) => sum + (memory.deref()?.buffer.byteLength ?? 0), 0);

/** How many instances there have been, of the module and of the codecs beside it. */
export const instances = () => made;

/** How often the module itself was started. */
export const starts = () => started;
