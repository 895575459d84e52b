import { image } from 'letterbox-images/loader/react';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

const Image = image({ base: 'https://img.example.com' });
console.log(renderToStaticMarkup(createElement(Image, { src: 'https://images.example.com/photo.jpg', width: 800, height: 450, alt: 'A waterfall', parameters: { format: 'avif' } })));
