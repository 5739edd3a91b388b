"""Writes a Hugging Face folder's encoder as an ONNX file of the form that Transformers.js reads, by PyTorch's exporter.

    python bench/peers/export_encoder.py FOLDER FILE.onnx
"""

import sys

import torch
from transformers import AutoModel


class LastState(torch.nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask, token_type_ids):
        given = dict(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        return self.encoder(**given).last_hidden_state


folder, file = sys.argv[1:3]
names = ["input_ids", "attention_mask", "token_type_ids"]
ones = torch.ones(2, 7, dtype=torch.long)
torch.onnx.export(
    LastState(AutoModel.from_pretrained(folder).eval()),
    (ones, ones, 0 * ones),
    file,
    input_names=names,
    output_names=["last_hidden_state"],
    dynamic_axes={name: {0: "batch", 1: "sequence"} for name in [*names, "last_hidden_state"]},
    opset_version=17,
    dynamo=False,
)
