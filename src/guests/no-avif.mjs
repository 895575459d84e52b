// Stands in for avif.mjs in a build without AVIF.

export const avif = null;
