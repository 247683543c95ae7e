// TensorFlow.js 4.22, eager. `?variant=` picks a form:
//   adam   as its documentation writes a training loop, but all heads in one matmul,
//   flat   Adam by hand over one concatenated gradient: the fastest of these,
//   heads  like adam with three separate heads: the slowest.
import { ADAM, INPUTS, ROWS, TASKS, TENSORS, WIDTH, data, firstWeights, repeat } from "../workload.js";

const PACKAGES = "/npm/node_modules/@tensorflow/";

function script(source) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = source;
    element.onload = resolve;
    element.onerror = () => reject(new Error(`cannot load ${source}`));
    document.head.append(element);
  });
}

export async function create(members, backend) {
  await script(`${PACKAGES}tfjs/dist/tf.min.js`);
  await script(`${PACKAGES}tfjs-backend-${backend}/dist/tf-backend-${backend}.min.js`);
  const tf = globalThis.tf;
  if (backend === "wasm") tf.wasm.setWasmPaths(`${PACKAGES}tfjs-backend-wasm/dist/`);
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
  await tf.ready();
  tf.enableProdMode();

  const variant = new URLSearchParams(location.search).get("variant") ?? "flat";
  const { x: rows, y: labels } = data();
  const x = tf.tensor(repeat(rows, members), [members, ROWS, INPUTS]);
  const y = tf.tensor(repeat(labels, members), [members, ROWS, TASKS]);
  const weights = firstWeights(members);

  const lossOf = ([w1, b1, w2, b2, wh, bh]) => {
    const h1 = tf.tanh(tf.add(tf.matMul(x, w1), b1));
    const h2 = tf.tanh(tf.add(tf.matMul(h1, w2), b2));
    const out = tf.add(tf.matMul(h2, wh), bh);
    // Members are independent: the sum over them gives each its own gradient.
    return tf.mul(tf.sum(tf.square(tf.sub(out, y))), 1 / ROWS);
  };

  const shapes = TENSORS.map(({ rows: r, columns: c }) => [members, r, c]);
  const constants = weights.map((array, i) => tf.tensor(array, shapes[i]));
  let last = tf.tidy(() => lossOf(constants));
  let one;

  if (variant === "adam") {
    const variables = constants.map((value) => tf.variable(value));
    const optimizer = tf.train.adam(ADAM.lr, ADAM.beta1, ADAM.beta2, ADAM.epsilon);
    one = () => optimizer.minimize(() => lossOf(variables), true, variables);
  } else if (variant === "heads") {
    const heads = [];
    for (let task = 0; task < TASKS; task += 1) {
      heads.push(tf.variable(tf.slice(constants[4], [0, 0, task], [members, WIDTH, 1])));
      heads.push(tf.variable(tf.slice(constants[5], [0, 0, task], [members, 1, 1])));
    }
    const trunk = constants.slice(0, 4).map((value) => tf.variable(value));
    const targets = tf.split(y, TASKS, 2);
    const optimizer = tf.train.adam(ADAM.lr, ADAM.beta1, ADAM.beta2, ADAM.epsilon);
    const loss = () => {
      const [w1, b1, w2, b2] = trunk;
      const h1 = tf.tanh(tf.add(tf.matMul(x, w1), b1));
      const h2 = tf.tanh(tf.add(tf.matMul(h1, w2), b2));
      let total;
      for (let task = 0; task < TASKS; task += 1) {
        const out = tf.add(tf.matMul(h2, heads[2 * task]), heads[2 * task + 1]);
        const part = tf.mul(tf.sum(tf.square(tf.sub(out, targets[task]))), 1 / ROWS);
        total = total ? tf.add(total, part) : part;
      }
      return total;
    };
    one = () => optimizer.minimize(loss, true, [...trunk, ...heads]);
  } else if (variant === "flat") {
    // Adam over one concatenated gradient: fewer, fatter operations.
    const valueAndGradients = tf.valueAndGrads((...values) => lossOf(values));
    const sizes = weights.map((array) => array.length);
    let values = constants.map((value) => tf.clone(value));
    let flat = tf.keep(tf.concat(values.map((value) => tf.reshape(value, [-1]))));
    let first = tf.zerosLike(flat);
    let second = tf.zerosLike(flat);
    let time = 0;
    one = () => {
      time += 1;
      const scale1 = 1 / (1 - ADAM.beta1 ** time);
      const scale2 = 1 / (1 - ADAM.beta2 ** time);
      const next = tf.tidy(() => {
        const { value, grads } = valueAndGradients(values);
        const gradient = tf.concat(grads.map((part) => tf.reshape(part, [-1])));
        const m = tf.add(tf.mul(first, ADAM.beta1), tf.mul(gradient, 1 - ADAM.beta1));
        const v = tf.add(tf.mul(second, ADAM.beta2), tf.mul(tf.square(gradient), 1 - ADAM.beta2));
        const root = tf.add(tf.sqrt(tf.mul(v, scale2)), ADAM.epsilon);
        const moved = tf.sub(flat, tf.div(tf.mul(m, ADAM.lr * scale1), root));
        const parts = tf.split(moved, sizes).map((part, i) => tf.reshape(part, shapes[i]));
        return { value, m, v, moved, parts };
      });
      tf.dispose([flat, first, second, ...values]);
      ({ moved: flat, m: first, v: second, parts: values } = next);
      return next.value;
    };
  } else {
    throw new Error(`no variant ${variant}`);
  }

  return {
    run(steps) {
      for (let i = 0; i < steps; i += 1) {
        last.dispose();
        last = one();
      }
    },
    async loss() {
      return (await last.data())[0] / members;
    },
  };
}
