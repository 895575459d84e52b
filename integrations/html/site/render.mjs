import { img } from 'letterbox-images/loader/html';
import { createUrls } from 'letterbox-images/url';

console.log(img(createUrls({ base: 'https://img.example.com' }), 'https://images.example.com/photo.jpg', { alt: 'A waterfall', parameters: { w: 800, h: 450, f: 'avif' } }));
