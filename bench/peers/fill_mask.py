"""What Hugging Face's Transformers says stands at [MASK], with a folder that `pytext-ts export RUN --hugging-face FOLDER` wrote.

    python bench/peers/fill_mask.py FOLDER "The capital of France is [MASK]."

Prints the weights that the folder lacks or that nobody reads, and for each mask the five likeliest pieces as JSON, to compare
with `pytext-ts predict RUN TEXT`.
"""

import json
import sys

import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer


def main(folder: str, text: str) -> None:
    model, loading = AutoModelForMaskedLM.from_pretrained(folder, output_loading_info=True)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    inputs = tokenizer(text, return_tensors="pt")
    with torch.no_grad():
        scores = model.eval()(**inputs).logits[0].softmax(-1)
    masks = (inputs["input_ids"][0] == tokenizer.mask_token_id).nonzero()[:, 0]
    told = [
        [{"piece": tokenizer.convert_ids_to_tokens(int(i)), "score": float(s)} for s, i in zip(*scores[at].topk(5))]
        for at in masks
    ]
    print(json.dumps({"missing": loading["missing_keys"], "unexpected": loading["unexpected_keys"], "masks": told}))


if __name__ == "__main__":
    main(*sys.argv[1:])
