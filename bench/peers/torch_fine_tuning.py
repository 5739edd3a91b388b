"""Fine-tunes a pretrained encoder with Hugging Face's Transformers as the config of ours does: same files, sizes and schedule.

    python bench/peers/torch_fine_tuning.py SETTINGS.json

SETTINGS.json, written by bench/fine-tuning.ts: model folder, files and their columns, epochs, rates, seed, threads. Prints one
JSON object: the figures on the test rows, seconds of training, peak memory.
"""

import csv
import json
import random
import resource
import sys
import time

import numpy as np
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer


class Classifier(nn.Module):
    """Encoder -> mean over the pieces -> dropout -> linear layer, brought into a range by the sigmoid where there is one."""

    def __init__(self, settings, outputs):
        super().__init__()
        self.encoder = encoder_of(settings)
        self.decoder = nn.Linear(self.encoder.config.hidden_size, outputs)
        nn.init.xavier_uniform_(self.decoder.weight)
        nn.init.zeros_(self.decoder.bias)
        self.dropout = nn.Dropout(settings["dropout"])
        self.range = settings["squash_to_range"]

    def forward(self, batches):
        logits = self.decoder(self.dropout(pooled(self.encoder, batches[0])))
        if self.range is None:
            return logits
        low, high = self.range
        return low + (high - low) * torch.sigmoid(logits)


class Cosine(nn.Module):
    """Encoder -> mean over the pieces, for two texts each alone -> their cosine."""

    def __init__(self, settings):
        super().__init__()
        self.encoder = encoder_of(settings)
        self.decoder = nn.Identity()

    def forward(self, batches):
        a, b = [pooled(self.encoder, batch) for batch in batches]
        return nn.functional.cosine_similarity(a, b)[:, None]


def encoder_of(settings):
    return AutoModel.from_pretrained(settings["model"], add_pooling_layer=False, **settings["dropouts"])


def pooled(encoder, batch):
    states = encoder(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(2).to(states.dtype)
    return (states * mask).sum(1) / mask.sum(1)


def read(settings, split):
    about = settings["files"][split]
    with open(about["path"], encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    names = about["field_names"]
    if names is None:
        names, rows = rows[0], rows[1:]
    names = [about["column_mapping"].get(name, name) for name in names]
    at = [names.index(column) for column in settings["texts"]]
    label = names.index(settings["label"])
    return [([row[i].strip() for i in at], row[label]) for row in rows if row]


def encoded(tokenizer, rows, settings):
    """What the encoder reads of a row: its texts together, or each alone."""
    texts = [list(column) for column in zip(*[texts for texts, _ in rows])]
    together = [[one] for one in texts] if settings["score_range"] else [texts]
    return [tokenizer(*each, truncation=True, max_length=settings["max_seq_len"]) for each in together]


def batches(lengths, size, shuffle):
    """Rows of like length together: shuffled, sorted within pools of a hundred batches, cut, shuffled."""
    order = list(range(len(lengths)))
    if not shuffle:
        order.sort(key=lambda row: lengths[row])
        return [order[i : i + size] for i in range(0, len(order), size)]
    random.shuffle(order)
    result = []
    for start in range(0, len(order), size * 100):
        pool = sorted(order[start : start + size * 100], key=lambda row: lengths[row] // 8)
        result += [pool[i : i + size] for i in range(0, len(pool), size)]
    random.shuffle(result)
    return result


def groups(model, settings):
    """The parameters by their rates: those of the head, then layer by layer downwards, the embeddings last."""
    lr, decay = settings["lr"], settings["layer_decay"]
    layers = [model.encoder.embeddings, *model.encoder.encoder.layer]
    return [
        {"params": list(model.decoder.parameters()), "lr": lr * settings["head_multiplier"]},
        *({"params": list(layer.parameters()), "lr": lr * decay ** (n + 1)} for n, layer in enumerate(reversed(layers))),
    ]


def figures(logits, gold, labels, regression):
    if regression:
        a, b = ranks(logits[:, 0]), ranks(gold)
        return {"spearman": float(np.corrcoef(a, b)[0, 1])}
    predicted = logits.argmax(1)
    result = {"accuracy": float((predicted == gold).mean())}
    if "1" in labels:
        positive = labels.index("1")
        hits = ((predicted == positive) & (gold == positive)).sum()
        result["f1"] = float(2 * hits / ((predicted == positive).sum() + (gold == positive).sum()))
    return result


def ranks(values):
    """Ranks, equal values sharing their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[inverse]


def fit(model, settings, lengths, loss_on, evaluate=None):
    """Trains for all epochs. The model ends as it was after the best one, or after the last where nothing is evaluated."""
    optimizer = torch.optim.AdamW(groups(model, settings), weight_decay=settings["weight_decay"])
    size, epochs = settings["batch_size"], settings["epochs"]
    total = -(-len(lengths) // size) * epochs
    warm = settings["warmup_steps"]
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: (n + 1) / warm if n < warm else 1 - (n - warm) / (total - warm)
    )
    best, kept = -1.0, None
    for epoch in range(epochs):
        model.train()
        for numbers in batches(lengths, size, True):
            optimizer.zero_grad(set_to_none=True)
            loss_on(numbers).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), settings["max_clip_norm"])
            optimizer.step()
            schedule.step()
        if evaluate is None:
            continue
        seen = evaluate()
        print(f"epoch {epoch + 1}: {seen}", file=sys.stderr)
        if seen[settings["figure"]] > best:
            best = seen[settings["figure"]]
            kept = {name: value.clone() for name, value in model.state_dict().items()}
    if kept is not None:
        model.load_state_dict(kept)


def prepare(settings):
    torch.set_num_threads(settings["threads"])
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(settings["seed"])


def printed(figures, seconds):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"figures": figures, "seconds": seconds, "peakMb": peak}))


def main(settings):
    prepare(settings)
    tokenizer = AutoTokenizer.from_pretrained(settings["model"])
    rows = {split: read(settings, split) for split in settings["files"]}
    if "eval" not in rows:
        random.Random(settings["seed"]).shuffle(rows["train"])
        held = round(len(rows["train"]) * settings["eval_fraction"])
        rows["eval"], rows["train"] = rows["train"][:held], rows["train"][held:]
    regression = settings["regression"]
    labels = [] if regression else sorted({label for _, label in rows["train"]})
    low, high = settings["score_range"] or (0, 1)
    target = (lambda text: (float(text) - low) / (high - low)) if regression else labels.index
    data = {split: encoded(tokenizer, list_, settings) for split, list_ in rows.items()}
    gold = {split: np.array([target(label) for _, label in list_]) for split, list_ in rows.items()}
    lengths = {split: [max(map(len, ids)) for ids in zip(*[one["input_ids"] for one in each])] for split, each in data.items()}

    started = time.time()
    alone = settings["score_range"] is not None
    model = Cosine(settings) if alone else Classifier(settings, 1 if regression else len(labels))
    loss_of = nn.MSELoss() if regression else nn.CrossEntropyLoss(label_smoothing=settings["label_smoothing"])

    def batch_of(split, numbers):
        return [
            tokenizer.pad({key: [values[i] for i in numbers] for key, values in each.items()}, return_tensors="pt")
            for each in data[split]
        ]

    def evaluate(split):
        model.eval()
        logits = np.zeros((len(rows[split]), 1 if regression else len(labels)), dtype="float32")
        with torch.no_grad():
            for numbers in batches(lengths[split], 128, False):
                logits[numbers] = model(batch_of(split, numbers)).numpy()
        return figures(logits, gold[split], labels, regression)

    def loss_on(numbers):
        logits = model(batch_of("train", numbers))
        wanted = torch.from_numpy(gold["train"][numbers])
        return loss_of(logits[:, 0], wanted.float()) if regression else loss_of(logits, wanted)

    fit(model, settings, lengths["train"], loss_on, lambda: evaluate("eval"))
    seconds = time.time() - started
    printed(evaluate("test"), seconds)


if __name__ == "__main__":
    main(json.load(open(sys.argv[1])))
