// The contestants by name, in the order of the tables.

export const names = ['letterbox', 'photon', 'jsquash', 'wasm-image-optimization', 'sharp', 'seed', 'empty'];

/** An earlier build of letterbox, which takes part when its folder is given. */
export const before = 'before';

/** The contestant that every ratio is to. */
export const baseline = 'sharp';

/** The contestant that does nothing but fetch and answer. */
export const floor = 'empty';
