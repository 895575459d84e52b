import type { Deployment } from '../../url/index.d.mts';

/** A plugin, which adds the shortcode `letterbox`, or `name`. */
export default function letterbox(eleventyConfig: any, options: Deployment & { name?: string }): void;
