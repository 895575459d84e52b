// A worker that says what the module makes of a configuration, for `npm run check`; nobody deploys it.

import { review } from '../build/bindgen/index.js';

/** Takes `{ vars: [[name, text], …], bindings, secrets }`; answers `{ lines }`, the settings in force, or `{ problems }`. */
export default {
  async fetch(request) {
    const { vars, bindings, secrets } = await request.json();
    try {
      return Response.json({ lines: review(vars.flat(), bindings, secrets) });
    } catch (problems) {
      if (!Array.isArray(problems)) throw problems;
      return Response.json({ problems });
    }
  },
};
