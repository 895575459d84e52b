// Next.js: `images.loaderFile`.

import { address } from '../loader.mjs';

/** A loader for next/image: `export default loader({ base: 'https://img.example.com' })`, in a file that begins with 'use client'. */
export const loader = (options) => ({ src, width, quality }) => address(options, src, { width, quality });
