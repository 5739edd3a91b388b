"""Vectors of sentences with the package transformers on PyTorch 2, as `embed` of pytext-ts gives them.

The mean of the last layer's states over all pieces, brought to the length 1. Prints one JSON line a round, times in
milliseconds; see `torch_program.rounds`.
"""

import argparse
import time

import torch
import torch_program
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--model", required=True, help="a folder of Hugging Face's")
    parser.add_argument("--texts", required=True, help="a file of sentences, one a line")
    parser.add_argument("--block", type=int, default=1024, help="sentences of a step")
    parser.add_argument("--batch", type=int, default=64, help="sentences that run together")
    parser.add_argument("--attention", choices=["sdpa", "eager"], default="sdpa")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--warmup", type=int, default=1)
    parser.add_argument("--interactive", action="store_true")
    return parser.parse_args()


def embed(tokenizer, model, texts, size):
    """`[texts, dim]`: texts of like length run together."""
    encoded = tokenizer(texts, truncation=True, max_length=model.config.max_position_embeddings)
    lengths = [len(ids) for ids in encoded["input_ids"]]
    order = sorted(range(len(texts)), key=lambda row: lengths[row])
    vectors = torch.empty(len(texts), model.config.hidden_size)
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        batch = tokenizer.pad({key: [values[row] for row in rows] for key, values in encoded.items()}, return_tensors="pt")
        states = model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(2).to(states.dtype)
        vectors[rows] = functional.normalize((states * mask).sum(1) / mask.sum(1))
    return vectors


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    model = AutoModel.from_pretrained(options.model, attn_implementation=options.attention, add_pooling_layer=False).eval()
    with open(options.texts, encoding="utf-8") as file:
        sentences = file.read().rstrip("\n").split("\n")
    blocks = len(sentences) // options.block
    at = 0

    def run(steps):
        nonlocal at
        samples, vectors = [], None
        for _ in range(steps):
            own = sentences[at * options.block : (at + 1) * options.block]
            at = (at + 1) % blocks
            started = time.perf_counter()
            with torch.inference_mode():
                vectors = embed(tokenizer, model, own, options.batch)
            samples.append(time.perf_counter() - started)
        return {"step_ms": torch_program.figures(samples), "vector": vectors[0].tolist()}

    about = {"threads": options.threads, "attention": options.attention, "torch": torch.__version__}
    torch_program.rounds(run, about, options)


if __name__ == "__main__":
    main()
