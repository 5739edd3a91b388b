"""Figures of written texts by other programs: sacrebleu 2.6.0, rouge_score 0.1.2 and jiwer 4.0.0.

    python bench/peers/record_sequences.py > test/metrics/fixtures/sequences.json

Each corpus is a list of pairs, what should have been written and what was.
"""
import json
import random

import jiwer
import sacrebleu
from rouge_score import rouge_scorer

WORDS = "the a cat dog sat on mat , . it's 3.5 1,000 well-known (yes) U.S. \u00fcber \u4f60\u597d \U0001f600 9-to-5 &amp; \"so\" end. x".split()


def drawn(random_, rows, most):
    def sentence(count):
        return " ".join(random_.choice(WORDS) for _ in range(count))

    pairs = []
    for _ in range(rows):
        gold = sentence(random_.randint(1, most))
        words = gold.split()
        for _ in range(random_.randint(0, 3)):
            at = random_.randrange(len(words) + 1)
            words[at : at + random_.randint(0, 1)] = [random_.choice(WORDS)] * random_.randint(0, 1)
        pairs.append([gold, " ".join(words)])
    return pairs


random_ = random.Random(7)
corpora = {
    "drawn": drawn(random_, 12, 14),
    "short": drawn(random_, 5, 3),
    "equal": [["the cat sat on the mat", "the cat sat on the mat"]],
    "nothing in common": [["the cat sat on the mat", "x y z w v u"]],
    "no four-grams match": [["the cat sat on the mat today", "the cat sat there on a mat"]],
    "nothing written": [["the cat", ""], ["a dog sat here", "a dog sat here"]],
    "all empty": [["the cat", ""]],
    "too short for four-grams": [["a cat", "a cat"]],
    "one longer": [["the cat sat", "the the the cat sat on the mat again"]],
}


def figures(pairs):
    gold, predicted = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)
    scores = [scorer.score(*pair) for pair in pairs]
    mean = lambda name: sum(score[name].fmeasure for score in scores) / len(scores)
    bleu = lambda tokenize: sacrebleu.metrics.BLEU(tokenize=tokenize).corpus_score(predicted, [gold]).score
    return {
        "bleu_13a": bleu("13a"),
        "bleu_none": bleu("none"),
        "chrf": sacrebleu.metrics.CHRF().corpus_score(predicted, [gold]).score,
        "rouge1": mean("rouge1"),
        "rouge2": mean("rouge2"),
        "rougeL": mean("rougeL"),
        "word_error_rate": jiwer.wer(gold, predicted),
    }


print(
    json.dumps(
        {
            "origin": "python bench/peers/record_sequences.py (sacrebleu 2.6.0, rouge_score 0.1.2, jiwer 4.0.0)",
            "corpora": [
                {"name": name, "pairs": pairs, "figures": figures(pairs)} for name, pairs in corpora.items()
            ],
        },
        indent=1,
    )
)
