"""The two text classifiers of the benchmark in plain PyTorch 2, written to be as fast as is honest.

Both give the same result for a row whatever stands beside it in the batch: padding is masked. Token id 0 is padding.
"""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

PADDING = 0


class DocNN(nn.Module):
    """Convolutions over windows of words, max over time, a linear layer (Kim, 2014)."""

    def __init__(self, vocab, embed, labels, filters, kernels, dropout, sparse, conv):
        super().__init__()
        self.conv = conv
        self.embedding = nn.Embedding(vocab, embed, padding_idx=PADDING, sparse=sparse)
        self.convolutions = nn.ModuleList(nn.Conv1d(embed, filters, k, padding=k - 1) for k in kernels)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(filters * len(kernels), labels)

    def windows(self, tokens, convolution):
        """`tokens [batch, embed, tokens]` -> `[batch, filters, tokens + kernel - 1]`."""
        if self.conv == "conv1d":
            return convolution(tokens)
        # the same convolution as a picture of height one in the channels-last layout, for which oneDNN is faster
        image = tokens[:, :, None, :].contiguous(memory_format=torch.channels_last)
        weight, bias = convolution.weight[:, :, None, :], convolution.bias
        return F.conv2d(image, weight, bias, padding=(0, convolution.kernel_size[0] - 1)).squeeze(2)

    def forward(self, ids, lengths, full: bool):
        """`ids [batch, tokens]`, `lengths [batch]` -> scores `[batch, labels]`; `full`: no row has padding."""
        tokens = self.embedding(ids).transpose(1, 2)
        pooled = []
        for convolution in self.convolutions:
            windows = self.windows(tokens, convolution)
            if not full:
                time = torch.arange(windows.shape[2])
                outside = time[None, :] >= (lengths + (convolution.kernel_size[0] - 1))[:, None]
                windows = windows.masked_fill(outside[:, None, :], float("-inf"))
            # max and relu commute, and relu after the maximum works on far fewer values
            pooled.append(windows.amax(2) if not torch.is_grad_enabled() else windows.max(2).values)
        return self.output(self.dropout(F.relu(torch.cat(pooled, 1))))


class BiLSTM(nn.Module):
    """A bidirectional LSTM that skips padding: `flip` by two one-directional ones, `packed` by packed sequences."""

    def __init__(self, embed, hidden, packing):
        super().__init__()
        self.packing = packing
        if packing == "flip":
            self.ahead = nn.LSTM(embed, hidden, batch_first=True)
            self.back = nn.LSTM(embed, hidden, batch_first=True)
        else:
            self.lstm = nn.LSTM(embed, hidden, batch_first=True, bidirectional=True)

    def forward(self, tokens, lengths, full: bool):
        """`tokens [batch, tokens, embed]`, `lengths [batch]`, longest first -> `[batch, tokens, 2 * hidden]`."""
        if self.packing == "flip":
            # reversing each row within its own length makes both directions causal, so that padding comes last
            # and the whole-sequence kernel of oneDNN applies
            time = torch.arange(tokens.shape[1])[None, :]
            source = torch.where(time < lengths[:, None], lengths[:, None] - 1 - time, time)[:, :, None]
            flipped = tokens.gather(1, source.expand(-1, -1, tokens.shape[2]))
            back = self.back(flipped)[0]
            back = back.gather(1, source.expand(-1, -1, back.shape[2]))
            return torch.cat([self.ahead(tokens)[0], back], 2)
        if full:
            return self.lstm(tokens)[0]
        packed = pack_padded_sequence(tokens, lengths, batch_first=True, enforce_sorted=True)
        return pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=tokens.shape[1])[0]


class SelfAttention(nn.Module):
    """One vector a row: the states' mean by learned weights."""

    def __init__(self, dim, attention):
        super().__init__()
        self.weights = nn.Sequential(nn.Linear(dim, attention), nn.Tanh(), nn.Linear(attention, 1))

    def forward(self, states, lengths, full: bool):
        """`states [batch, tokens, dim]` -> `[batch, dim]`."""
        weights = self.weights(states).squeeze(2)
        if not full:
            weights = weights.masked_fill(outside(lengths, states.shape[1]), float("-inf"))
        return torch.bmm(torch.softmax(weights, 1)[:, None, :], states).squeeze(1)


def outside(lengths, tokens: int):
    """Where padding is: bool `[batch, tokens]`."""
    return torch.arange(tokens)[None, :] >= lengths[:, None]


class BiLSTMAttention(nn.Module):
    """A bidirectional LSTM, self-attention pooling, a linear layer."""

    def __init__(self, vocab, embed, labels, hidden, attention, dropout, sparse, packing):
        super().__init__()
        self.embedding = nn.Embedding(vocab, embed, padding_idx=PADDING, sparse=sparse)
        self.lstm = BiLSTM(embed, hidden, packing)
        self.pooling = SelfAttention(2 * hidden, attention)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(2 * hidden, labels)

    def forward(self, ids, lengths, full: bool):
        """`ids [batch, tokens]`, `lengths [batch]`, longest first -> scores `[batch, labels]`."""
        states = self.lstm(self.embedding(ids), lengths, full)
        return self.output(self.dropout(self.pooling(states, lengths, full)))


def build(options):
    """The model that the command line asks for."""
    shape = (options.vocab, options.embed, options.labels)
    if options.model == "docnn":
        return DocNN(*shape, options.filters, options.kernels, options.dropout, options.sparse, options.conv)
    return BiLSTMAttention(*shape, options.hidden, options.attention, options.dropout, options.sparse, options.packing)


def optimizers(model, options):
    """Adam over everything, or SparseAdam for the embedding and Adam for the rest with `--sparse`."""
    flavour = {"fused": {"fused": True}, "foreach": {"foreach": True}, "loop": {"foreach": False}}[options.adam]
    if not options.sparse:
        return [torch.optim.Adam(model.parameters(), lr=options.lr, **flavour)]
    rest = [p for name, p in model.named_parameters() if not name.startswith("embedding")]
    return [
        torch.optim.SparseAdam([model.embedding.weight], lr=options.lr),
        torch.optim.Adam(rest, lr=options.lr, **flavour),
    ]
