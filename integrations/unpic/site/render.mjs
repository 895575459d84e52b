import { Image } from '@unpic/react/base';
import { transformer } from 'letterbox-images/loader/unpic';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

const letterbox = transformer({ base: 'https://img.example.com' });
console.log(renderToStaticMarkup(createElement(Image, { transformer: letterbox, src: 'https://images.example.com/photo.jpg', width: 800, height: 450, alt: 'A waterfall' })));
