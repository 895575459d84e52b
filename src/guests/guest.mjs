// A guest: a codec that is a WebAssembly module of its own, with a memory of its own. What goes wrong in it is the end of one call and of
// one instance, and never of the worker.

const PAGE = 65_536;
const grow = WebAssembly.Memory.prototype.grow;

/** Words that a call throws, and nothing else: what the codec says of itself is nobody's business. */
export const faults = {
  refused: 'refused', // the codec will not have it
  memory: 'memory', // it wanted more memory than was planned
  trap: 'trap', // it crashed
};

export class Guest {
  #factory;
  #module;
  #instance = null;

  /** `factory` is what the package makes an instance of `module` with. */
  constructor(factory, module) {
    this.#factory = factory;
    this.#module = module;
  }

  /** Bytes of its memory, which never shrinks. */
  get bytes() {
    return this.#instance?.memory.buffer.byteLength ?? 0;
  }

  /** Gives the memory back, when the runtime gets to it. The next call makes a new instance. */
  discard() {
    this.#instance = null;
  }

  /** What `work(codec)` returns. Its memory may have at most `most` bytes, or what it has if that is more. */
  call(most, work) {
    const instance = (this.#instance ??= this.#start());
    instance.most = most;
    instance.starved = false;
    let result;
    try {
      result = work(instance.codec);
    } catch {
      this.discard();
      throw instance.starved ? faults.memory : faults.trap;
    }
    if (instance.starved) {
      // Whatever it made of that: it may have written to where nothing is.
      this.discard();
      throw faults.memory;
    }
    if (!result) throw faults.refused;
    return result;
  }

  #start() {
    const started = { codec: {}, memory: null, most: Infinity, starved: false };
    const ready = this.#factory(
      Object.assign(started.codec, {
        noInitialRun: true,
        print: () => {},
        printErr: () => {},
        instantiateWasm: (imports, receive) => {
          const instance = new WebAssembly.Instance(this.#module, imports);
          started.memory = memoryOf(instance);
          started.memory.grow = (pages) => {
            if (started.memory.buffer.byteLength + pages * PAGE > started.most) {
              started.starved = true;
              throw new RangeError('more memory than was planned');
            }
            const before = grow.call(started.memory, pages);
            started.starved = false; // it asks for less when it does not get as much as it likes
            return before;
          };
          receive(instance);
          return instance.exports;
        },
      }),
    );
    // An instance that aborts rejects this too, and what is rejected and not caught looks like a crash of the worker.
    ready.catch(() => {});
    return started;
  }
}

const memoryOf = (instance) => Object.values(instance.exports).find((thing) => thing instanceof WebAssembly.Memory);
