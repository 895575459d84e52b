// The effects by sharp: a plain Node server, one thread, no memory of earlier operations. Started with a channel to its parent, which says where the origin
// is and is told the port. Ends with its parent.

import http from 'node:http';
import sharp from 'sharp';
import { effects } from '../effects-table.mjs';

sharp.concurrency(1);
sharp.cache(false);
process.once('disconnect', () => process.exit());

process.once('message', ({ origin: { host, port }, logo }) => {
  const agent = new http.Agent({ keepAlive: true });
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
      const effect = effects.find(({ name }) => name === asked.get('effect'));
      const image = sharp(await download(asked.get('s')));
      const body = await (await effect.sharp(image, { sharp, logo })).jpeg().toBuffer();
      response.writeHead(200, { 'content-length': body.length }).end(body);
    } catch (error) {
      response.writeHead(500).end(`${error.message}`);
    }
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
