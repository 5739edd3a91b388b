"""Records what PyTorch computes for the language model's parts, with gradients, as a fixture for their tests.

    python bench/peers/record_language.py test/components/language/fixtures/torch.json

Recurrent layers from given states (h0, c0), with their final states; cross-entropy over a linear layer; and
`AdaptiveLogSoftmaxWithLoss`. Weights are written in this project's layout, as in record_layers.py.
"""

import json
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from record_layers import DIM, GATES, HIDDEN, LENGTHS, biases, numbers, parameters


def from_states(kind):
    """Two bidirectional layers over padded rows, from random states; the loss mixes states and final states."""
    torch.manual_seed(11)
    layer = getattr(nn, kind)(DIM, HIDDEN, num_layers=2, bidirectional=True, batch_first=True)
    vectors = torch.randn(len(LENGTHS), max(LENGTHS), DIM)
    for row, length in enumerate(LENGTHS):
        vectors[row, length:] = 0
    parts = ["h", "c"] if kind == "LSTM" else ["h"]
    initial = [torch.randn(4, len(LENGTHS), HIDDEN).requires_grad_() for _ in parts]
    packed = pack_padded_sequence(vectors, torch.tensor(LENGTHS), batch_first=True)
    given = tuple(initial) if kind == "LSTM" else initial[0]
    outputs, final = layer(packed, given)
    states, _ = pad_packed_sequence(outputs, batch_first=True)
    final = final if kind == "LSTM" else (final,)
    mix = torch.randn(states.shape)
    final_mix = [torch.randn(state.shape) for state in final]
    ((states * mix).sum() + sum((state * weights).sum() for state, weights in zip(final, final_mix))).backward()
    named = dict(layer.named_parameters())

    def by_place(tensors):
        """`layer.direction.part` -> [batch, hidden]; PyTorch stacks layers and directions along axis 0."""
        return {
            f"{layer}.{name}.{part}": numbers(tensor[2 * layer + direction])
            for part, tensor in zip(parts, tensors)
            for layer in range(2)
            for direction, name in enumerate(["forward", "backward"])
        }

    return {
        "vectors": numbers(vectors),
        "mix": numbers(mix),
        "states": numbers(states),
        "initial": by_place(initial),
        "final": by_place(final),
        "final_mix": by_place(final_mix),
        "initial_gradients": by_place([state.grad for state in initial]),
        "parameters": biases(kind, parameters(kind, layer, lambda name: named[name].detach()), False),
        "gradients": biases(kind, parameters(kind, layer, lambda name: named[name].grad), True),
    }


ROWS, WIDTH, VOCAB = 9, 6, 11


def rows_and_targets():
    generator = torch.Generator().manual_seed(3)
    states = torch.randn(ROWS, WIDTH, generator=generator).requires_grad_()
    targets = torch.tensor([0, 3, 10, 4, 4, 6, 2, 9, 7])
    scale = torch.rand(ROWS, generator=generator)
    return states, targets, scale


def full():
    torch.manual_seed(4)
    states, targets, scale = rows_and_targets()
    layer = nn.Linear(WIDTH, VOCAB)
    losses = F.cross_entropy(layer(states), targets, reduction="none")
    (losses * scale).sum().backward()
    return {
        "states": numbers(states),
        "targets": targets.tolist(),
        "scale": numbers(scale),
        "weight": numbers(layer.weight),
        "bias": numbers(layer.bias),
        "losses": numbers(losses),
        "gradients": {
            "states": numbers(states.grad),
            "weight": numbers(layer.weight.grad),
            "bias": numbers(layer.bias.grad),
        },
    }


def adaptive():
    torch.manual_seed(5)
    states, targets, scale = rows_and_targets()
    cutoffs = [4, 7]
    layer = nn.AdaptiveLogSoftmaxWithLoss(WIDTH, VOCAB, cutoffs, div_value=2.0, head_bias=False)
    losses = -layer(states, targets).output
    (losses * scale).sum().backward()

    def ours(values):
        """Our parameters: `[in, out]`."""
        result = {"head.weight": numbers(values(layer.head.weight).T)}
        for i, (projection, classes) in enumerate(layer.tail):
            result[f"cluster{i}.projection"] = numbers(values(projection.weight).T)
            result[f"cluster{i}.weight"] = numbers(values(classes.weight).T)
        return result

    return {
        "cutoffs": cutoffs,
        "div_value": 2,
        "states": numbers(states),
        "targets": targets.tolist(),
        "scale": numbers(scale),
        "parameters": ours(lambda weight: weight.detach()),
        "losses": numbers(losses),
        "log_probabilities": numbers(layer.log_prob(states)),
        "gradients": ours(lambda weight: weight.grad) | {"states": numbers(states.grad)},
    }


if __name__ == "__main__":
    result = {
        "origin": f"PyTorch {torch.__version__}, bench/peers/record_language.py",
        "lengths": LENGTHS,
        "dim": DIM,
        "hidden": HIDDEN,
        "recurrent": {kind: from_states(kind) for kind in GATES},
        "rows": ROWS,
        "width": WIDTH,
        "vocab": VOCAB,
        "full": full(),
        "adaptive": adaptive(),
    }
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
    print(path)
