"""Records what Hugging Face's Transformers computes with tiny random encoders of each family, as fixtures for the encoders' tests.

    python bench/peers/record_transformers.py test/components/encoders/fixtures

Each family gets a folder in the form of a pretrained model (config.json, model.safetensors), `expected.safetensors` with
inputs, hidden states, attentions and pooled output, and `gradients/` with the gradients of a loss over them by the weights'
names, again in the form of a model.
"""

import shutil
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

VOCAB, LENGTHS = 30, [7, 4, 1]
SMALL = dict(
    vocab_size=VOCAB, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
    max_position_embeddings=16,
)
MODELS = {
    "bert": lambda: transformers.BertModel(transformers.BertConfig(**SMALL)),
    "distilbert": lambda: transformers.DistilBertModel(
        transformers.DistilBertConfig(
            vocab_size=VOCAB, dim=8, n_layers=2, n_heads=2, hidden_dim=12, max_position_embeddings=16
        )
    ),
    "roberta": lambda: transformers.RobertaModel(
        transformers.RobertaConfig(**SMALL, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1)
    ),
    "xlm-roberta": lambda: transformers.XLMRobertaModel(
        transformers.XLMRobertaConfig(**SMALL, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1)
    ),
    "electra": lambda: transformers.ElectraModel(transformers.ElectraConfig(**SMALL, embedding_size=6)),
    "albert": lambda: transformers.AlbertModel(transformers.AlbertConfig(**SMALL, embedding_size=6)),
}
PAD = {"roberta": 1, "xlm-roberta": 1}


def main(folder):
    for at, (family, make) in enumerate(MODELS.items()):
        torch.manual_seed(at)
        model = make()
        model.set_attn_implementation("eager") if hasattr(model, "set_attn_implementation") else None
        model.config._attn_implementation = "eager"
        model.eval()
        with torch.no_grad():  # far from where models start, so that nothing cancels out
            for value in model.parameters():
                value.add_(torch.randn_like(value) * 0.4)
        target = folder / family
        shutil.rmtree(target, ignore_errors=True)
        model.save_pretrained(target, safe_serialization=True)
        record(model, family, target)


def record(model, family, target):
    most = max(LENGTHS)
    mask = torch.tensor([[1] * n + [0] * (most - n) for n in LENGTHS])
    ids = torch.randint(5, VOCAB, (len(LENGTHS), most))
    ids = torch.where(mask == 1, ids, torch.full_like(ids, PAD.get(family, 0)))
    inputs = dict(input_ids=ids, attention_mask=mask)
    segments = torch.zeros_like(ids)
    if family not in ("distilbert", "roberta", "xlm-roberta"):
        segments[0, 4:7] = 1
        inputs["token_type_ids"] = segments
    out = model(**inputs, output_hidden_states=True, output_attentions=True)
    states = torch.randn_like(out.last_hidden_state) * mask.unsqueeze(2)
    loss = (out.last_hidden_state * states).sum()
    expected = dict(ids=ids.int(), segments=segments.int(), mask=mask.to(torch.uint8), state_weights=states)
    pooled = getattr(out, "pooler_output", None)
    if pooled is not None:
        weights = torch.randn_like(pooled)
        loss = loss + (pooled * weights).sum()
        expected |= dict(pooled=pooled, pooled_weights=weights)
    loss.backward()
    for i, state in enumerate(out.hidden_states):
        expected[f"state{i}"] = state
    for i, attention in enumerate(out.attentions):
        expected[f"attention{i}"] = attention
    save_file({name: value.detach().contiguous() for name, value in expected.items()}, target / "expected.safetensors")
    gradients = target / "gradients"
    gradients.mkdir()
    shutil.copy(target / "config.json", gradients)
    named = {name: value.grad for name, value in model.named_parameters() if value.grad is not None}
    save_file({name: value.contiguous() for name, value in named.items()}, gradients / "model.safetensors")


main(Path(sys.argv[1]))
