"""Writes the weights of a Hugging Face folder of BERT's as TensorFlow's checkpoint with the names of BERT's first implementation.

    python bench/peers/record_checkpoint.py test/components/encoders/fixtures/bert FOLDER

Needs the packages tensorflow (2.21.0 wrote the fixture) and safetensors. Beside the weights stand what training leaves in a
checkpoint: the step, and Adam's averages of one variable.
"""

import json
import re
import sys
from pathlib import Path

import tensorflow as tf
from safetensors.numpy import load_file

source, target = map(Path, sys.argv[1:3])
target.mkdir(parents=True, exist_ok=True)
tables = re.compile(r"(word|position|token_type)_embeddings\.weight$")


def variable(name, values):
    """The first implementation's name and layout."""
    path = "bert/" + re.sub(r"layer\.(\d+)", r"layer_\1", name).replace(".", "/")
    if tables.search(name):
        return path.removesuffix("/weight"), values
    if "LayerNorm" in name:
        return path.replace("/weight", "/gamma").replace("/bias", "/beta"), values
    if name.endswith(".weight"):
        return path.replace("/weight", "/kernel"), values.T
    return path, values


named = dict(variable(name, values) for name, values in load_file(source / "model.safetensors").items())
named["bert/pooler/dense/kernel/adam_m"] = named["bert/pooler/dense/kernel"] * 0
named["bert/pooler/dense/kernel/adam_v"] = named["bert/pooler/dense/kernel"] * 0
named["global_step"] = tf.constant(7, tf.int64)
names = sorted(named)
tf.raw_ops.SaveV2(
    prefix=str(target / "bert_model.ckpt"),
    tensor_names=names,
    shape_and_slices=[""] * len(names),
    tensors=[tf.constant(named[name]) for name in names],
)
sizes = json.loads((source / "config.json").read_text())
known = ["vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act",
         "max_position_embeddings", "type_vocab_size", "initializer_range", "hidden_dropout_prob",
         "attention_probs_dropout_prob"]
(target / "bert_config.json").write_text(json.dumps({key: sizes[key] for key in known}, indent=2) + "\n")
