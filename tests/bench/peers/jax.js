// jax-js 0.1.25: value, gradients and Adam in one function under `jit`. `?variant=` picks a form:
//   tree  one array per parameter tensor, as its documentation does,
//   flat  one vector of all parameters: fewer kernels, mostly the faster one.
import { ADAM, INPUTS, ROWS, TASKS, TENSORS, data, firstWeights, repeat } from "../workload.js";

export async function create(members, backend) {
  const jax = await import("/npm/node_modules/@jax-js/jax/dist/index.js");
  const { numpy: np, jit, valueAndGrad, defaultDevice, init, blockUntilReady } = jax;
  const found = await init(backend);
  if (!found.includes(backend)) throw new Error(`jax-js has no backend ${backend} here: ${found}`);
  defaultDevice(backend);

  const { x: rows, y: labels } = data();
  const x = np.array(repeat(rows, members)).reshape([members, ROWS, INPUTS]);
  const y = np.array(repeat(labels, members)).reshape([members, ROWS, TASKS]);
  const shapes = TENSORS.map(({ rows: r, columns: c }) => [members, r, c]);

  const lossOf = ([w1, b1, w2, b2, wh, bh], inputs, targets) => {
    const h1 = np.tanh(np.matmul(inputs, w1).add(b1));
    const h2 = np.tanh(np.matmul(h1, w2).add(b2));
    const out = np.matmul(h2, wh).add(bh);
    return np.square(out.sub(targets)).sum().mul(1 / ROWS);
  };

  const adam = (w, g, m, v, scale1, scale2) => {
    const nextM = m.mul(ADAM.beta1).add(g.ref.mul(1 - ADAM.beta1));
    const nextV = v.mul(ADAM.beta2).add(np.square(g).mul(1 - ADAM.beta2));
    const root = np.sqrt(nextV.ref.mul(scale2)).add(ADAM.epsilon);
    return [w.sub(nextM.ref.mul(scale1).mul(ADAM.lr).div(root)), nextM, nextV];
  };

  const variant = new URLSearchParams(location.search).get("variant") ?? "flat";
  const first = firstWeights(members);
  let step;
  let weights;
  if (variant === "tree") {
    step = jit((weights, ms, vs, scale1, scale2, inputs, targets) => {
      const [value, gradients] = valueAndGrad(lossOf)(weights.map((w) => w.ref), inputs, targets);
      const out = weights.map((w, i) => adam(w, gradients[i], ms[i], vs[i], scale1.ref, scale2.ref));
      scale1.dispose();
      scale2.dispose();
      return [value, out.map((o) => o[0]), out.map((o) => o[1]), out.map((o) => o[2])];
    });
    weights = first.map((array, i) => np.array(array).reshape(shapes[i]));
  } else if (variant === "flat") {
    // One vector holds all tensors: one Adam kernel instead of one per tensor.
    const sizes = first.map((array) => array.length);
    const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b));
    const flatLoss = (flat, inputs, targets) => {
      const parts = sizes.map((size, i) => flat.ref.slice([ends[i] - size, ends[i]]).reshape(shapes[i]));
      flat.dispose();
      return lossOf(parts, inputs, targets);
    };
    step = jit((weights, ms, vs, scale1, scale2, inputs, targets) => {
      const [value, gradient] = valueAndGrad(flatLoss)(weights[0].ref, inputs, targets);
      const [w, m, v] = adam(weights[0], gradient, ms[0], vs[0], scale1, scale2);
      return [value, [w], [m], [v]];
    });
    const joined = new Float32Array(ends[ends.length - 1]);
    first.forEach((array, i) => joined.set(array, ends[i] - sizes[i]));
    weights = [np.array(joined)];
  } else {
    throw new Error(`no variant ${variant}`);
  }

  let ms = weights.map((w) => np.zeros(w.shape));
  let vs = weights.map((w) => np.zeros(w.shape));
  let time = 0;
  let last = lossOf(first.map((array, i) => np.array(array).reshape(shapes[i])), x.ref, y.ref);

  return {
    async run(steps) {
      for (let i = 0; i < steps; i += 1) {
        time += 1;
        // A number becomes a constant of the compiled step, so the corrections go in as arrays.
        const scale1 = np.array(new Float32Array([1 / (1 - ADAM.beta1 ** time)])).reshape([]);
        const scale2 = np.array(new Float32Array([1 / (1 - ADAM.beta2 ** time)])).reshape([]);
        last.dispose();
        [last, weights, ms, vs] = step(weights, ms, vs, scale1, scale2, x.ref, y.ref);
      }
    },
    async loss() {
      await blockUntilReady(weights);
      return (await last.ref.data())[0] / members;
    },
  };
}
