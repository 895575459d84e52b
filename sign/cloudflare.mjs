// URLs of the dialect `cloudflare` from the objects that `fetch(url, { cf: { image } })` takes. One file that needs nothing.

/** Names of options whose value is not the option's own. */
const spelled = {
  anim: (value) => String(value),
  background: (value) => encodeURIComponent(value),
  gravity: (value) => (typeof value === 'object' ? `${value.x ?? 0.5}x${value.y ?? 0.5}` : value),
  trim: (value) => {
    if (typeof value !== 'object') return value;
    if ('border' in value) return 'border';
    const { top = 0, right = 0, bottom = 0, left = 0 } = value;
    return [top, right, bottom, left].join(';');
  },
  'origin-auth': null,
  draw: null,
};

/**
 * The URL that answers what `fetch(source, { cf: { image } })` does. `prefix` is the deployment and the prefix of the dialect,
 * `https://img.example.com/img/`; `source` is an absolute URL, or a path on the deployment's origin.
 */
export function cloudflareUrl(prefix, source, image = {}) {
  const options = Object.entries(image).filter(([, value]) => value !== undefined && value !== null);
  const pairs = options.map(([name, value]) => {
    const spell = spelled[name];
    if (spell === null) throw new TypeError(`${name} has no equal in a URL`);
    return `${name}=${spell ? spell(value) : value}`;
  });
  // A URL has at least one option; this one is what every URL means.
  if (pairs.length === 0) pairs.push('fit=scale-down');
  return `${prefix.replace(/\/$/, '')}/${pairs.join(',')}/${source.replace(/^\//, '')}`;
}
