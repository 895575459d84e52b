// How wrangler is called: without its launcher, which would be one more process between a signal and the server, and without talking home.

import { join } from 'node:path';
import { root } from './tools.mjs';

export const wranglerArgs = (args) => ['--no-warnings', join(root, 'node_modules', 'wrangler', 'wrangler-dist', 'cli.js'), ...args];

export const wranglerEnv = {
  WRANGLER_LOG_PATH: join(root, '.wrangler', 'logs'),
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  // The local `request.cf` would be fetched from the web, and nothing here reads it.
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
};
