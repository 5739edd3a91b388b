"""PyTorch 2 on the CPU doing the work that pytext-ts is timed at: training steps, single sentences, a whole epoch.

Prints one JSON line a round, times in milliseconds. With `--interactive` it warms up, prints {"ready": true} and then
runs one round for each line on standard input (the line is the number of steps), so that two programs can take turns.
"""

import argparse
import sys
import time

import torch
from torch.nn import functional as F

import torch_data
import torch_models
import torch_program


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--model", choices=["docnn", "bilstm"], required=True)
    parser.add_argument("--mode", choices=["train", "infer", "epoch"], default="train")
    parser.add_argument("--embed", type=int, default=100)
    parser.add_argument("--labels", type=int, default=6)
    parser.add_argument("--filters", type=int, default=100)
    parser.add_argument("--kernels", type=int, nargs="+", default=[3, 4, 5])
    parser.add_argument("--hidden", type=int, default=128, help="LSTM units in each direction")
    parser.add_argument("--attention", type=int, default=64)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--train", help="TSV file for --mode epoch, and for the vocabulary of --texts")
    parser.add_argument("--texts", help="file of texts, one a line, for --mode infer")
    parser.add_argument("--label-column", type=int, default=0)
    parser.add_argument("--text-column", type=int, default=-1)
    parser.add_argument("--sparse", action="store_true", help="sparse embedding gradients with SparseAdam")
    parser.add_argument("--adam", choices=["fused", "foreach", "loop"], default="fused")
    parser.add_argument("--packing", choices=["flip", "packed"], default="flip", help="how the LSTM skips padding")
    parser.add_argument("--conv", choices=["channels_last", "conv1d"], default="channels_last")
    parser.add_argument("--runtime", choices=["eager", "compile", "jit"], default="eager")
    torch_program.add_common_arguments(parser)
    return parser.parse_args()


def train_step(forward, optimizers, batch):
    ids, lengths, labels = batch
    return torch_program.train_step(lambda: F.cross_entropy(forward(ids, lengths, False), labels), optimizers)


def training_rounds(options, batches):
    model = torch_models.build(options).train()
    optimizers = torch_models.optimizers(model, options)
    forward = torch.compile(model, dynamic=True) if options.runtime == "compile" else model

    def run(steps):
        parts = [train_step(forward, optimizers, batches[step % len(batches)]) for step in range(steps)]
        return torch_program.step_figures(parts)

    return run


class AllRowsFull(torch.nn.Module):
    """The model for batches in which no row has padding."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids, lengths):
        return self.model(ids, lengths, True)


def inference_model(options, ids, lengths):
    """The model for one row at a time; `ids` and `lengths` are an example."""
    options.packing, options.conv = "packed", "conv1d"  # a row alone has no padding to skip: the plain calls are fastest
    model = torch_models.build(options).eval().requires_grad_(False)
    if options.runtime == "compile":
        return torch.compile(AllRowsFull(model), dynamic=True)
    if options.runtime == "jit":
        with torch.no_grad():
            return torch.jit.freeze(torch.jit.trace(AllRowsFull(model), (ids, lengths)).eval())
    return AllRowsFull(model)


def text_rounds(options):
    """Raw text to a label's name and all scores: words cut and looked up in Python, as a server would."""
    _, _, word_ids, label_ids = torch_data.labelled_texts(options)
    with open(options.texts, encoding="utf-8") as lines:
        texts = [line.rstrip("\n") for line in lines]
    names = list(label_ids)

    def tensors(text):
        ids = [word_ids.get(word, torch_data.UNKNOWN) for word in torch_data.words_of(text)] or [torch_data.UNKNOWN]
        return torch.tensor([ids]), torch.tensor([len(ids)])

    forward = inference_model(options, *tensors(texts[0]))

    def predict(text):
        scores = torch.softmax(forward(*tensors(text)), 1)[0].tolist()
        return names[max(range(len(scores)), key=scores.__getitem__)], scores

    def run(steps):
        samples = []
        with torch.inference_mode():
            for step in range(steps):
                started = time.perf_counter()
                predict(texts[step % len(texts)])
                samples.append(time.perf_counter() - started)
        return {"latency_ms": torch_program.figures(samples)}

    return run


def inference_rounds(options, batches):
    rows = torch_data.sentences(batches)
    forward = inference_model(options, *rows[0][:2])

    def run(steps):
        samples = []
        with torch.inference_mode():
            for step in range(steps):
                ids, lengths, _ = rows[step % len(rows)]
                started = time.perf_counter()
                torch.softmax(forward(ids, lengths), 1).tolist()
                samples.append(time.perf_counter() - started)
        return {"latency_ms": torch_program.figures(samples)}

    return run


def epoch(options):
    """From a file of text to a model trained for one epoch; the clock starts before the file is opened."""
    started = time.perf_counter()
    count, batches = torch_data.epoch_batches(options)
    model = torch_models.build(options).train()
    optimizers = torch_models.optimizers(model, options)
    for batch in batches:
        train_step(model, optimizers, batch)
    seconds = time.perf_counter() - started
    return {"rows": count, "vocab": options.vocab, "seconds": round(seconds, 3), "rows_per_s": round(count / seconds, 1)}


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    about = {name: getattr(options, name) for name in ["model", "mode", "threads", "runtime"]}
    if options.mode != "infer":
        chosen = ["batch", "adam", "sparse", "conv" if options.model == "docnn" else "packing"]
        about.update({name: getattr(options, name) for name in chosen})
    about["torch"] = torch.__version__

    if options.mode == "epoch":
        if not options.train:
            sys.exit("--mode epoch needs --train FILE.tsv")
        torch_program.report(about, epoch(options))
        return
    if options.texts:
        torch_program.rounds(text_rounds(options), about, options)
        return
    batches = torch_data.from_file(options.data) if options.data else torch_data.made_up(options, 50)
    run = (training_rounds if options.mode == "train" else inference_rounds)(options, batches)
    torch_program.rounds(run, about, options)


if __name__ == "__main__":
    main()
