export default { output: 'export', images: { loader: 'custom', loaderFile: './image-loader.js' } };
