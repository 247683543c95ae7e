// One engine on one page: `peer.html?peer=tfjs-wasm&members=16`. The driver calls `bench.ready()`
// once and `bench.measure(ms)` as often as it likes; every engine module exports
// `create(members, backend)`, which gives
//   run(steps)  enqueue that many training steps,
//   loss()      wait for all of them, and give the loss summed over the tasks, averaged over members.

const ENGINES = {
  "tfjs-wasm": ["./peers/tfjs.js", "wasm"],
  "tfjs-webgpu": ["./peers/tfjs.js", "webgpu"],
  "jax-wasm": ["./peers/jax.js", "wasm"],
  "jax-webgpu": ["./peers/jax.js", "webgpu"],
  "loops-plain": ["./peers/loops.js", "plain"],
  "loops-tuned": ["./peers/loops.js", "tuned"],
  "loops-wide": ["./peers/loops.js", "wide"],
  nodes: ["./peers/nodes.js", ""],
};

const query = new URLSearchParams(location.search);
const members = Number(query.get("members") ?? 1);
const [module, backend] = ENGINES[query.get("peer")] ?? [];

/** Longest stretch of steps between two waits: what a page needs for a live loss curve. */
const STRETCH_MS = 100;

let engine;
let stepMs = 0;

/** Steps for at least `ms` milliseconds and `minimum` steps, waiting for results now and then. */
async function train(ms, minimum) {
  const before = { ...globalThis.__gpuCounts };
  const start = performance.now();
  let steps = 0;
  let loss = NaN;
  while (performance.now() - start < ms || steps < minimum) {
    const stretch = Math.max(1, Math.min(4096, Math.floor(STRETCH_MS / Math.max(stepMs, 1e-3))));
    const begin = performance.now();
    await engine.run(stretch);
    loss = await engine.loss();
    stepMs = (performance.now() - begin) / stretch;
    steps += stretch;
  }
  const seconds = (performance.now() - start) / 1000;
  const counts = {};
  for (const key of Object.keys(before)) counts[key] = (globalThis.__gpuCounts[key] - before[key]) / steps;
  return { steps, seconds, rate: steps / seconds, loss, counts };
}

globalThis.bench = {
  /** Load, take 100 steps for the loss check (fewer where a step is slow) and warm up for `ms`. */
  async ready(ms, checked) {
    const { create } = await import(module);
    engine = await create(members, backend);
    const first = await engine.loss();
    // The very first steps compile: they say nothing about the speed.
    await engine.run(1);
    await engine.loss();
    const begin = performance.now();
    await engine.run(checked - 1);
    const loss = await engine.loss();
    stepMs = (performance.now() - begin) / (checked - 1);
    const warm = await train(ms, 0);
    return { first, checked: loss, warm };
  },
  measure: (ms) => train(ms, 3),
};
