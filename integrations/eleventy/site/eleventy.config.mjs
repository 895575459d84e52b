import letterbox from 'letterbox-images/loader/eleventy';

export default (eleventyConfig) => {
  eleventyConfig.addPlugin(letterbox, { base: 'https://img.example.com', ladder: [320, 640, 960, 1280] });
};
