"""Records what SQuAD's evaluation says of answers, as fixtures for the tests of their figures.

    python bench/peers/record_squad.py test/metrics/fixtures/squad.json

The formulas are those of SQuAD 2.0's official script as transformers carries them (transformers.data.metrics.squad_metrics,
4.46.3): normalize_answer, compute_exact, compute_f1 and squad_evaluate.
"""

import json
import random
import sys
from types import SimpleNamespace

from transformers.data.metrics.squad_metrics import compute_exact, compute_f1, normalize_answer, squad_evaluate

TEXTS = [
    "", " ", "the", "The  Norman's", "a", "A-Team", "the A. team", "an apple a day", "U.S.", "US", "u s",
    "$1,000.50", "1000.50", "«Les Misérables»", "les misérables", "Straße", "STRASSE", "İstanbul", "ΟΔΟΣ",
    "the_end", "the end", "a\u0301 b", "\u00e1 b", "an\u00a0owl", "tab\tand\nline", "x\u2003y", "x\u200by", "x\x1cy",
    "x\x85y", "\ufeffx", "it's", "its", "“the” wall", "the\u2019s", "10 th", "10th", "a1 the2", "中文 a 字", "the中文",
    "a,the,an", "co-operate", "cooperate", "a\u0308rger", "no. 1 the a", "the the", "snow snow man", "snow man",
]
WORDS = ["the", "old", "red", "fox", "of", "Rome", "in", "1912", "a", "snow"]


def question(rng):
    """Right answers and a predicted one that often shares words with them; some questions have none."""
    phrase = lambda: " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 4)))
    answers = [] if rng.random() < 0.35 else [phrase() for _ in range(rng.randint(1, 3))]
    luck = rng.random()
    predicted = rng.choice(answers) if answers and luck < 0.4 else "" if luck > 0.95 else phrase()
    return {"right": answers, "answer": predicted, "noAnswer": round(rng.gauss(-1 if answers else 1, 2), 6)}


def evaluated(questions, threshold):
    examples = [
        SimpleNamespace(qas_id=i, answers=[{"text": text} for text in one["right"]]) for i, one in enumerate(questions)
    ]
    preds = {i: one["answer"] for i, one in enumerate(questions)}
    odds = {i: one["noAnswer"] for i, one in enumerate(questions)}
    return squad_evaluate(examples, preds, odds, threshold)


def main(path):
    rng = random.Random(7)
    pairs = [(a, b) for i, a in enumerate(TEXTS) for b in TEXTS[i:] if rng.random() < 0.15 or a == b]
    sets = [[question(rng) for _ in range(count)] for count in (1, 2, 5, 40, 200)]
    sets = [one for one in sets if any(q["right"] for q in one)]
    record = {
        "normalized": [[text, normalize_answer(text)] for text in TEXTS],
        "pairs": [[a, b, compute_exact(a, b), compute_f1(a, b)] for a, b in pairs],
        "sets": [
            {"threshold": t, "questions": one, "figures": evaluated(one, t)} for one in sets for t in (-1.0, 0.0, 0.75)
        ],
    }
    with open(path, "w", encoding="utf-8") as out:
        json.dump(record, out, ensure_ascii=True, separators=(",", ":"))
        out.write("\n")


main(sys.argv[1])
