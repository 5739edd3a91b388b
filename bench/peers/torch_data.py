"""Batches for the PyTorch peer: read from a file that both sides share, made up, or built from a TSV of text."""

import json
from collections import Counter

import numpy as np
import torch

UNKNOWN = 1


def batch_of(rows):
    """`rows` of (ids, label) -> tensors (ids, lengths, labels), longest row first as packed sequences want it."""
    rows = sorted(rows, key=lambda row: -len(row[0]))
    lengths = [len(ids) for ids, _ in rows]
    ids = np.zeros((len(rows), lengths[0]), dtype=np.int64)
    for index, (row, _) in enumerate(rows):
        ids[index, : len(row)] = row
    labels = np.array([label for _, label in rows], dtype=np.int64)
    return torch.from_numpy(ids), torch.tensor(lengths), torch.from_numpy(labels)


def made_up(options, count):
    """Zipf-distributed word ids; half of the rows have the full length, as after bucketing by length."""
    random = np.random.default_rng(options.seed)
    odds = 1.0 / np.arange(1, options.vocab - 1)
    odds /= odds.sum()
    batches = []
    for _ in range(count):
        lengths = np.where(
            random.random(options.batch) < 0.5,
            options.tokens,
            random.integers(max(1, options.tokens // 2), options.tokens + 1, options.batch),
        )
        lengths[0] = options.tokens
        batches.append(
            batch_of(
                [
                    (2 + random.choice(options.vocab - 2, size=length, p=odds), random.integers(options.labels))
                    for length in lengths
                ]
            )
        )
    return batches


def from_file(path):
    """JSON lines of {"ids": [[...]], "lengths": [...], "labels": [...]}: one batch a line."""
    batches = []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            batch = json.loads(line)
            if not len(batch["ids"]) == len(batch["lengths"]) == len(batch["labels"]):
                raise ValueError(f"{path}:{number}: ids, lengths and labels must have one entry a row")
            rows = zip(batch["ids"], batch["lengths"], batch["labels"])
            batches.append(batch_of([(ids[:length], label) for ids, length, label in rows]))
    return batches


def sentences(batches):
    """Every row as a batch of its own, cut to its length."""
    return [
        (ids[row : row + 1, : int(lengths[row])].contiguous(), lengths[row : row + 1], labels[row : row + 1])
        for ids, lengths, labels in batches
        for row in range(len(lengths))
    ]


def epoch_batches(options):
    """Reads a TSV, builds the vocabulary, and yields shuffled batches of rows of like length.

    Sets `options.vocab` and `options.labels`. Returns (number of rows, list of batches).
    """
    texts, names = [], []
    with open(options.train, encoding="utf-8") as lines:
        for line in lines:
            columns = line.rstrip("\n").split("\t")
            names.append(columns[options.label_column])
            texts.append(columns[options.text_column].lower().split())
    label_ids = {name: index for index, name in enumerate(dict.fromkeys(names))}
    counts = Counter(word for text in texts for word in text)
    word_ids = {word: index for index, (word, _) in enumerate(counts.most_common(), UNKNOWN + 1)}
    rows = [
        ([word_ids[word] for word in text] or [UNKNOWN], label_ids[name]) for text, name in zip(texts, names)
    ]
    options.vocab, options.labels = len(word_ids) + UNKNOWN + 1, len(label_ids)
    random = np.random.default_rng(options.seed)
    order = random.permutation(len(rows))
    pool = options.batch * 100
    batches = []
    for start in range(0, len(rows), pool):
        bucketed = sorted(order[start : start + pool], key=lambda index: -len(rows[index][0]))
        batches.extend(
            [rows[index] for index in bucketed[at : at + options.batch]]
            for at in range(0, len(bucketed), options.batch)
        )
    random.shuffle(batches)
    return len(rows), (batch_of(batch) for batch in batches)
