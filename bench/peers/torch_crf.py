"""Linear-chain CRFs in plain PyTorch, faster than those of packages: the forward algorithm as a tree, Viterbi by hand."""

import numpy as np
import torch
from torch import nn


class TreeCRF(nn.Module):
    """The likelihood of a linear-chain CRF, the sum over all tag sequences taken as a tree of matrix products.

    A step from tag i to tag j at a token is a matrix of factors; the sum over all sequences is the product of all
    steps' matrices. Neighbours are multiplied pairwise, so that there are log2(tokens) operations instead of tokens.
    Factors are kept as numbers (not logarithms), scaled so that the largest of a matrix is one.
    """

    def __init__(self, tags):
        super().__init__()
        self.start_transitions = nn.Parameter(torch.empty(tags).uniform_(-0.1, 0.1))
        self.end_transitions = nn.Parameter(torch.empty(tags).uniform_(-0.1, 0.1))
        self.transitions = nn.Parameter(torch.empty(tags, tags).uniform_(-0.1, 0.1))

    def forward(self, emissions, tags, mask):
        """`emissions [batch, tokens, tags]`, `tags [batch, tokens]`, bool `mask [batch, tokens]` -> log-likelihood of all."""
        return (self.score(emissions, tags, mask) - self.normalizer(emissions, mask)).sum()

    def score(self, emissions, tags, mask):
        """The score of the given tags, `[batch]`."""
        weight = mask.to(emissions.dtype)
        said = (emissions.gather(2, tags[:, :, None]).squeeze(2) * weight).sum(1)
        moves = (self.transitions[tags[:, :-1], tags[:, 1:]] * weight[:, 1:]).sum(1)
        last = tags.gather(1, mask.sum(1, keepdim=True) - 1).squeeze(1)
        return self.start_transitions[tags[:, 0]] + said + moves + self.end_transitions[last]

    def normalizer(self, emissions, mask):
        """The logarithm of the sum over all tag sequences, `[batch]`."""
        count = emissions.shape[2]
        steps = emissions[:, 1:, None, :] + self.transitions
        scale = steps.detach().amax((2, 3), keepdim=True)
        inside = mask[:, 1:, None, None]
        steps = torch.where(inside, (steps - scale).exp(), torch.eye(count))
        total = (scale[:, :, 0, 0] * mask[:, 1:]).sum(1)
        while steps.shape[1] > 1:
            pairs = steps.shape[1] // 2
            odd = steps[:, 2 * pairs :]
            product = steps[:, 0 : 2 * pairs : 2] @ steps[:, 1 : 2 * pairs : 2]
            scale = product.detach().amax((2, 3), keepdim=True)
            total = total + scale.log().sum((1, 2, 3))
            product = product / scale
            steps = torch.cat([product, odd], 1) if odd.shape[1] else product
        first = self.start_transitions + emissions[:, 0]
        scale = first.detach().amax(1, keepdim=True)
        ahead = (first - scale).exp()[:, None, :]
        if steps.shape[1]:
            ahead = ahead @ steps[:, 0]
        return (ahead.squeeze(1) * self.end_transitions.exp()).sum(1).log() + scale.squeeze(1) + total


class NumpyViterbi:
    """Viterbi decoding of one row on numpy arrays: for single rows an array operation costs less there than in PyTorch."""

    def __init__(self, crf):
        self.start = crf.start_transitions.detach().numpy()
        self.end = crf.end_transitions.detach().numpy()
        self.into = np.ascontiguousarray(crf.transitions.detach().numpy().T)  # [next tag, tag before]

    def __call__(self, emissions):
        """`emissions [1, tokens, tags]` -> list of tags."""
        rows = emissions[0].numpy()
        score = self.start + rows[0]
        history = []
        for row in rows[1:]:
            ways = self.into + score
            history.append(ways.argmax(1))
            score = ways.max(1) + row
        best = int((score + self.end).argmax())
        path = [best]
        for before in reversed(history):
            best = int(before[best])
            path.append(best)
        path.reverse()
        return path


class ScriptedViterbi(nn.Module):
    """Viterbi decoding of one row, written for TorchScript."""

    def __init__(self, crf):
        super().__init__()
        self.start = crf.start_transitions.detach()
        self.end = crf.end_transitions.detach()
        self.into = crf.transitions.detach().t().contiguous()  # [next tag, tag before]

    def forward(self, emissions):
        """`emissions [1, tokens, tags]` -> tags `[tokens]`."""
        rows = emissions[0].unbind(0)
        score = self.start + rows[0]
        history: list[torch.Tensor] = []
        for row in rows[1:]:
            ways, before = (self.into + score).max(1)
            history.append(before)
            score = ways + row
        best = int((score + self.end).argmax())
        path = [best]
        steps = len(history)
        if steps > 0:
            table = torch.stack(history)
            for step in range(steps - 1, -1, -1):
                best = int(table[step, best])
                path.append(best)
        path.reverse()
        return torch.tensor(path)
