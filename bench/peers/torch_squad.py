"""Fine-tunes a pretrained encoder to answer questions with Hugging Face's Transformers as the config of ours does.

    python bench/peers/torch_squad.py SETTINGS.json

SETTINGS.json is as for torch_fine_tuning.py; its files hold a question a line (JSON: question, doc, answers, answer_starts).
Prints one JSON object: exact match and F1 of the test questions, seconds of training, peak memory.
"""

import json
import sys
import time

import torch
from torch import nn
from transformers import AutoTokenizer
from transformers.data.metrics.squad_metrics import compute_exact, compute_f1

from torch_fine_tuning import batches, encoder_of, fit, prepare, printed


class Spans(nn.Module):
    """Encoder -> linear layer: each piece as the first and as the last of an answer; only [CLS] and the text's pieces may be."""

    def __init__(self, settings):
        super().__init__()
        self.encoder = encoder_of(settings)
        self.decoder = nn.Linear(self.encoder.config.hidden_size, 2)
        nn.init.xavier_uniform_(self.decoder.weight)
        nn.init.zeros_(self.decoder.bias)

    def forward(self, batch, allowed):
        logits = self.decoder(self.encoder(**batch).last_hidden_state)
        return logits.masked_fill(~allowed[:, :, None], -1e9)


class Window:
    """A part of a text with the question before it."""

    def __init__(self, encoded, at, question):
        self.question = question
        self.ids = encoded["input_ids"][at]
        self.segments = encoded["token_type_ids"][at]
        self.offsets = encoded["offset_mapping"][at]
        self.places = [place for place, text in enumerate(encoded.sequence_ids(at)) if text == 1]


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def windows_of(tokenizer, number, row, settings):
    """The windows of a question's text, and first and last piece of its first answer in each: [CLS] twice where it is not."""
    most = settings["max_query_length"]
    asked = tokenizer(row["question"], add_special_tokens=False, return_offsets_mapping=True)
    ends = [end for _, end in asked["offset_mapping"][:most]]
    encoded = tokenizer(
        row["question"][: ends[-1]],
        row["doc"],
        truncation="only_second",
        max_length=settings["max_seq_len"],
        # Transformers' stride is how far windows overlap.
        stride=settings["max_seq_len"] - 3 - len(ends) - settings["doc_stride"],
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    start = row["answer_starts"][0]
    last = start + len(row["answers"][0]) - 1
    for at in range(len(encoded["input_ids"])):
        span = [encoded.char_to_token(at, place, 1) for place in (start, last)]
        yield Window(encoded, at, number), [0, 0] if None in span else span


def batch_of(tokenizer, windows):
    batch = tokenizer.pad(
        {"input_ids": [one.ids for one in windows], "token_type_ids": [one.segments for one in windows]},
        return_tensors="pt",
    )
    allowed = torch.zeros(batch["input_ids"].shape, dtype=torch.bool)
    for row, one in zip(allowed, windows):
        row[[0, *one.places]] = True
    return batch, allowed


def best_span(window, logits, longest):
    """The score of the best answer in a window, and where in the text it starts and ends."""
    first, last = window.places[0], window.places[-1] + 1
    sums = logits[first:last, 0, None] + logits[None, first:last, 1]
    fits = torch.ones_like(sums, dtype=torch.bool).triu().tril(longest - 1)
    at = int(sums.masked_fill(~fits, -torch.inf).argmax())
    start, end = (first + place for place in divmod(at, last - first))
    return float(sums.flatten()[at]), window.offsets[start][0], window.offsets[end][1]


def main(settings):
    prepare(settings)
    tokenizer = AutoTokenizer.from_pretrained(settings["model"])
    rows = {split: read(about["path"]) for split, about in settings["files"].items()}
    windows, spans = {}, {}
    for split, list_ in rows.items():
        pairs = [pair for i, row in enumerate(list_) for pair in windows_of(tokenizer, i, row, settings)]
        windows[split], spans[split] = zip(*pairs)
    lengths = {split: [len(one.ids) for one in list_] for split, list_ in windows.items()}

    started = time.time()
    model = Spans(settings)
    loss_of = nn.CrossEntropyLoss()

    def loss_on(numbers):
        logits = model(*batch_of(tokenizer, [windows["train"][i] for i in numbers]))
        wanted = torch.tensor([spans["train"][i] for i in numbers])
        return (loss_of(logits[:, :, 0], wanted[:, 0]) + loss_of(logits[:, :, 1], wanted[:, 1])) / 2

    def evaluate(split):
        model.eval()
        best = {}
        for numbers in batches(lengths[split], 64, False):
            chosen = [windows[split][i] for i in numbers]
            with torch.no_grad():
                logits = model(*batch_of(tokenizer, chosen))
            for window, own in zip(chosen, logits):
                found = best_span(window, own, settings["max_answer_length"])
                best[window.question] = max(found, best.get(window.question, found))
        exact, f1 = 0.0, 0.0
        for number, (_, start, end) in best.items():
            row = rows[split][number]
            answer = row["doc"][start:end]
            exact += max(compute_exact(right, answer) for right in row["answers"])
            f1 += max(compute_f1(right, answer) for right in row["answers"])
        return {"exact_match": exact / len(best), "f1": f1 / len(best)}

    fit(model, settings, lengths["train"], loss_on, (lambda: evaluate("eval")) if "eval" in rows else None)
    seconds = time.time() - started
    printed(evaluate("test"), seconds)


if __name__ == "__main__":
    main(json.load(open(sys.argv[1])))
