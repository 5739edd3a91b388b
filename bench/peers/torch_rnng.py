"""An RNNG in PyTorch as it is usually trained: one text and one action at a time, on stacks of Python lists.

The formulas are those of docs/semantic-parsing.md. Each line of `--data` is a batch: `ids` and `actions`, a list for each row;
action 0 shifts, 1 reduces, the others open nodes. Prints one JSON line a round, times in milliseconds; with `--interactive` one
for each line on standard input.
"""

import argparse
import json

import torch

import torch_program


class StackLSTM(torch.nn.Module):
    """States of an LSTM on a stack: a push reads the state on top."""

    def __init__(self, inputs, hidden, layers):
        super().__init__()
        self.lstm = torch.nn.LSTM(inputs, hidden, layers)
        self.start = (torch.zeros(layers, 1, hidden), torch.zeros(layers, 1, hidden))

    def push(self, x, state):
        return self.lstm(x.view(1, 1, -1), state)[1]


class RNNG(torch.nn.Module):
    def __init__(self, options):
        super().__init__()
        hidden, layers = options.hidden, options.layers
        self.composition = options.composition
        self.words = torch.nn.Embedding(options.vocab, options.embed)
        self.actions = torch.nn.Embedding(options.actions, hidden)
        self.buffer = StackLSTM(options.embed, hidden, layers)
        self.stack = StackLSTM(hidden, hidden, layers)
        self.history = StackLSTM(hidden, hidden, layers)
        self.scorer = torch.nn.Sequential(
            torch.nn.Linear(3 * hidden, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, options.actions)
        )
        self.forward_lstm = torch.nn.LSTM(hidden, hidden)
        self.backward_lstm = torch.nn.LSTM(hidden, hidden)
        width = hidden if options.composition == "sum" else 2 * hidden
        self.composed = torch.nn.Sequential(torch.nn.Linear(width, hidden), torch.nn.Tanh())

    def compose(self, parts):
        """The vector of a node and its parts, `[hidden]` each, the node first."""
        if self.composition == "sum":
            return self.composed(torch.stack(parts).sum(0))
        forward = self.forward_lstm(torch.stack(parts).unsqueeze(1))[1][0].view(-1)
        backward = self.backward_lstm(torch.stack([parts[0], *reversed(parts[1:])]).unsqueeze(1))[1][0].view(-1)
        return self.composed(torch.cat([forward, backward]))

    def row_loss(self, ids, actions):
        buffer = [self.buffer.start]
        for vector in self.words(ids).flip(0):
            buffer.append(self.buffer.push(vector, buffer[-1]))
        stack, is_open = [self.stack.start], [False]
        history = self.history.start
        scores = []
        for action in actions.tolist():
            tops = [buffer[-1][0][-1, 0], stack[-1][0][-1, 0], history[0][-1, 0]]
            scores.append(self.scorer(torch.cat(tops)))
            embedded = self.actions.weight[action]
            history = self.history.push(embedded, history)
            if action == 0:
                pushed = buffer.pop()[0][-1, 0]
            elif action == 1:
                parts = []
                while not is_open[-1]:
                    parts.append(stack.pop()[0][-1, 0])
                    is_open.pop()
                parts.append(stack.pop()[0][-1, 0])
                is_open.pop()
                pushed = self.compose(parts[::-1])
            else:
                pushed = embedded
            stack.append(self.stack.push(pushed, stack[-1]))
            is_open.append(action > 1)
        return torch.nn.functional.cross_entropy(torch.stack(scores), actions, reduction="sum")

    def loss(self, rows):
        return torch.stack([self.row_loss(ids, actions) for ids, actions in rows]).mean()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--mode", choices=["train"], default="train")
    parser.add_argument("--embed", type=int, default=200)
    parser.add_argument("--hidden", type=int, default=164)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--actions", type=int, default=63)
    parser.add_argument("--composition", choices=["sum", "blstm"], default="sum")
    torch_program.add_common_arguments(parser)
    return parser.parse_args()


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    model = RNNG(options)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    with open(options.data) as file:
        batches = [json.loads(line) for line in file]
    rows = [
        [(torch.tensor(ids), torch.tensor(actions)) for ids, actions in zip(batch["ids"], batch["actions"])]
        for batch in batches
    ]

    def run(steps):
        step_of = lambda step: torch_program.train_step(lambda: model.loss(rows[step % len(rows)]), [optimizer])
        return torch_program.step_figures([step_of(step) for step in range(steps)])

    torch_program.rounds(run, {"program": "torch_rnng"}, options)


if __name__ == "__main__":
    main()
