"""PyTorch on one core: steps per second of W1 and of the lesson Twins, as people write it and batched by hand.

Twice each: a loop over the members, each a module of its own with an optimiser of its own, and all members in the
leading axis of one tensor a layer (baddbmm) with one optimiser over all. Prints a JSON object a line.
"""

import json
import sys
import time

import torch

torch.set_num_threads(1)
torch.manual_seed(7)

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 1.5


class Shape:
    """A shared bottom: rows of a batch, widths of the trunk, outputs side by side, the loss, the optimiser."""

    def __init__(self, rows, inputs, trunk, outputs, loss, optimiser):
        self.rows, self.inputs, self.trunk, self.outputs = rows, inputs, trunk, outputs
        self.loss, self.optimiser = loss, optimiser

    def widths(self):
        sizes = [self.inputs, *self.trunk]
        return list(zip(sizes, sizes[1:]))


def mse(out, target, mask):
    return ((out - target) ** 2).mean(-2).sum()


def bce(out, target, mask):
    each = torch.nn.functional.binary_cross_entropy_with_logits(out, target, reduction="none")
    return ((each * mask).sum(-2) / mask.sum(-2).clamp(min=1)).sum()


W1 = Shape(64, 2, [16, 16], 3, mse, lambda parameters: torch.optim.Adam(parameters, lr=0.01))
TWINS = Shape(60, 2, [12, 8], 2, bce, lambda parameters: torch.optim.AdamW(parameters, lr=0.02))


def data(shape, members):
    x = torch.rand(members, shape.rows, shape.inputs) * 2 - 1
    y = (torch.rand(members, shape.rows, shape.outputs) > 0.5).float()
    mask = (torch.rand(members, shape.rows, shape.outputs) > 0.3).float()
    return x, y, mask


class Network(torch.nn.Module):
    """One member, as a tutorial writes it."""

    def __init__(self, shape):
        super().__init__()
        layers = []
        for inputs, outputs in shape.widths():
            layers += [torch.nn.Linear(inputs, outputs), torch.nn.Tanh()]
        self.trunk = torch.nn.Sequential(*layers)
        self.heads = torch.nn.ModuleList(torch.nn.Linear(shape.trunk[-1], 1) for _ in range(shape.outputs))

    def forward(self, x):
        shared = self.trunk(x)
        return torch.cat([head(shared) for head in self.heads], -1)


def looped(shape, members):
    x, y, mask = data(shape, members)
    networks = [Network(shape) for _ in range(members)]
    optimisers = [shape.optimiser(network.parameters()) for network in networks]

    def step():
        for member, (network, optimiser) in enumerate(zip(networks, optimisers)):
            optimiser.zero_grad()
            shape.loss(network(x[member]), y[member], mask[member]).backward()
            optimiser.step()

    return step


def batched(shape, members):
    x, y, mask = data(shape, members)
    sizes = [*shape.widths(), (shape.trunk[-1], shape.outputs)]
    weights = [torch.randn(members, inputs, outputs) / inputs**0.5 for inputs, outputs in sizes]
    biases = [torch.zeros(members, 1, outputs) for _, outputs in sizes]
    parameters = [tensor.requires_grad_() for tensor in weights + biases]
    optimiser = shape.optimiser(parameters)

    def step():
        optimiser.zero_grad()
        h = x
        for layer, (weight, bias) in enumerate(zip(weights, biases)):
            h = torch.baddbmm(bias, h, weight)
            if layer + 1 < len(weights):
                h = torch.tanh(h)
        shape.loss(h, y, mask).backward()
        optimiser.step()

    return step


def rate(step):
    for _ in range(20):
        step()
    best = 0.0
    for _ in range(3):
        begun, steps = time.perf_counter(), 0
        while time.perf_counter() - begun < SECONDS / 3:
            step()
            steps += 1
        best = max(best, steps / (time.perf_counter() - begun))
    return best


RUNS = [
    ("w1", "loop", looped, W1, 1),
    ("w1", "batched", batched, W1, 1),
    ("w1", "batched", batched, W1, 16),
    ("w1", "batched", batched, W1, 64),
    ("twins", "loop", looped, TWINS, 26),
    ("twins", "batched", batched, TWINS, 26),
]

for lesson, form, build, shape, members in RUNS:
    found = {"lesson": lesson, "form": form, "members": members, "steps_per_second": rate(build(shape, members))}
    print(json.dumps(found | {"torch": torch.__version__}), flush=True)
