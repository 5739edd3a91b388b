"""Records what the package pytorch-crf computes, with gradients, as a fixture for the tests of the CRF.

    python bench/peers/record_crf.py test/components/crf/fixtures/pytorch-crf.json

The fixture holds all inputs and weights, so that the tests need no random generator of PyTorch's.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import torch
from torchcrf import CRF

LENGTHS = [7, 4, 2, 1]
LABELS = 5


def numbers(tensor):
    """Values as the shortest decimals that read back as the same float32."""
    return [float(str(value)) for value in tensor.detach().numpy().astype("float32").ravel()]


def record(scale):
    """One batch; `scale` tells how far apart the scores are."""
    torch.manual_seed(3)
    crf = CRF(LABELS, batch_first=True)
    tokens = max(LENGTHS)
    with torch.no_grad():
        for parameter in crf.parameters():
            parameter.copy_(torch.randn(parameter.shape) * scale)
    emissions = (torch.randn(len(LENGTHS), tokens, LABELS) * scale).requires_grad_()
    tags = torch.randint(LABELS, (len(LENGTHS), tokens))
    mask = torch.arange(tokens)[None, :] < torch.tensor(LENGTHS)[:, None]
    loss = -crf(emissions, tags, mask=mask, reduction="sum")
    loss.backward()
    return {
        "emissions": numbers(emissions),
        "targets": tags.tolist(),
        "loss": loss.item(),
        "decoded": crf.decode(emissions, mask=mask),
        "weights": {
            "transitions": numbers(crf.transitions),
            "start": numbers(crf.start_transitions),
            "end": numbers(crf.end_transitions),
        },
        "gradients": {
            "logits": numbers(emissions.grad),
            "crf.transitions": numbers(crf.transitions.grad),
            "crf.start": numbers(crf.start_transitions.grad),
            "crf.end": numbers(crf.end_transitions.grad),
        },
    }


if __name__ == "__main__":
    result = {
        "origin": f"pytorch-crf {version('pytorch-crf')}, PyTorch {torch.__version__}, bench/peers/record_crf.py",
        "lengths": LENGTHS,
        "labels": LABELS,
        "batches": [record(scale) for scale in (0.5, 3.0)],
    }
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
    print(path)
