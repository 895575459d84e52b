// The few numbers that a list of measurements is told by.

const ascending = (values) => [...values].sort((a, b) => a - b);

/** The middle value, or the mean of the two in the middle. */
export function median(values) {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The smallest value that at least 95 % are not above. */
export function p95(values) {
  return ascending(values)[Math.ceil(values.length * 0.95) - 1];
}

/** The geometric mean: the one that treats twice as fast and twice as slow alike. */
export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
