"""A tagger, a joint model of intents and slots, and a language model in plain PyTorch 2."""

import torch
import torchcrf
from torch import nn
from torch.nn import functional as F

import torch_crf
from torch_models import PADDING, BiLSTM, SelfAttention, outside


class Tagger(nn.Module):
    """Words, a bidirectional LSTM, a CRF."""

    def __init__(self, options):
        super().__init__()
        self.embedding = nn.Embedding(options.vocab, options.embed, padding_idx=PADDING)
        self.lstm = BiLSTM(options.embed, options.hidden, options.packing)
        self.dropout = nn.Dropout(options.dropout)
        self.output = nn.Linear(2 * options.hidden, options.labels)
        tree = options.crf == "tree"
        self.crf = torch_crf.TreeCRF(options.labels) if tree else torchcrf.CRF(options.labels, batch_first=True)

    def emissions(self, ids, lengths, full: bool):
        """-> `[batch, tokens, labels]`"""
        return self.output(self.dropout(self.lstm(self.embedding(ids), lengths, full)))

    def loss(self, batch):
        """The mean over rows of the negative log-likelihood of their tags."""
        ids, lengths, _, tags = batch
        emissions = self.emissions(ids, lengths, False)
        return -self.crf(emissions, tags, ~outside(lengths, ids.shape[1])) / len(ids)


class Joint(nn.Module):
    """Words, a bidirectional LSTM; self-attention over it gives the intent, each state its slot."""

    def __init__(self, options):
        super().__init__()
        self.embedding = nn.Embedding(options.vocab, options.embed, padding_idx=PADDING)
        self.lstm = BiLSTM(options.embed, options.hidden, options.packing)
        self.pooling = SelfAttention(2 * options.hidden, options.attention)
        self.dropout = nn.Dropout(options.dropout)
        self.intent = nn.Linear(2 * options.hidden, options.intents)
        self.slots = nn.Linear(2 * options.hidden, options.labels)

    def forward(self, ids, lengths, full: bool):
        """-> `[batch, intents]`, `[batch, tokens, labels]`"""
        states = self.lstm(self.embedding(ids), lengths, full)
        intent = self.intent(self.dropout(self.pooling(states, lengths, full)))
        return intent, self.slots(self.dropout(states))

    def loss(self, batch):
        """The cross-entropy of the intent plus those of the tokens, the mean over rows."""
        ids, lengths, intents, tags = batch
        intent, slots = self(ids, lengths, False)
        tags = tags.masked_fill(outside(lengths, ids.shape[1]), -100)
        words = F.cross_entropy(slots.flatten(0, 1), tags.flatten(), reduction="sum")
        return F.cross_entropy(intent, intents) + words / len(ids)


class SoftmaxLoss(torch.autograd.Function):
    """Linear layer and mean cross-entropy in one: the gradient of the logits overwrites them, so that each is touched least."""

    @staticmethod
    def forward(context, states, weight, bias, target):
        logits = torch.addmm(bias, states, weight.t())
        logits -= logits.amax(1, keepdim=True)
        chosen = logits.gather(1, target[:, None])
        sums = logits.exp_().sum(1, keepdim=True)
        loss = (sums.log() - chosen).mean()
        logits /= sums * len(target)
        logits.scatter_add_(1, target[:, None], torch.full_like(sums, -1 / len(target)))
        context.save_for_backward(logits, states, weight)
        return loss

    @staticmethod
    def backward(context, seed):
        gradient, states, weight = context.saved_tensors
        return seed * (gradient @ weight), seed * (gradient.t() @ states), seed * gradient.sum(0), None


class LanguageModel(nn.Module):
    """Words, LSTM layers, a softmax over all words (Zaremba et al., small)."""

    def __init__(self, options):
        super().__init__()
        self.softmax = options.softmax
        self.embedding = nn.Embedding(options.vocab, options.width)
        self.lstm = nn.LSTM(options.width, options.width, options.layers)
        self.output = nn.Linear(options.width, options.vocab)

    def loss(self, ids, state):
        """`ids [tokens + 1, batch]` -> the mean loss of a token, and the state behind the last."""
        states, state = self.lstm(self.embedding(ids[:-1]), state)
        states, target = states.flatten(0, 1), ids[1:].flatten()
        if self.softmax == "in_place":
            return SoftmaxLoss.apply(states, self.output.weight, self.output.bias, target), state
        logits = self.output(states)
        if self.softmax == "nll":
            return F.nll_loss(F.log_softmax(logits, 1), target), state
        return F.cross_entropy(logits, target), state


def build(options):
    """The model that the command line asks for."""
    return {"tagger": Tagger, "joint": Joint, "lm": LanguageModel}[options.model](options)
