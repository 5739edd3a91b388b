"""Records losses of sentence embeddings, and their gradients, as sentence-transformers 5.7.0 computes them.

    python bench/peers/record_sentence_losses.py test/components/losses/fixtures/sentence-losses.json
"""

import json
import sys

import torch
from sentence_transformers import util
from sentence_transformers.sentence_transformer import losses

ROWS, DIM = 5, 4


def cases():
    negatives = losses.MultipleNegativesRankingLoss
    symmetric = losses.MultipleNegativesSymmetricRankingLoss
    triplet, metric = losses.TripletLoss, losses.TripletDistanceMetric
    dot = util.dot_score
    yield "MultipleNegativesRankingLoss", {}, 2, negatives(None)
    yield "MultipleNegativesRankingLoss", {"scale": 5}, 3, negatives(None, scale=5)
    yield "MultipleNegativesRankingLoss", {"similarity": "dot", "scale": 1}, 3, negatives(None, 1, dot)
    yield "MultipleNegativesRankingLoss", {"symmetric": True}, 2, symmetric(None)
    yield "MultipleNegativesRankingLoss", {"symmetric": True, "scale": 5}, 3, symmetric(None, scale=5)
    yield "CosineSimilarityLoss", {"score_range": [0, 1]}, 2, losses.CosineSimilarityLoss(None)
    yield "CoSENTLoss", {}, 2, losses.CoSENTLoss(None)
    yield "CoSENTLoss", {"scale": 3}, 2, losses.CoSENTLoss(None, scale=3)
    for name, of, margin in [("euclidean", metric.EUCLIDEAN, 5), ("cosine", metric.COSINE, 0.5), ("manhattan", metric.MANHATTAN, 1)]:
        yield "TripletLoss", {"distance": name, "margin": margin}, 3, triplet(None, of, margin)


def main(file):
    torch.manual_seed(0)
    texts = [torch.randn(ROWS, DIM, dtype=torch.float64).round(decimals=3) for _ in range(3)]
    scores = torch.tensor([0.2, 1.0, 0.2, 0.0, 0.65], dtype=torch.float64)
    recorded = []
    for name, config, count, loss in cases():
        own = [text.clone().requires_grad_() for text in texts[:count]]
        value = loss.compute_loss_from_embeddings(own, scores)
        value.backward()
        gradients = [[round(x, 7) for x in text.grad.flatten().tolist()] for text in own]
        recorded.append({"loss": name, "config": config, "value": value.item(), "gradients": gradients})
    vectors = [text.flatten().tolist() for text in texts]
    with open(file, "w", encoding="utf-8") as out:
        json.dump({"rows": ROWS, "dim": DIM, "vectors": vectors, "scores": scores.tolist(), "recorded": recorded}, out)
        out.write("\n")


main(sys.argv[1])
