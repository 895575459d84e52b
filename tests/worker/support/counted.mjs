// The worker with a dataset that remembers its points, which no local runtime does: GET /points hands them out.
import worker from './index.js';

const points = [];
const METRICS = { writeDataPoint: (point) => void points.push(point) };

export default {
  fetch(request, env, context) {
    if (new URL(request.url).pathname === '/points') return Response.json(points.splice(0));
    return worker.fetch(request, Object.assign(Object.create(env), { METRICS }), context);
  },
};
