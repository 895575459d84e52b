// The native contestants: a plain Node server around sharp. Started as `node server.mjs <settings>` with a channel to its parent, which
// says where the origin is and is told the port. Ends with its parent.

import http from 'node:http';
import sharp from 'sharp';

const white = { r: 255, g: 255, b: 255, alpha: 1 };

// The line of the handler that this project replaces. Quality 80 for JPEG and WebP is sharp's own default.
const contain = (file, width, height, options) => sharp(file, options).resize(width, height, { fit: 'contain', background: white });

const settings = {
  // One thread and no memory of earlier operations, to be compared with one isolate; AVIF at the speed that a reply can wait for.
  sharp() {
    sharp.concurrency(1);
    sharp.cache(false);
    return (file, width, height, format) => {
      const image = contain(file, width, height, { animated: true });
      if (format === 'avif' || isAvif(file)) return image.avif({ effort: 0 }).toBuffer();
      return (format ? image.toFormat(format) : image).toBuffer();
    };
  },
  // As it comes: a thread a core, a cache, the defaults of every format.
  seed: () => (file, width, height, format) => {
    const image = contain(file, width, height);
    return (format ? image.toFormat(format) : image).toBuffer();
  },
};

const isAvif = (file) => file.toString('latin1', 4, 12) === 'ftypavif';

const answer = settings[process.argv[2]]();
process.once('disconnect', () => process.exit());

process.once('message', ({ origin: { host, port } }) => {
  const agent = new http.Agent({ keepAlive: true });

  // As workerd does it: any host is asked at the one loopback origin.
  const download = (url) =>
    new Promise((resolve, reject) => {
      const chunks = [];
      const request = http.get({ agent, host, port, path: url, headers: { host: new URL(url).host } }, (response) => {
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks)));
        response.on('error', reject);
      });
      request.on('error', reject);
    });

  const server = http.createServer(async (request, response) => {
    try {
      const asked = new URL(request.url, 'http://localhost').searchParams;
      const file = await download(asked.get('s'));
      const body = await answer(file, Number(asked.get('w')), Number(asked.get('h')), asked.get('f'));
      response.writeHead(200, { 'content-length': body.length }).end(body);
    } catch (error) {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: error.name, message: error.message }));
    }
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
