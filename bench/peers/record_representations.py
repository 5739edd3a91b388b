"""Records what PyTorch's layers make of the same words as this project's representations, with gradients, as a fixture.

    python bench/peers/record_representations.py test/components/representations/fixtures/torch.json

Transformers are `nn.TransformerEncoder`, recurrent layers `nn.LSTM` and `nn.GRU`, convolutions `nn.Conv1d`; slot
attention, DeepCNN and BSeqCNN follow PyText's formulas on one unpadded row at a time. The fixture holds all inputs and
weights, so that the tests need no random generator of PyTorch's. Weights are written in this project's layout: matrices
`[in, out]`, LSTM gates in the order i, o, f, c, GRU gates z, r, h.
"""

import json
import sys
from pathlib import Path

import torch
from record_layers import GATES, numbers
from torch import nn
from torch.nn import functional as F

LENGTHS = [5, 3, 1]
DIM, HIDDEN = 4, 2


class Times(nn.Module):
    """Dropout whose mask is known."""

    def __init__(self, mask):
        super().__init__()
        self.mask = mask

    def forward(self, x):
        return x * self.mask


def drawn_mask(*shape):
    return (torch.rand(shape) < 0.5).float() * 2


def lively(module):
    """Random values for what begins as a constant: biases, scales of norms."""
    for parameter in module.parameters():
        if parameter.dim() == 1:
            nn.init.normal_(parameter, 0.3, 0.5)
    return module


def record(title, representation, module, forward, ours, masks=None):
    """Runs `forward(rows)` on padded vectors, or on each row alone where it takes one; mixes its tokens into a loss."""
    vectors = torch.randn(len(LENGTHS), max(LENGTHS), DIM)
    present = torch.zeros(vectors.shape[:2], dtype=torch.bool)
    for row, length in enumerate(LENGTHS):
        vectors[row, length:] = 0
        present[row, :length] = True
    vectors.requires_grad_()
    tokens = forward(vectors, present)
    mix = torch.randn(tokens.shape)
    (tokens * mix).sum().backward()
    return {
        "title": title,
        "representation": representation,
        "vectors": numbers(vectors),
        "mix": numbers(mix),
        "tokens": {"dims": list(tokens.shape), "data": numbers(tokens)},
        "masks": {name: numbers(mask) for name, mask in (masks or {}).items()},
        "parameters": {name: numbers(value) for name, value in ours(lambda p: p).items()},
        "gradients": {
            "vectors": numbers(vectors.grad),
            **{name: numbers(value) for name, value in ours(lambda p: p.grad).items()},
        },
    }


def row_by_row(of_row):
    """A forward pass over each row alone, without its padding."""

    def forward(vectors, _present):
        rows = [of_row(vectors[row : row + 1, :length]) for row, length in enumerate(LENGTHS)]
        return torch.cat([F.pad(row, (0, 0, 0, max(LENGTHS) - row.shape[1])) for row in rows])

    return forward


# Transformers


def transformer(norm_first, activation, dropout=False):
    torch.manual_seed(7)
    ffn, layers, places = 6, 2, len(LENGTHS) * max(LENGTHS)
    layer = nn.TransformerEncoderLayer(
        DIM, 2, ffn, dropout=0.0, activation=activation, norm_first=norm_first, batch_first=True
    )
    norm = nn.LayerNorm(DIM) if norm_first else None
    module = lively(nn.TransformerEncoder(layer, layers, norm, enable_nested_tensor=False))
    for one in module.layers:  # copies of one layer: make them differ
        for parameter in one.parameters():
            nn.init.normal_(parameter, 0, 0.6) if parameter.dim() > 1 else nn.init.normal_(parameter, 0.3, 0.5)
    masks = {}
    first = None
    if dropout:
        shape = (len(LENGTHS), max(LENGTHS))
        first = drawn_mask(*shape, DIM)
        masks["rep.dropout0"] = first
        for i, one in enumerate(module.layers):
            for place, size in (("dropout1", DIM), ("dropout", ffn), ("dropout2", DIM)):
                mask = drawn_mask(*shape, size)
                masks[f"rep.layer{i}.dropout{len(masks)}"] = mask
                setattr(one, place, Times(mask))

    def forward(vectors, present):
        x = vectors if first is None else vectors * first
        return module(x, src_key_padding_mask=~present) * present.unsqueeze(2)

    def ours(of):
        named = {}
        for i, one in enumerate(module.layers):
            at = f"rep.layer{i}"
            attention = one.self_attn
            named[f"{at}.attention.in_proj.weight"] = of(attention.in_proj_weight).T
            named[f"{at}.attention.in_proj.bias"] = of(attention.in_proj_bias)
            linears = {
                "attention.out_proj": attention.out_proj,
                "linear1": one.linear1,
                "linear2": one.linear2,
            }
            for name, linear in linears.items():
                named[f"{at}.{name}.weight"] = of(linear.weight).T
                named[f"{at}.{name}.bias"] = of(linear.bias)
            for name in ("norm1", "norm2"):
                named[f"{at}.{name}.weight"] = of(getattr(one, name).weight)
                named[f"{at}.{name}.bias"] = of(getattr(one, name).bias)
        if norm is not None:
            named["rep.norm.weight"], named["rep.norm.bias"] = of(module.norm.weight), of(module.norm.bias)
        return named

    config = {
        "num_layers": layers,
        "num_attention_heads": 2,
        "ffnn_embed_dim": ffn,
        "activation": activation,
        "normalize_before": norm_first,
        "positions": "none",
        **({"dropout": 0.5, "activation_dropout": 0.5} if dropout else {}),
    }
    title = f"Transformer, {'pre' if norm_first else 'post'}-norm, {activation}{', dropout' if dropout else ''}"
    return record(title, {"TransformerRepresentation": config}, module, forward, ours, masks)


# Recurrent layers


def cells(kind, layer, at, bidirectional, of):
    """One layer's parameters by our names."""

    def gates(tensor):
        parts = of(tensor).reshape(len(GATES[kind]), HIDDEN, -1)
        return torch.cat([parts[i] for i in GATES[kind]], 0).T

    named = {}
    values = dict(layer.named_parameters())
    for suffix, direction in (("", "forward"), ("_reverse", "backward"))[: 2 if bidirectional else 1]:
        place = f"{at}.{direction}"
        named[f"{place}.weight_ih"] = gates(values[f"weight_ih_l0{suffix}"])
        named[f"{place}.weight_hh"] = gates(values[f"weight_hh_l0{suffix}"])
        first, second = (gates(values[f"bias_{part}_l0{suffix}"]) for part in ("ih", "hh"))
        is_gradient = of(values[f"bias_ih_l0{suffix}"]) is not values[f"bias_ih_l0{suffix}"]
        if kind == "LSTM":
            named[f"{place}.bias"] = first if is_gradient else first + second
        else:
            rest = second.clone()
            rest[..., 2 * HIDDEN :] = 0  # the candidate's second bias stays apart
            named[f"{place}.bias"] = first if is_gradient else first + rest
            named[f"{place}.bias_hh"] = second[..., 2 * HIDDEN :]
    return named


def recurrent(kind, layers, bidirectional, title, representation, path, concat=False, masks=None):
    torch.manual_seed(8)
    width = HIDDEN * (2 if bidirectional else 1)
    module = nn.ModuleList(
        [
            getattr(nn, kind)(width if i else DIM, HIDDEN, bidirectional=bidirectional, batch_first=True)
            for i in range(layers)
        ]
    )
    drawn = [drawn_mask(len(LENGTHS), 1, width if i else DIM) for i in range(layers)] if masks else None

    def forward(vectors, _present):
        rows = []
        for row, length in enumerate(LENGTHS):
            states = [vectors[row : row + 1, :length]]
            for i, layer in enumerate(module):
                x = states[-1] if drawn is None else states[-1] * drawn[i][row]
                states.append(layer(x)[0])
            rows.append(F.pad(torch.cat(states[1:], 2) if concat else states[-1], (0, 0, 0, max(LENGTHS) - length)))
        return torch.cat(rows)

    def ours(of):
        named = {}
        for i, layer in enumerate(module):
            named.update(cells(kind, layer, path(i), bidirectional, of))
        return named

    known = dict(zip(masks, drawn)) if masks else None
    return record(title, representation, module, forward, ours, known)


def recurrents():
    found = []
    for kind, name, size in (("LSTM", "BiLSTM", "lstm_dim"), ("GRU", "BiGRU", "gru_dim")):

        def config(**more):
            return {name: {size: HIDDEN, **more}}

        one = lambda i: f"rep.layer{i}"  # noqa: E731
        for bidirectional in (False, True):
            way = "both ways" if bidirectional else "one way"
            settings = config(bidirectional=bidirectional, dropout=0)
            found.append(recurrent(kind, 1, bidirectional, f"{name}, one layer, {way}", settings, one))
        settings = config(bidirectional=False, num_layers=3, dropout=0)
        found.append(recurrent(kind, 3, False, f"{name}, three layers, one way", settings, one))
        masks = ["rep.dropout0", "rep.layer1.dropout1"]
        settings = config(num_layers=2, dropout=0.5)
        found.append(recurrent(kind, 2, True, f"{name}, two layers, dropout", settings, one, masks=masks))
        stacked = {"hidden_size": HIDDEN, "num_layers": 2, "rnn_type": kind.lower()}
        above = lambda i: f"rep.rnn{i}.layer0"  # noqa: E731
        title = f"StackedBidirectionalRNN of {kind}"
        found.append(
            recurrent(kind, 2, True, title, {"StackedBidirectionalRNN": stacked}, above, concat=True)
        )
        found.append(
            recurrent(
                kind,
                2,
                False,
                f"{title}, one way, last layer, dropout",
                {
                    "StackedBidirectionalRNN": {
                        **stacked,
                        "bidirectional": False,
                        "concat_layers": False,
                        "dropout": 0.5,
                    }
                },
                above,
                masks=["rep.dropout0", "rep.dropout1"],
            )
        )
    return found


# Slot attention (pytext/models/representations/slot_attention.py)


class SlotAttention(nn.Module):
    def __init__(self, kind, size):
        super().__init__()
        self.kind = kind
        if kind == "concat":
            self.add = nn.Sequential(
                nn.Linear(2 * DIM, size, bias=False), nn.Tanh(), nn.Linear(size, 1, bias=False)
            )
        elif kind == "multiply":
            self.multiply = nn.Linear(DIM, DIM, bias=False)

    def forward(self, words):
        count = words.shape[1]
        if self.kind == "concat":
            first = words.unsqueeze(2).expand(-1, count, count, -1)
            second = words.unsqueeze(1).expand(-1, count, count, -1)
            scores = self.add(torch.cat((first, second), 3)).squeeze(3)
        else:
            judged = words if self.kind == "dot" else self.multiply(words)
            scores = words @ judged.transpose(1, 2)
        return torch.cat((words, F.softmax(scores, dim=2) @ words), 2)


def slot_attention(kind):
    torch.manual_seed(9)
    module = SlotAttention(kind, 3)

    def ours(of):
        at = "rep.slot_attention"
        if kind == "concat":
            both = of(module.add[0].weight).T
            return {
                f"{at}.query.weight": both[:DIM],
                f"{at}.key.weight": both[DIM:],
                f"{at}.score.weight": of(module.add[2].weight).T,
            }
        return {f"{at}.key.weight": of(module.multiply.weight).T} if kind == "multiply" else {}

    settings = {"attention_type": kind, "attn_dimension": 3}
    config = {"lstm": "PassThroughRepresentation", "slot_attention": settings, "dropout": 0}
    return record(
        f"slot attention by {kind}", {"BiLSTMSlotAttention": config}, module, row_by_row(module), ours
    )


# DeepCNN (pytext/models/representations/deepcnn.py)


def kernel(weight):
    """`[filters, in, size]` as `[size * in, filters]`."""
    return weight.permute(2, 1, 0).reshape(-1, weight.shape[0])


def deep_cnn(title, sizes, activation="glu", weight_norm=False, dilated=False, causal=False):
    torch.manual_seed(10)
    count = 3
    convs, projections = nn.ModuleList(), nn.ModuleList()
    for i, size in enumerate(sizes):
        dim, step = (count if i else DIM), (2**i if dilated else 1)
        edge = (size - 1) * step if causal else (size - 1) // 2 * step
        conv = nn.Conv1d(dim, 2 * count if activation == "glu" else count, size, padding=edge, dilation=step)
        convs.append(nn.utils.parametrizations.weight_norm(conv) if weight_norm else conv)
        if dim != count:
            projections.append(nn.Linear(dim, count))
    module = nn.ModuleList([convs, projections])

    def of_row(x):
        for i, conv in enumerate(convs):
            residual = projections[0](x) if i == 0 else x
            answers = conv(x.transpose(1, 2))[:, :, : x.shape[1]]
            active = F.glu(answers, 1) if activation == "glu" else getattr(F, activation)(answers)
            x = (active.transpose(1, 2) + residual) * 0.5**0.5
        return x

    def ours(of):
        named = {}
        for i, conv in enumerate(convs):
            if weight_norm:
                length, direction = conv.parametrizations.weight.original0, conv.parametrizations.weight.original1
                named[f"rep.conv{i}.weight_v"] = kernel(of(direction))
                named[f"rep.conv{i}.weight_g"] = of(length).reshape(-1)
            else:
                named[f"rep.conv{i}.weight"] = kernel(of(conv.weight))
            named[f"rep.conv{i}.bias"] = of(conv.bias)
        named["rep.conv0.projection.weight"] = of(projections[0].weight).T
        named["rep.conv0.projection.bias"] = of(projections[0].bias)
        return named

    config = {
        "kernel_num": count,
        "kernel_sizes": sizes,
        "activation": activation,
        "weight_norm": weight_norm,
        "dilated": dilated,
        "causal": causal,
        "dropout": 0,
    }
    return record(f"DeepCNN, {title}", {"DeepCNNRepresentation": config}, module, row_by_row(of_row), ours)


# BSeqCNN (pytext/models/representations/biseqcnn.py, its surrounding context made symmetric)


def bseq_cnn(far, near, sizes):
    torch.manual_seed(11)
    count = 2
    features = count * len(sizes)
    contexts = {"backward": (-far, -1), "forward": (0, far - 1), "surround": (-near, near)}
    module = nn.ModuleDict(
        {
            f"{name}_context": nn.ModuleList(
                [nn.Conv1d(DIM, count, size, padding=size - 1) for size in sizes]
                + [nn.Linear(features, features)]
            )
            for name in contexts
        }
    )
    edge = max(far, near)

    def of_row(x):
        wide = F.pad(x, (0, 0, edge, edge))
        words = []
        for place in range(x.shape[1]):
            parts = []
            for name, (first, last) in contexts.items():
                *convs, dense = module[f"{name}_context"]
                context = wide.narrow(1, place + edge + first, last - first + 1).transpose(1, 2)
                parts.append(dense(torch.cat([F.relu(conv(context)).amax(2) for conv in convs], 1)))
            words.append(torch.cat(parts, 1).unsqueeze(1))
        return torch.cat(words, 1)

    def ours(of):
        named = {}
        for name in contexts:
            *convs, dense = module[f"{name}_context"]
            for i, conv in enumerate(convs):
                named[f"rep.{name}.conv{i}.weight"] = kernel(of(conv.weight))
                named[f"rep.{name}.conv{i}.bias"] = of(conv.bias)
            named[f"rep.{name}.fc.weight"] = of(dense.weight).T
            named[f"rep.{name}.fc.bias"] = of(dense.bias)
        return named

    config = {
        "kernel_num": count,
        "kernel_sizes": sizes,
        "fwd_bwd_context_len": far,
        "surrounding_context_len": near,
    }
    title = f"BSeqCNN, contexts of {far} and {near}"
    return record(title, {"BSeqCNNRepresentation": config}, module, row_by_row(of_row), ours)


def main():
    cases = [
        *(transformer(first, activation) for first in (True, False) for activation in ("relu", "gelu")),
        *(transformer(first, "gelu", dropout=True) for first in (True, False)),
        *recurrents(),
        *(slot_attention(kind) for kind in ("dot", "multiply", "concat")),
        deep_cnn("gated", [3, 5]),
        deep_cnn("dilated", [3, 3, 3], dilated=True),
        deep_cnn("causal, dilated, filters of learnt length", [3, 2], weight_norm=True, dilated=True, causal=True),
        deep_cnn("tanh", [1, 3], activation="tanh"),
        bseq_cnn(3, 1, [2, 3]),
        bseq_cnn(2, 0, [4]),
    ]
    Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
    about = f"PyTorch {torch.__version__}, bench/peers/record_representations.py"
    result = {"origin": about, "lengths": LENGTHS, "dim": DIM, "cases": cases}
    Path(sys.argv[1]).write_text(json.dumps(result, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
