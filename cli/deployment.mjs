// What a deployment lacks besides settings: a way to it, bindings that are read, and what keeps it safe. Plain words, each with its remedy.

/** The bindings that the worker looks for. */
const bindings = { bucket: 'ORIGIN_BUCKET', assets: 'ASSETS', limiter: 'RATE_LIMITER', metrics: 'METRICS' };

/** `config` is wrangler's reading of the file, `given` the routes on the command line: { problems, notes }, of which only problems stop a deploy. */
export function review(config, given = []) {
  const routes = [...given, ...(config.routes ?? []), ...(config.route ? [config.route] : [])].map((route) => (typeof route === 'string' ? { pattern: route } : route));
  const found = [...reach(config, routes), ...routes.flatMap(way), ...itself(config, routes), ...bound(config), ...guarded(config)];
  const texts = (kind) => found.flatMap((each) => each[kind] ?? []);
  return { problems: texts('problem'), notes: texts('note') };
}

function reach({ workers_dev, preview_urls }, routes) {
  const found = [];
  if (routes.length === 0 && workers_dev !== true) {
    found.push({
      problem: 'there is no route, so nobody can reach the worker: add routes = [{ pattern = "img.<your domain>", custom_domain = true }]; the domain has to be a zone of your account',
    });
  }
  if (workers_dev === true) {
    found.push({ note: 'workers_dev is on: the platform caches nothing on workers.dev, so every request there is made anew, and your zone\'s firewall does not see it. Set workers_dev = false once there is a route' });
  }
  if (preview_urls === true) {
    found.push({ note: 'preview_urls is on: every version gets a public address of its own, past your zone\'s cache and firewall. Set preview_urls = false' });
  }
  return found;
}

/** Whether a host is one that documents use, which nobody can have. */
export const isPlaceholder = (host) => /(^|\.)example\.(com|net|org)$/i.test(host);

/** One route: a host of one's own, and all of it. */
function way({ pattern, custom_domain, zone_name, zone_id }) {
  const host = hostOf(pattern);
  if (isPlaceholder(host)) return [{ problem: `the route ${pattern} is the example's: put a host of your own zone there` }];
  if (custom_domain) {
    return /[/*]/.test(pattern) ? [{ problem: `the custom domain ${pattern} has a path or an asterisk: it is a host alone, such as img.<your domain>` }] : [];
  }
  const found = [];
  if (!pattern.endsWith('*')) found.push({ problem: `the route ${pattern} is one address alone: end it with /*, or make it a custom domain` });
  if (!zone_name && !zone_id) {
    found.push({ note: `the route ${pattern} is no custom domain: it works only where the host has a proxied DNS record already; custom_domain = true makes that record` });
  }
  return found;
}

/** The worker as its own source. */
function itself({ vars = {} }, routes) {
  const origin = URL.canParse(vars.ORIGIN ?? '') ? new URL(vars.ORIGIN).hostname : null;
  if (!origin || !routes.some(({ pattern }) => hostOf(pattern) === origin)) return [];
  return [{ problem: `ORIGIN is ${origin}, which the worker itself serves: it would ask itself. Give the origin a host of its own` }];
}

function bound({ r2_buckets = [], assets, ratelimits = [], analytics_engine_datasets = [], vars = {} }) {
  const found = [];
  for (const { binding, bucket_name } of r2_buckets) {
    if (binding !== bindings.bucket) found.push({ problem: `the R2 binding ${binding} is not read: call it ${bindings.bucket}` });
    if (!bucket_name || bucket_name === 'my-images') {
      found.push({ problem: `the R2 bucket is still called ${bucket_name ?? 'nothing'}: put your own there, or make it with npx wrangler r2 bucket create <name>` });
    }
    if (vars.ORIGIN) found.push({ note: `${binding} is never asked while ORIGIN is set: keep one of them` });
  }
  if (assets?.binding && assets.binding !== bindings.assets) found.push({ problem: `the assets binding ${assets.binding} is not read: call it ${bindings.assets}` });
  for (const { binding } of analytics_engine_datasets) {
    if (binding !== bindings.metrics) found.push({ problem: `the dataset ${binding} is not written to: call it ${bindings.metrics}` });
  }
  for (const { name, namespace_id } of ratelimits) {
    if (name !== bindings.limiter) found.push({ problem: `the rate limit ${name} is not read: call it ${bindings.limiter}` });
    if (!/^[1-9]\d*$/.test(namespace_id ?? '')) found.push({ problem: `the rate limit's namespace_id is ${namespace_id ?? 'missing'}: any whole number that none of your other Workers uses, in quotes` });
  }
  return found;
}

function guarded({ compatibility_flags = [], observability, ratelimits = [], secrets }) {
  const found = [];
  if (!compatibility_flags.includes('global_fetch_strictly_public')) {
    found.push({ problem: 'compatibility_flags lack global_fetch_strictly_public: a source on one of your own zones would be fetched from the server behind it, past its firewall' });
  }
  if (!observability?.enabled && !observability?.logs?.enabled) {
    found.push({ note: 'observability is off: the line that every request leaves is seen by npx wrangler tail only, and kept nowhere' });
  }
  if (ratelimits.length === 0 && !secrets?.required?.includes('SIGNING_KEYS')) {
    found.push({ note: 'there is neither a rate limit nor signed URLs: whoever knows an allowed source can have ever new sizes of it made, at your cost' });
  }
  return found;
}

const hostOf = (pattern) => pattern.replace(/^[a-z]+:\/\//i, '').split('/')[0].toLowerCase().replace(/^\*\.?/, '');
