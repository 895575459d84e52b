// Images that lie or are broken: small files with huge dimensions, cut files, flipped bits.
import { crc32, deflateSync } from 'node:zlib';

/** The first `share` of the file. */
export function truncated(file, share = 0.5) {
  return file.subarray(0, Math.floor(file.length * share));
}

/** A PNG of which the pixel data is overwritten in the middle, with its checksum left as it was. */
export function pngWithBadData(png) {
  const broken = Buffer.from(png);
  const start = broken.indexOf('IDAT', 0, 'latin1');
  const length = broken.readUInt32BE(start - 4);
  broken.fill(0xa5, start + 4 + (length >> 1), start + 4 + (length >> 1) + 16);
  return broken;
}

/** A JPEG with all its headers, and an end where the scan should be. */
export function jpegWithoutScan(jpeg) {
  const scan = jpeg.indexOf(Buffer.of(0xff, 0xda));
  return Buffer.concat([jpeg.subarray(0, scan), Buffer.of(0xff, 0xd9)]);
}

export function hugePng(side) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(64))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** `jpeg`, a baseline file, with other dimensions in its frame header. */
export function hugeJpeg(jpeg, side) {
  const file = Buffer.from(jpeg);
  const frame = file.indexOf(Buffer.of(0xff, 0xc0));
  file.writeUInt16BE(side, frame + 5);
  file.writeUInt16BE(side, frame + 7);
  return file;
}

export function hugeGif(side) {
  const file = Buffer.from('474946383961ffffffff800000000000ffffff2c00000000ffffffff0002024c01003b', 'hex');
  for (const at of [6, 8, 24, 26]) file.writeUInt16LE(side, at);
  return file;
}

export function hugeBmp(side) {
  const file = Buffer.alloc(118);
  bmpHeader(file, side, side);
  return file;
}

/** The header of a 24-bit BMP, written into `file`. */
export function bmpHeader(file, width, height) {
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, sum]);
}
