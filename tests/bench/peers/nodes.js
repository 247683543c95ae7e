// A network of objects, one a unit and one a weight, example by example, as TensorFlow Playground describes its own:
// every unit sums over its incoming links, every example adds to the links' derivatives, and after the batch every
// link takes a plain gradient step. Written for this benchmark from that description, on the shape of W1.
import { ADAM, INPUTS, ROWS, TASKS, TENSORS, WIDTH, data, firstWeights } from "../workload.js";

const TANH = { output: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 };
const LINEAR = { output: (x) => x, slope: () => 1 };

class Unit {
  constructor(activation) {
    this.activation = activation;
    this.incoming = [];
    this.outgoing = [];
    this.bias = 0;
    this.total = 0;
    this.output = 0;
    this.outputSlope = 0;
    this.totalSlope = 0;
    this.summed = 0;
    this.count = 0;
  }

  compute() {
    this.total = this.bias;
    for (const link of this.incoming) this.total += link.weight * link.from.output;
    this.output = this.activation.output(this.total);
  }
}

class Link {
  constructor(from, to, weight) {
    this.from = from;
    this.to = to;
    this.weight = weight;
    this.summed = 0;
    this.count = 0;
    from.outgoing.push(this);
    to.incoming.push(this);
  }
}

function network(member, stacked) {
  const widths = [INPUTS, WIDTH, WIDTH, TASKS];
  const layers = widths.map((width, at) => {
    const activation = at + 1 < widths.length ? TANH : LINEAR;
    return Array.from({ length: width }, () => new Unit(activation));
  });
  const matrices = TENSORS.map((tensor, index) => ({ ...tensor, values: stacked[index] })).filter(({ name }) => name.startsWith("w"));
  matrices.forEach(({ rows, columns, values }, at) => {
    for (let i = 0; i < rows; i += 1) {
      for (let j = 0; j < columns; j += 1) {
        new Link(layers[at][i], layers[at + 1][j], values[(member * rows + i) * columns + j]);
      }
    }
  });
  return layers;
}

function forward(layers, x, row) {
  layers[0].forEach((unit, i) => {
    unit.output = x[row * INPUTS + i];
  });
  for (const layer of layers.slice(1)) for (const unit of layer) unit.compute();
}

function backward(layers, y, row) {
  layers.at(-1).forEach((unit, k) => {
    unit.outputSlope = unit.output - y[row * TASKS + k];
  });
  for (let at = layers.length - 1; at > 0; at -= 1) {
    for (const unit of layers[at]) {
      unit.totalSlope = unit.outputSlope * unit.activation.slope(unit.total);
      unit.summed += unit.totalSlope;
      unit.count += 1;
      for (const link of unit.incoming) {
        link.summed += unit.totalSlope * link.from.output;
        link.count += 1;
      }
    }
    if (at === 1) continue;
    for (const unit of layers[at - 1]) {
      unit.outputSlope = 0;
      for (const link of unit.outgoing) unit.outputSlope += link.weight * link.to.totalSlope;
    }
  }
}

function update(layers) {
  for (const layer of layers.slice(1)) {
    for (const unit of layer) {
      unit.bias -= (ADAM.lr * unit.summed) / unit.count;
      [unit.summed, unit.count] = [0, 0];
      for (const link of unit.incoming) {
        link.weight -= (ADAM.lr * link.summed) / link.count;
        [link.summed, link.count] = [0, 0];
      }
    }
  }
}

export async function create(members) {
  const { x, y } = data();
  const stacked = firstWeights(members);
  const networks = Array.from({ length: members }, (_, member) => network(member, stacked));
  const loss = () => {
    let sum = 0;
    for (const layers of networks) {
      for (let row = 0; row < ROWS; row += 1) {
        forward(layers, x, row);
        layers.at(-1).forEach((unit, k) => {
          sum += (unit.output - y[row * TASKS + k]) ** 2 / ROWS;
        });
      }
    }
    return sum / members;
  };
  return {
    run(steps) {
      for (let step = 0; step < steps; step += 1) {
        for (const layers of networks) {
          for (let row = 0; row < ROWS; row += 1) {
            forward(layers, x, row);
            backward(layers, y, row);
          }
          update(layers);
        }
      }
    },
    loss: async () => loss(),
  };
}
