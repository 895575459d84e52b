export default defineNuxtConfig({
  modules: ['@nuxt/image'],
  telemetry: false,
  image: {
    provider: 'letterbox',
    providers: { letterbox: { name: 'letterbox', provider: '~~/providers/letterbox.ts', options: { baseURL: 'https://img.example.com' } } },
  },
});
