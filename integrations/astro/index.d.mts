import type { ExternalImageService } from 'astro';

/** The service of `image.service.entrypoint`; its `config` is { base, parameters }. */
declare const service: ExternalImageService;
export default service;
