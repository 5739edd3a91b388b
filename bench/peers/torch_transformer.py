"""A BERT classifier of the package transformers with random weights on PyTorch 2, doing the training steps that pytext-ts is timed at.

Prints one JSON line a round, times in milliseconds; see `torch_program.rounds`.
"""

import argparse

import torch
import torch_data
import torch_program
from transformers import BertConfig, BertForSequenceClassification


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--mode", choices=["train"], default="train")
    parser.add_argument("--hidden", type=int, default=384)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--heads", type=int, default=12)
    parser.add_argument("--feed-forward", type=int, default=1536)
    parser.add_argument("--labels", type=int, default=6)
    parser.add_argument("--lr", type=float, default=2e-5)
    parser.add_argument("--attention", choices=["sdpa", "eager"], default="sdpa")
    parser.add_argument("--adam", choices=["fused", "foreach"], default="fused")
    torch_program.add_common_arguments(parser)
    parser.set_defaults(dropout=0.1)
    return parser.parse_args()


def build(options):
    config = BertConfig(
        vocab_size=options.vocab,
        hidden_size=options.hidden,
        num_hidden_layers=options.layers,
        num_attention_heads=options.heads,
        intermediate_size=options.feed_forward,
        hidden_dropout_prob=options.dropout,
        attention_probs_dropout_prob=options.dropout,
        num_labels=options.labels,
        attn_implementation=options.attention,
    )
    return BertForSequenceClassification(config).train()


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    model = build(options)
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}],
        lr=options.lr,
        **{options.adam: True},
    )
    batches = torch_data.from_file(options.data) if options.data else torch_data.made_up(options, 50)

    def loss_of(batch):
        ids, lengths, labels = batch
        mask = torch.arange(ids.shape[1])[None, :] < lengths[:, None]
        return model(input_ids=ids, attention_mask=mask.long(), labels=labels).loss

    def clip():
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)

    def run(steps):
        parts = [
            torch_program.train_step(lambda: loss_of(batches[step % len(batches)]), [optimizer], clip)
            for step in range(steps)
        ]
        return torch_program.step_figures(parts)

    about = {name: getattr(options, name) for name in ["mode", "threads", "batch", "hidden", "layers", "attention", "adam"]}
    torch_program.rounds(run, {**about, "torch": torch.__version__}, options)


if __name__ == "__main__":
    main()
