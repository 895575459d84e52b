// A stand-in for an S3 server: it serves objects to who has signed the request (AWS Signature Version 4), and checks that by the published
// algorithm, with Node's crypto. It shares no code with the worker.
import { createHash, createHmac } from 'node:crypto';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
/** All but the unreserved characters, percent-encoded. */
const encoded = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** A handler of the origin: `objects` are { key: { body, type } } of one bucket, `id`, `secret` and `region` who may read them. */
export function s3({ id, secret, token, region, bucket, objects }) {
  const refusals = [];
  const handler = (request, response) => {
    const why = refusal(request);
    if (why) refusals.push(why);
    const path = decodeURIComponent(new URL(request.url).pathname);
    const object = why ? null : objects[path.slice(`/${bucket}/`.length)];
    if (object && path.startsWith(`/${bucket}/`)) {
      response.writeHead(200, { 'content-type': object.type, etag: `"${createHash('md5').update(object.body).digest('hex')}"` });
      return response.end(object.body);
    }
    const [status, code] = why ? [403, why] : [404, 'NoSuchKey'];
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`);
  };

  /** The code of the error, in S3's words; null for a request that is signed rightly. */
  function refusal({ method, url, headers }) {
    const said = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(headers.authorization ?? '');
    if (!said) return 'AccessDenied';
    const [, credential, names, signature] = said;
    const time = headers['x-amz-date'] ?? '';
    const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    if (!(Math.abs(Date.now() - at) < 15 * 60_000)) return 'RequestTimeTooSkewed';
    const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
    if (credential !== `${id}/${scope}`) return 'InvalidAccessKeyId';
    if (headers['x-amz-content-sha256'] !== sha256('')) return 'XAmzContentSHA256Mismatch';
    if (token !== headers['x-amz-security-token']) return 'InvalidToken';
    const signed = names.split(';');
    for (const name of ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))]) if (!signed.includes(name)) return 'AccessDenied';
    const { host, search } = new URL(url);
    const path = /^https?:\/\/[^/]+([^?]*)/.exec(url)[1];
    const pairs = search.slice(1).split('&').filter(Boolean).map((pair) => pair.split('=').map(decodeURIComponent));
    const query = pairs.map(([name, value = '']) => `${encoded(name)}=${encoded(value)}`).sort().join('&');
    const lines = signed.map((name) => `${name}:${(name === 'host' ? host : headers[name]).trim()}\n`).join('');
    const canonical = [method, path.split('/').map((part) => encoded(decodeURIComponent(part))).join('/'), query, lines, names, sha256('')].join('\n');
    const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
    const key = [time.slice(0, 8), region, 's3', 'aws4_request'].reduce(hmac, `AWS4${secret}`);
    return hmac(key, text).toString('hex') === signature ? null : 'SignatureDoesNotMatch';
  }

  return { handler, refusals };
}
