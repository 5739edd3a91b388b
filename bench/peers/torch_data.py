"""Batches for the PyTorch peer: read from a file that both sides share, made up, or built from a TSV of text."""

import json
from collections import Counter

import numpy as np
import torch

UNKNOWN = 1


def batch_of(rows):
    """`rows` of (ids, label) or (ids, label, tags) -> tensors (ids, lengths, labels) or (ids, lengths, labels, tags).

    The longest row comes first, as packed sequences want it; tags are padded with 0.
    """
    rows = sorted(rows, key=lambda row: -len(row[0]))
    lengths = [len(row[0]) for row in rows]
    labels = torch.tensor([row[1] for row in rows])
    tags = [padded([row[2] for row in rows])] if len(rows[0]) > 2 else []
    return padded([row[0] for row in rows]), torch.tensor(lengths), labels, *tags


def padded(rows):
    """Lists of numbers, the longest first -> `[rows, tokens]`."""
    array = np.zeros((len(rows), len(rows[0])), dtype=np.int64)
    for index, row in enumerate(rows):
        array[index, : len(row)] = row
    return torch.from_numpy(array)


def zipf(options):
    """A function that draws word ids whose frequency falls with their rank."""
    random = np.random.default_rng(options.seed)
    odds = 1.0 / np.arange(1, options.vocab - 1)
    odds /= odds.sum()
    return random, lambda count: 2 + random.choice(options.vocab - 2, size=count, p=odds)


def made_up(options, count):
    """Zipf-distributed word ids; half of the rows have the full length, as after bucketing by length.

    With `options.intents`, labels are intents, and each word has a tag of `options.labels`.
    """
    random, words = zipf(options)
    intents = getattr(options, "intents", None)
    batches = []
    for _ in range(count):
        lengths = np.where(
            random.random(options.batch) < 0.5,
            options.tokens,
            random.integers(max(1, options.tokens // 2), options.tokens + 1, options.batch),
        )
        lengths[0] = options.tokens
        rows = [(words(length), random.integers(intents or options.labels)) for length in lengths]
        if intents is not None:
            rows = [(ids, label, random.integers(options.labels, size=len(ids))) for ids, label in rows]
        batches.append(batch_of(rows))
    return batches


def from_file(path):
    """JSON lines of {"ids": [[...]], "lengths": [...], "labels": [...]} and perhaps "tags": [[...]]: one batch a line."""
    batches = []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            batch = json.loads(line)
            columns = [batch[name] for name in ["ids", "labels", "tags"] if name in batch]
            if any(len(column) != len(batch["lengths"]) for column in columns):
                raise ValueError(f"{path}:{number}: all lists must have one entry a row")
            if any(len(ids) != len(tags) for ids, tags in zip(batch["ids"], batch.get("tags", batch["ids"]))):
                raise ValueError(f"{path}:{number}: each id must have a tag")
            batches.append(batch_of(list(zip(*columns))))
    return batches


def windows(options):
    """Running text in `options.batch` columns, cut into windows `[tokens + 1, batch]` that overlap by one.

    The text is the JSON list of ids in the file `options.data`, or made up.
    """
    if options.data:
        with open(options.data, encoding="utf-8") as file:
            stream = np.array(json.load(file), dtype=np.int64)
    else:
        stream = zipf(options)[1](50 * options.batch * options.tokens + options.batch)
    columns = torch.from_numpy(stream[: len(stream) // options.batch * options.batch]).reshape(options.batch, -1).t()
    ends = range(options.tokens, len(columns), options.tokens)
    return [columns[end - options.tokens : end + 1].contiguous() for end in ends]


def sentences(batches):
    """Every row as a batch of its own, cut to its length."""
    return [
        (ids[row : row + 1, : int(lengths[row])].contiguous(), lengths[row : row + 1], labels[row : row + 1])
        for ids, lengths, labels, *_ in batches
        for row in range(len(lengths))
    ]


def words_of(text):
    return text.lower().split()


def labelled_texts(options):
    """The words of each row of a TSV, each row's label, and the ids of words and labels.

    Sets `options.vocab` and `options.labels`.
    """
    texts, names = [], []
    with open(options.train, encoding="utf-8") as lines:
        for line in lines:
            columns = line.rstrip("\n").split("\t")
            names.append(columns[options.label_column])
            texts.append(words_of(columns[options.text_column]))
    label_ids = {name: index for index, name in enumerate(dict.fromkeys(names))}
    counts = Counter(word for text in texts for word in text)
    word_ids = {word: index for index, (word, _) in enumerate(counts.most_common(), UNKNOWN + 1)}
    options.vocab, options.labels = len(word_ids) + UNKNOWN + 1, len(label_ids)
    return texts, names, word_ids, label_ids


def epoch_batches(options):
    """Reads a TSV, builds the vocabulary, and yields shuffled batches of rows of like length.

    Sets `options.vocab` and `options.labels`. Returns (number of rows, list of batches).
    """
    texts, names, word_ids, label_ids = labelled_texts(options)
    rows = [
        ([word_ids[word] for word in text] or [UNKNOWN], label_ids[name]) for text, name in zip(texts, names)
    ]
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
