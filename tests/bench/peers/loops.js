// The hand-written SIMD loops of tests/loops, compiled to wasm by the benchmark itself.
import { TASKS, TENSORS, data, firstWeights } from "../workload.js";

/** The loops pad the heads' three columns to one SIMD register. */
const PADDED = 4;

export async function create(members, kind) {
  const { instance } = await WebAssembly.instantiateStreaming(fetch("/loops.wasm"), {});
  if (kind === "wide") {
    let last = instance.exports.wide_step(1);
    return {
      run(steps) {
        last = instance.exports.wide_step(steps);
      },
      loss: async () => last,
    };
  }
  const { init, prepare, step, parameters, inputs, targets, loss, memory } = instance.exports;
  init(members, kind === "tuned" ? 1 : 0);
  const view = (pointer, length) => new Float32Array(memory.buffer, pointer, length);
  const { x, y } = data();
  view(inputs(), x.length).set(x);
  view(targets(), y.length).set(y);
  prepare();
  const stacked = firstWeights(members);
  for (let member = 0; member < members; member += 1) {
    let pointer = parameters(member);
    TENSORS.forEach(({ rows, columns }, i) => {
      const stride = columns === TASKS ? PADDED : columns;
      const size = rows * columns;
      for (let row = 0; row < rows; row += 1) {
        const from = member * size + row * columns;
        view(pointer, columns).set(stacked[i].subarray(from, from + columns));
        pointer += 4 * stride;
      }
    });
  }
  let last = loss();
  return {
    run(steps) {
      last = step(steps);
    },
    loss: async () => last,
  };
}
