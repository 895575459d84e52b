// Polls `probe` until it gives something truthy and returns that; fails with `what` when the time is up.
export async function until(what, probe, { withinMs = 5000, everyMs = 20 } = {}) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
