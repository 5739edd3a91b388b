"""Records what seqeval and a Python conlleval say of tag sequences, as fixtures for the tests of entity figures.

    python bench/peers/record_entities.py test/components/reporters/fixtures

Needs seqeval 1.2.2 and conlleval 0.2 from PyPI. seqeval's default mode reads broken sequences as conlleval does; its
strict mode, which leaves broken entities out, is recorded beside it where the scheme has one.
"""

import json
import random
import sys
import warnings
from pathlib import Path

import conlleval
from seqeval.metrics import accuracy_score
from seqeval.metrics.sequence_labeling import get_entities, precision_recall_fscore_support
from seqeval.metrics.v1 import precision_recall_fscore_support as strict_figures
from seqeval.scheme import IOB2, IOBES

warnings.filterwarnings("ignore")


def entities(rng, length, types):
    """Some spans that do not overlap: (start, end, type)."""
    spans, at = [], 0
    while at < length:
        if rng.random() < 0.4:
            end = min(length, at + rng.choice([1, 1, 2, 3]))
            spans.append((at, end, rng.choice(types)))
            at = end
        else:
            at += 1
    return spans


def written(spans, length, scheme):
    tags = ["O"] * length
    before = None
    for start, end, label in spans:
        for token in range(start, end):
            if scheme == "bio":
                place = "B" if token == start else "I"
            elif scheme == "iob1":
                place = "B" if token == start and before == (start, label) else "I"
            elif end - start == 1:
                place = "S"
            else:
                place = "B" if token == start else "E" if token == end - 1 else "I"
            tags[token] = f"{place}-{label}"
        before = (end, label)
    return tags


def disturbed(rng, spans, length, types):
    """Spans as a model may predict them: some lost, some with another type or end, some new."""
    kept = []
    for start, end, label in spans:
        luck = rng.random()
        if luck < 0.15:
            continue
        if luck < 0.3:
            label = rng.choice(types)
        elif luck < 0.4 and end - start > 1:
            end -= 1
        kept.append((start, end, label))
    free = [token for token in range(length) if not any(start <= token < end for start, end, _ in kept)]
    if free and rng.random() < 0.3:
        token = rng.choice(free)
        kept.append((token, token + 1, rng.choice(types)))
    return sorted(kept)


def modelled(seed, scheme, types, rows=40):
    rng = random.Random(seed)
    gold, predicted = [], []
    for _ in range(rows):
        length = rng.randint(1, 12)
        spans = entities(rng, length, types)
        gold.append(written(spans, length, scheme))
        predicted.append(written(disturbed(rng, spans, length, types), length, scheme))
    return gold, predicted


def arbitrary(seed, letters, types, rows=60):
    """Any tags in any order on both sides: most sequences are broken."""
    rng = random.Random(seed)
    tags = ["O", "O"] + [f"{letter}-{label}" for label in types for letter in letters]
    lengths = [rng.randint(1, 8) for _ in range(rows)]

    def side():
        return [[rng.choice(tags) for _ in range(length)] for length in lengths]

    gold = side()
    predicted = [row if rng.random() < 0.3 else other for row, other in zip(gold, side())]
    return gold, predicted


def figures(scores):
    return [float(score) for score in scores[:3]]


def seqeval_figures(gold, predicted):
    per_type = precision_recall_fscore_support(gold, predicted, average=None, zero_division=0)
    micro = precision_recall_fscore_support(gold, predicted, average="micro", zero_division=0)
    macro = precision_recall_fscore_support(gold, predicted, average="macro", zero_division=0)
    return {
        "micro": figures(micro),
        "macro": figures(macro),
        "types": [[float(value) for value in row] for row in zip(*per_type)],
    }


def conlleval_counts(gold, predicted):
    lines = []
    for gold_row, predicted_row in zip(gold, predicted):
        lines += [f"w {a} {b}" for a, b in zip(gold_row, predicted_row)] + [""]
    result = conlleval.evaluate(lines)

    def counts(summary):
        return [summary["stats"][key] for key in ("gold", "pred", "correct")]

    return {
        "overall": counts(result["overall"]["chunks"]),
        "types": {label: counts(one) for label, one in sorted(result["slots"]["chunks"].items())},
    }


def case(name, rows, strict=None):
    gold, predicted = rows
    types = sorted({label for side in (gold, predicted) for label, _, _ in get_entities(side)})
    record = {
        "name": name,
        "gold": [" ".join(row) for row in gold],
        "predicted": [" ".join(row) for row in predicted],
        "types": types,
        "accuracy": float(accuracy_score(gold, predicted)),
        "seqeval": seqeval_figures(gold, predicted),
        "conlleval": conlleval_counts(gold, predicted),
    }
    if strict is not None:
        record["strict"] = figures(strict_figures(gold, predicted, average="micro", zero_division=0, scheme=strict))
    return record


def main(folder):
    slots = ["fromloc.city_name", "depart-time", "PER"]
    cases = [
        case("valid BIO on both sides", modelled(1, "bio", ["PER", "LOC", "ORG"]), IOB2),
        case("names with dots and dashes", modelled(2, "bio", slots), IOB2),
        case("valid IOB1 on both sides", modelled(3, "iob1", ["PER", "LOC"])),
        case("valid BIOES on both sides", modelled(4, "bioes", ["PER", "LOC", "ORG"]), IOBES),
        case("any B, I and O", arbitrary(5, "BI", ["PER", "LOC"]), IOB2),
        case("any B, I and O of one type", arbitrary(6, "BI", ["PER"]), IOB2),
        case("any B, I, E, S and O", arbitrary(7, "BIES", ["PER", "LOC"]), IOBES),
        case("nothing found", ([["B-PER", "I-PER", "O"], ["O"]], [["O", "O", "O"], ["O"]]), IOB2),
        case("a prediction without its B", ([["B-PER", "I-PER", "O"]], [["I-PER", "I-PER", "O"]]), IOB2),
        case("another type within", ([["B-PER", "I-PER", "I-PER"]], [["B-PER", "I-LOC", "I-PER"]]), IOB2),
        case("one entity cut in two", ([["B-PER", "I-PER", "I-PER"]], [["B-PER", "B-PER", "I-PER"]]), IOB2),
    ]
    path = Path(folder) / "entities.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[\n" + ",\n".join(json.dumps(one) for one in cases) + "\n]\n")
    print(f"{path}: {len(cases)} cases")


if __name__ == "__main__":
    main(sys.argv[1])
