"""PyTorch 2 on the CPU doing what pytext-ts is timed at for sequences: training steps, and tags of single sentences.

Prints one JSON line a round, times in milliseconds; with `--interactive` one for each line on standard input.
"""

import argparse
import time

import torch
import torchcrf

import torch_crf
import torch_data
import torch_program
import torch_sequence_models


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--model", choices=["tagger", "joint", "lm"], required=True)
    parser.add_argument("--mode", choices=["train", "infer", "check"], default="train")
    parser.add_argument("--embed", type=int, default=100)
    parser.add_argument("--hidden", type=int, default=128, help="LSTM units in each direction")
    parser.add_argument("--labels", type=int, default=19, help="tags of a token")
    parser.add_argument("--intents", type=int, default=7)
    parser.add_argument("--attention", type=int, default=64)
    parser.add_argument("--width", type=int, default=200, help="language model: word vectors and LSTM units")
    parser.add_argument("--layers", type=int, default=2, help="language model: LSTM layers")
    parser.add_argument("--lr", type=float, help="default: 0.001 for Adam, 1 for the language model's plain SGD")
    parser.add_argument("--clip", type=float, default=5.0, help="language model: largest norm of the gradient")
    parser.add_argument("--packing", choices=["flip", "packed"], default="flip", help="how the LSTM skips padding")
    parser.add_argument("--crf", choices=["package", "tree"], default="package", help="pytorch-crf, or torch_crf.py")
    parser.add_argument("--viterbi", choices=["package", "numpy", "script"], default="package")
    parser.add_argument("--softmax", choices=["cross_entropy", "nll", "in_place"], default="cross_entropy")
    parser.add_argument("--sgd", choices=["fused", "loop"], default="fused")
    parser.add_argument("--runtime", choices=["eager", "jit"], default="eager")
    torch_program.add_common_arguments(parser)
    options = parser.parse_args()
    if options.mode == "infer" and options.model != "tagger":
        parser.error("--mode infer is there for --model tagger")
    return options


def batch_rounds(model, options, batches):
    optimizers = [torch.optim.Adam(model.parameters(), lr=options.lr or 1e-3, fused=True)]

    def run(steps):
        step_of = lambda step: torch_program.train_step(lambda: model.loss(batches[step % len(batches)]), optimizers)
        return torch_program.step_figures([step_of(step) for step in range(steps)])

    return run


class PlainSGD:
    """The update as it is often written by hand."""

    def __init__(self, parameters, lr):
        self.parameters, self.lr = list(parameters), lr

    def zero_grad(self, set_to_none):
        for parameter in self.parameters:
            parameter.grad = None

    def step(self):
        for parameter in self.parameters:
            parameter.data.add_(parameter.grad, alpha=-self.lr)


def stream_rounds(model, options, windows):
    """Truncated back-propagation: the state goes on from window to window, the gradient does not."""
    lr = options.lr or 1.0
    optimizer = (
        torch.optim.SGD(model.parameters(), lr=lr, fused=True)
        if options.sgd == "fused"
        else PlainSGD(model.parameters(), lr)
    )
    shape = (options.layers, options.batch, options.width)
    state = (torch.zeros(shape), torch.zeros(shape))

    def clip():
        torch.nn.utils.clip_grad_norm_(model.parameters(), options.clip)

    def loss_of(window):
        nonlocal state
        loss, state = model.loss(window, tuple(part.detach() for part in state))
        return loss

    def run(steps):
        step_of = lambda step: torch_program.train_step(
            lambda: loss_of(windows[step % len(windows)]), [optimizer], clip
        )
        return torch_program.step_figures([step_of(step) for step in range(steps)])

    return run


def decoder_of(crf, options):
    """The function that makes emissions of one row into its list of tags."""
    if options.viterbi == "numpy":
        return torch_crf.NumpyViterbi(crf)
    if options.viterbi == "script":
        scripted = torch.jit.freeze(torch.jit.script(torch_crf.ScriptedViterbi(crf).eval()))
        return lambda emissions: scripted(emissions).tolist()
    return lambda emissions: crf.decode(emissions, torch.ones(emissions.shape[:2], dtype=torch.bool))[0]


class AllRowsFull(torch.nn.Module):
    """The tagger's emissions for batches in which no row has padding."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids, lengths):
        return self.model.emissions(ids, lengths, True)


def tagging_rounds(model, options, batches):
    """Tags of one sentence at a time, ids in, list of tags out."""
    model.requires_grad_(False)
    rows = torch_data.sentences(batches)
    emissions = AllRowsFull(model)
    if options.runtime == "jit":
        with torch.no_grad():
            emissions = torch.jit.freeze(torch.jit.trace(emissions, rows[0][:2]).eval())
    decode = decoder_of(model.crf, options)

    def run(steps):
        samples = []
        with torch.inference_mode():
            for step in range(steps):
                ids, lengths = rows[step % len(rows)][:2]
                started = time.perf_counter()
                decode(emissions(ids, lengths))
                samples.append(time.perf_counter() - started)
        return {"latency_ms": torch_program.figures(samples)}

    return run


def check(options):
    """Our own CRF and decoders give what the package gives."""
    torch.manual_seed(options.seed)
    torch.set_default_dtype(torch.float64)
    package, tree = torchcrf.CRF(options.labels, batch_first=True), torch_crf.TreeCRF(options.labels)
    for parameter in package.parameters():
        torch.nn.init.normal_(parameter)
    tree.load_state_dict(package.state_dict())
    for tokens in [1, 2, 3, 8, 31, 200]:
        lengths = torch.tensor([tokens, max(1, tokens // 2), 1])
        mask = ~torch_sequence_models.outside(lengths, tokens)
        tags = torch.randint(options.labels, mask.shape)
        emissions = (3 * torch.randn(*mask.shape, options.labels)).requires_grad_()
        results = []
        for crf in [package, tree]:
            likelihood = crf(emissions, tags, mask)
            inputs = [emissions, *crf.parameters()]
            results.append([likelihood, *torch.autograd.grad(likelihood, inputs, materialize_grads=True)])
        for expected, value in zip(*results):
            torch.testing.assert_close(value, expected)
        with torch.no_grad():
            paths = []
            for options.viterbi in ["package", "numpy", "script"]:
                paths.append(decoder_of(package, options)(emissions[:1].detach()))
        assert paths[0] == paths[1] == paths[2], paths
    states, weight, bias = torch.randn(6, 5), torch.randn(9, 5), torch.randn(9)
    inputs = [x.requires_grad_() for x in [states, weight, bias]]
    target = torch.randint(9, (6,))
    ours = torch_sequence_models.SoftmaxLoss.apply(*inputs, target)
    theirs = torch.nn.functional.cross_entropy(torch.nn.functional.linear(*inputs), target)
    for value, expected in zip(torch.autograd.grad(ours, inputs), torch.autograd.grad(theirs, inputs)):
        torch.testing.assert_close(value, expected)
    torch.testing.assert_close(ours, theirs)
    print("ok")


def main():
    options = arguments()
    if options.mode == "check":
        check(options)
        return
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    if options.mode == "infer":
        options.packing = "packed"  # a row alone has no padding to skip: the plain call is fastest
    model = torch_sequence_models.build(options)
    chosen = {
        "tagger": ["packing", "crf"] if options.mode == "train" else ["runtime", "viterbi"],
        "joint": ["packing"],
        "lm": ["softmax", "sgd"],
    }[options.model]
    about = {name: getattr(options, name) for name in ["model", "mode", "threads", "batch", "tokens", *chosen]}
    about["torch"] = torch.__version__
    if options.model == "lm":
        windows = torch_data.windows(options)
        run = stream_rounds(model.train(), options, windows)
    else:
        batches = torch_data.from_file(options.data) if options.data else torch_data.made_up(options, 50)
        run = (batch_rounds if options.mode == "train" else tagging_rounds)(
            model.train(options.mode == "train"), options, batches
        )
    torch_program.rounds(run, about, options)


if __name__ == "__main__":
    main()
