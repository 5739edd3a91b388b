"""What the PyTorch programs of the benchmark share: how they measure, and how they take turns with ours."""

import json
import resource
import sys
import time

import numpy as np


def figures(samples):
    """Median and percentiles of seconds, in milliseconds."""
    p50, p90, p99 = np.percentile(np.asarray(samples) * 1e3, [50, 90, 99])
    return {"p50": round(p50, 4), "p90": round(p90, 4), "p99": round(p99, 4), "min": round(min(samples) * 1e3, 4)}


def peak_rss_mb():
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def train_step(loss_of, optimizers, before_update=lambda: None):
    """One training step; returns the seconds of forward, backward and update. `loss_of()` gives the loss."""
    started = time.perf_counter()
    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)
    loss = loss_of()
    loss.item()  # a trainer reports its loss
    after_forward = time.perf_counter()
    loss.backward()
    after_backward = time.perf_counter()
    before_update()
    for optimizer in optimizers:
        optimizer.step()
    return after_forward - started, after_backward - after_forward, time.perf_counter() - after_backward


def step_figures(parts):
    """What a round of training steps reports; `parts` as `train_step` returns them."""
    parts = np.array(parts)
    names = ["forward", "backward", "update"]
    medians = {f"{name}_ms": round(float(np.median(parts[:, i])) * 1e3, 4) for i, name in enumerate(names)}
    return {"step_ms": figures(parts.sum(1)), **medians}


def report(about, result):
    """Prints one JSON line."""
    print(json.dumps({**about, **result, "peak_rss_mb": peak_rss_mb()}), flush=True)


def rounds(run, about, options):
    """Warms up, then one round of `options.steps`, or with `--interactive` one for each line on standard input."""
    run(options.warmup)
    if not options.interactive:
        report(about, run(options.steps))
        return
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        report(about, run(int(line)))


def add_common_arguments(parser):
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=24)
    parser.add_argument("--vocab", type=int, default=10000)
    parser.add_argument("--dropout", type=float, default=0.4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--warmup", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", help="JSON lines of batches; without it, made-up ones")
    parser.add_argument("--interactive", action="store_true")
