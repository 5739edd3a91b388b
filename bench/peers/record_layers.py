"""Records what torch.nn's recurrent layers and losses compute, with gradients, as a fixture for the model side's tests.

    python bench/peers/record_layers.py test/components/models/fixtures/torch-layers.json

The fixture holds all inputs and weights, so that the tests need no random generator of PyTorch's. Weights are written
in this project's layout: `[in, gates * hidden]`, LSTM gates in the order i, o, f, c and GRU gates z, r, h.
"""

import json
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

LENGTHS = [5, 3, 1]
DIM, HIDDEN = 3, 2
GATES = {"LSTM": [0, 3, 1, 2], "GRU": [1, 0, 2]}  # PyTorch's i f g o and r z n, in our order


def numbers(tensor):
    """Values as the shortest decimals that read back as the same float32."""
    return [float(str(value)) for value in tensor.detach().numpy().astype("float32").ravel()]


def ours(kind, tensor):
    """PyTorch's `[gates * hidden, in]` (or a bias) with our order of gates, inputs first."""
    gates = [tensor.reshape(len(GATES[kind]), HIDDEN, -1)[i] for i in GATES[kind]]
    return torch.cat(gates, 0).T


def parameters(kind, layer, values):
    """Our parameters by name, from `values`, a function of PyTorch's parameter names."""
    result = {}
    for index in range(2):
        for suffix, name in (("", "forward"), ("_reverse", "backward")):
            at = f"layer{index}.{name}"
            bias = [ours(kind, values(f"bias_{part}_l{index}{suffix}")) for part in ("ih", "hh")]
            for part in ("ih", "hh"):
                result[f"{at}.weight_{part}"] = numbers(ours(kind, values(f"weight_{part}_l{index}{suffix}")))
            if kind == "LSTM":
                result[f"{at}.bias"] = bias
            else:
                result[f"{at}.bias"], result[f"{at}.bias_hh"] = bias, bias[1][..., 2 * HIDDEN :]
    return result


def biases(kind, recorded, gradient):
    """PyTorch has two biases where we have one: their sum is ours, and each has our gradient."""
    for name, value in recorded.items():
        if name.endswith(".bias"):
            first, second = value
            if gradient:
                recorded[name] = numbers(first)
            elif kind == "LSTM":
                recorded[name] = numbers(first + second)
            else:
                rest = second.clone()
                rest[..., 2 * HIDDEN :] = 0  # the candidate's second bias stays apart
                recorded[name] = numbers(first + rest)
        elif name.endswith(".bias_hh"):
            recorded[name] = numbers(value)
    return recorded


def recurrent(kind):
    torch.manual_seed(5)
    layer = getattr(nn, kind)(DIM, HIDDEN, num_layers=2, bidirectional=True, batch_first=True)
    vectors = torch.randn(len(LENGTHS), max(LENGTHS), DIM)
    for row, length in enumerate(LENGTHS):
        vectors[row, length:] = 0
    vectors.requires_grad_()
    packed = pack_padded_sequence(vectors, torch.tensor(LENGTHS), batch_first=True)
    states, _ = pad_packed_sequence(layer(packed)[0], batch_first=True)
    mix = torch.randn(states.shape)
    (states * mix).sum().backward()
    named = dict(layer.named_parameters())
    return {
        "vectors": numbers(vectors),
        "mix": numbers(mix),
        "states": numbers(states),
        "parameters": biases(kind, parameters(kind, layer, lambda name: named[name].detach()), False),
        "gradients": biases(kind, parameters(kind, layer, lambda name: named[name].grad), True)
        | {"vectors": numbers(vectors.grad)},
    }


def losses():
    generator = torch.Generator().manual_seed(8)
    logits = (torch.randn(5, 4, generator=generator) * 3).requires_grad_()
    classes = torch.tensor([0, 3, 1, 1, 2])
    labels = (torch.rand(5, 4, generator=generator) < 0.5).float()
    weights = torch.tensor([1.0, 0.5, 2.0, 3.0])
    cases = {
        "cross_entropy": lambda: F.cross_entropy(logits, classes),
        "cross_entropy_weighted": lambda: F.cross_entropy(logits, classes, weights),
        "cross_entropy_smoothed": lambda: F.cross_entropy(logits, classes, label_smoothing=0.2),
        "cross_entropy_weighted_smoothed": lambda: F.cross_entropy(logits, classes, weights, label_smoothing=0.2),
        "binary": lambda: F.binary_cross_entropy_with_logits(logits, labels),
        "binary_weighted": lambda: F.binary_cross_entropy_with_logits(logits, labels, weights) * 20 / (5 * weights.sum()),
        "binary_smoothed": lambda: F.binary_cross_entropy_with_logits(logits, labels * 0.8 + 0.1),
    }
    recorded = {}
    for name, loss in cases.items():
        logits.grad = None
        value = loss()
        value.backward()
        recorded[name] = {"loss": value.item(), "gradient": numbers(logits.grad)}
    given = {"logits": numbers(logits), "classes": classes.tolist(), "labels": numbers(labels), "weights": numbers(weights)}
    return {"given": given, "recorded": recorded}


if __name__ == "__main__":
    result = {
        "origin": f"PyTorch {torch.__version__}, bench/peers/record_layers.py",
        "lengths": LENGTHS,
        "dim": DIM,
        "hidden": HIDDEN,
        "recurrent": {kind: recurrent(kind) for kind in GATES},
        "losses": losses(),
    }
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
    print(path)
