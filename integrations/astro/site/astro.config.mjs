export default {
  image: { service: { entrypoint: 'letterbox-images/loader/astro', config: { base: 'https://img.example.com' } }, domains: ['images.example.com'] },
};
