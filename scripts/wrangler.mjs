// Wrangler as the clone calls it: its own one, with its logs in the clone.

import { join } from 'node:path';
import { wranglerEnv as common } from '../cli/wrangler.mjs';
import { root } from './tools.mjs';

export const wranglerArgs = (args) => ['--no-warnings', join(root, 'node_modules', 'wrangler', 'wrangler-dist', 'cli.js'), ...args];

export const wranglerEnv = { WRANGLER_LOG_PATH: join(root, '.wrangler', 'logs'), ...common };
