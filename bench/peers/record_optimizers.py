"""Records what torch.optim and torch.optim.lr_scheduler do, as fixtures for the tests of optimizers and schedulers.

    python bench/peers/record_optimizers.py test/components/optimizers/fixtures

Every fixture holds its problem (start values, gradients) so that the tests need no random generator of PyTorch's.
"""

import json
import sys
from pathlib import Path

import torch

STEPS = 15


def numbers(tensor):
    """Values as the shortest decimals that read back as the same float32."""
    return [float(str(value)) for value in tensor.detach().numpy().astype("float32").ravel()]


def dense_problem():
    generator = torch.Generator().manual_seed(11)
    start = [torch.randn(3, 4, generator=generator), torch.randn(5, generator=generator) * 0.1]
    gradients = [[torch.randn(p.shape, generator=generator) for p in start] for _ in range(STEPS)]
    return start, gradients


def dense_cases():
    optim = torch.optim
    return [
        ("SGD", {"lr": 0.1}, lambda p: optim.SGD(p, lr=0.1)),
        ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}, lambda p: optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01)),
        (
            "SGD",
            {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.02},
            lambda p: optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.02),
        ),
        ("Adam", {"lr": 0.01, "weight_decay": 0}, lambda p: optim.Adam(p, lr=0.01)),
        (
            "Adam",
            {"lr": 0.02, "weight_decay": 0.1, "beta1": 0.8, "beta2": 0.95, "eps": 1e-4},
            lambda p: optim.Adam(p, lr=0.02, weight_decay=0.1, betas=(0.8, 0.95), eps=1e-4),
        ),
        ("AdamW", {"lr": 0.01, "weight_decay": 0.1}, lambda p: optim.AdamW(p, lr=0.01, weight_decay=0.1)),
        ("Adagrad", {"lr": 0.1, "weight_decay": 0}, lambda p: optim.Adagrad(p, lr=0.1)),
        (
            "Adagrad",
            {"lr": 0.1, "weight_decay": 0.05, "lr_decay": 0.2, "initial_accumulator_value": 0.3},
            lambda p: optim.Adagrad(p, lr=0.1, weight_decay=0.05, lr_decay=0.2, initial_accumulator_value=0.3),
        ),
        ("RAdam", {"lr": 0.05, "weight_decay": 0}, lambda p: optim.RAdam(p, lr=0.05)),
        (
            "RAdam",
            {"lr": 0.05, "weight_decay": 0.1, "beta1": 0.8, "beta2": 0.95},
            lambda p: optim.RAdam(p, lr=0.05, weight_decay=0.1, betas=(0.8, 0.95)),
        ),
    ]


def record_dense():
    start, gradients = dense_problem()
    cases = []
    for name, config, make in dense_cases():
        parameters = [torch.nn.Parameter(p.clone()) for p in start]
        optimizer = make(parameters)
        trajectory = []
        for step in gradients:
            for parameter, gradient in zip(parameters, step):
                parameter.grad = gradient.clone()
            optimizer.step()
            trajectory.append([numbers(p) for p in parameters])
        cases.append({"optimizer": name, "config": config, "trajectory": trajectory})
    return {
        "shapes": [list(p.shape) for p in start],
        "start": [numbers(p) for p in start],
        "gradients": [[numbers(g) for g in step] for step in gradients],
        "cases": cases,
    }


def record_sparse():
    """A table of 6 rows; every step names 5 rows, with repetitions."""
    generator = torch.Generator().manual_seed(12)
    start = torch.randn(6, 3, generator=generator)
    ids = [torch.randint(0, 6, (5,), generator=generator) for _ in range(STEPS)]
    rows = [torch.randn(5, 3, generator=generator) for _ in range(STEPS)]
    makers = [
        ("Adam", {"lr": 0.05, "weight_decay": 0}, lambda p: torch.optim.SparseAdam(p, lr=0.05)),
        (
            "Adam",
            {"lr": 0.05, "weight_decay": 0, "beta1": 0.7, "beta2": 0.9},
            lambda p: torch.optim.SparseAdam(p, lr=0.05, betas=(0.7, 0.9)),
        ),
        ("SGD", {"lr": 0.1}, lambda p: torch.optim.SGD(p, lr=0.1)),
        ("Adagrad", {"lr": 0.1, "weight_decay": 0}, lambda p: torch.optim.Adagrad(p, lr=0.1)),
    ]
    cases = []
    for name, config, make in makers:
        table = torch.nn.Parameter(start.clone())
        optimizer = make([table])
        trajectory = []
        for step_ids, step_rows in zip(ids, rows):
            table.grad = torch.sparse_coo_tensor(step_ids[None], step_rows, start.shape)
            optimizer.step()
            trajectory.append(numbers(table))
        cases.append({"optimizer": name, "config": config, "trajectory": trajectory})
    return {
        "shape": list(start.shape),
        "start": numbers(start),
        "ids": [step.tolist() for step in ids],
        "rows": [numbers(step) for step in rows],
        "cases": cases,
    }


def record_clipping():
    _, gradients = dense_problem()
    parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients[0]]
    cases = []
    for max_norm in (0.5, 100.0):
        for parameter, gradient in zip(parameters, gradients[0]):
            parameter.grad = gradient.clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
        cases.append({"max_norm": max_norm, "norm": float(norm), "clipped": [numbers(p.grad) for p in parameters]})
    return {"gradients": [numbers(g) for g in gradients[0]], "cases": cases}


LR = 0.1


def scheduler_cases():
    s = torch.optim.lr_scheduler
    return [
        ("StepLR", {"step_size": 3, "gamma": 0.5}, 12, lambda o: s.StepLR(o, 3, 0.5)),
        ("ExponentialLR", {"gamma": 0.8}, 12, lambda o: s.ExponentialLR(o, 0.8)),
        ("CosineAnnealingLR", {"t_max": 8, "eta_min": 0.02}, 9, lambda o: s.CosineAnnealingLR(o, 8, 0.02)),
        ("PolynomialDecayScheduler", {"total_steps": 10, "power": 2}, 12, lambda o: s.PolynomialLR(o, 10, 2)),
        ("OneCycleLR", {"max_lr": 0.4, "total_steps": 20}, 20, lambda o: s.OneCycleLR(o, 0.4, 20, cycle_momentum=False)),
        (
            "OneCycleLR",
            {"max_lr": 0.4, "total_steps": 15, "pct_start": 0.5, "anneal_strategy": "linear", "div_factor": 10, "final_div_factor": 50},
            15,
            lambda o: s.OneCycleLR(
                o, 0.4, 15, pct_start=0.5, anneal_strategy="linear", div_factor=10, final_div_factor=50, cycle_momentum=False
            ),
        ),
        (
            "CyclicLR",
            {"base_lr": 0.05, "max_lr": 0.25, "step_size_up": 4},
            20,
            lambda o: s.CyclicLR(o, 0.05, 0.25, 4, cycle_momentum=False),
        ),
        (
            "CyclicLR",
            {"base_lr": 0.05, "max_lr": 0.25, "step_size_up": 3, "step_size_down": 5, "mode": "triangular2"},
            26,
            lambda o: s.CyclicLR(o, 0.05, 0.25, 3, 5, mode="triangular2", cycle_momentum=False),
        ),
        (
            "CyclicLR",
            {"base_lr": 0.05, "max_lr": 0.25, "step_size_up": 4, "mode": "exp_range", "gamma": 0.9},
            20,
            lambda o: s.CyclicLR(o, 0.05, 0.25, 4, mode="exp_range", gamma=0.9, cycle_momentum=False),
        ),
    ]


PLATEAU_METRICS = [0.5, 0.52, 0.52, 0.51, 0.5, 0.6, 0.6, 0.59, 0.6, 0.6, 0.60001, 0.61, 0.61, 0.61, 0.61, 0.61, 0.61, 0.61]


def fresh_optimizer():
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)


def record_schedulers():
    cases = []
    for name, config, count, make in scheduler_cases():
        optimizer = fresh_optimizer()
        scheduler = make(optimizer)
        rates = []
        for step in range(count):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if step + 1 < count:
                scheduler.step()
        cases.append({"scheduler": name, "config": config, "rates": rates})
    plateau = []
    for config in (
        {"mode": "max", "factor": 0.5, "patience": 2},
        {"mode": "max", "factor": 0.5, "patience": 0, "cooldown": 2, "threshold": 0.015, "threshold_mode": "abs", "min_lr": 0.02},
        {"mode": "min", "factor": 0.2, "patience": 1, "cooldown": 1},
    ):
        optimizer = fresh_optimizer()
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **config)
        rates = []
        for metric in PLATEAU_METRICS:
            scheduler.step(metric)
            rates.append(optimizer.param_groups[0]["lr"])
        plateau.append({"config": config, "rates": rates})
    return {"lr": LR, "cases": cases, "plateau": {"metrics": PLATEAU_METRICS, "cases": plateau}}


def main(folder):
    origin = {"torch": torch.__version__, "script": "bench/peers/record_optimizers.py"}
    fixtures = {
        "dense": record_dense(),
        "sparse": record_sparse(),
        "clipping": record_clipping(),
        "schedulers": record_schedulers(),
    }
    for name, fixture in fixtures.items():
        path = Path(folder) / f"{name}.json"
        path.write_text(json.dumps({"origin": origin, **fixture}) + "\n")
        print(path)


if __name__ == "__main__":
    main(sys.argv[1])
