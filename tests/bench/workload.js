// Workload W1, the same numbers for every engine: two inputs, a tanh trunk 16-16, three linear heads
// of one output each, MSE summed over the tasks, Adam, a full batch of 64 rows. P independent
// models stand in a leading axis. Data and first weights come from one small generator, so that
// engines that compute the same thing also report the same loss.

export const ROWS = 64;
export const INPUTS = 2;
export const WIDTH = 16;
export const TASKS = 3;
export const ADAM = { lr: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** The parameters of one member in the order in which every engine stores them. */
export const TENSORS = [
  { name: "w1", rows: INPUTS, columns: WIDTH },
  { name: "b1", rows: 1, columns: WIDTH },
  { name: "w2", rows: WIDTH, columns: WIDTH },
  { name: "b2", rows: 1, columns: WIDTH },
  { name: "wh", rows: WIDTH, columns: TASKS },
  { name: "bh", rows: 1, columns: TASKS },
];

/** mulberry32: small, seeded and the same in every browser. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** `x` is [64, 2] and `y` is [64, 3], both row by row. */
export function data() {
  const random = generator(7);
  const x = new Float32Array(ROWS * INPUTS);
  const y = new Float32Array(ROWS * TASKS);
  for (let row = 0; row < ROWS; row += 1) {
    const a = 2 * random() - 1;
    const b = 2 * random() - 1;
    x.set([a, b], row * INPUTS);
    y.set([0.5 * (a + b), Math.sin(3 * a) * Math.cos(3 * b), a * a + b * b < 0.5 ? 1 : 0], row * TASKS);
  }
  return { x, y };
}

/** The first weights: for every tensor of TENSORS a flat array [P, rows, columns]. */
export function firstWeights(members) {
  const stacked = TENSORS.map(({ rows, columns }) => new Float32Array(members * rows * columns));
  for (let member = 0; member < members; member += 1) {
    const random = generator(1000 + member);
    TENSORS.forEach(({ name, rows, columns }, index) => {
      if (name.startsWith("b")) return;
      const limit = Math.sqrt(6 / (rows + columns));
      const size = rows * columns;
      for (let i = 0; i < size; i += 1) stacked[index][member * size + i] = limit * (2 * random() - 1);
    });
  }
  return stacked;
}

/** The same array once per member. */
export function repeat(array, members) {
  const out = new Float32Array(array.length * members);
  for (let member = 0; member < members; member += 1) out.set(array, member * array.length);
  return out;
}
