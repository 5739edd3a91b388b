"""Records what Transformers and sentence-transformers compute of texts, as fixtures for the tests of `embed`.

    python bench/peers/record_embeddings.py FOLDER_OF_MINILM test/tasks/embed/fixtures

`states.safetensors` holds the hidden states and pooled output of the tiny BERT of the encoders' tests for each text alone,
without padding; `minilm.safetensors` the vectors that sentence-transformers gives with all-MiniLM-L6-v2.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer

# Pieces 0 to 4 are [PAD], [UNK], [CLS], [SEP] and [MASK], then come w5, w6, ...
IDS = [[2, 7, 8, 9, 3], [2, 3], [2, 1, 3], [2, 29, 5, 11, 12, 5, 6, 20, 21, 3]]
TEXTS = [
    "a gorgeous, witty, seductive movie.",
    "",
    "The cat sat on the mat while it was raining outside, and nobody in the house seemed to notice.",
    "\u4f60\u597d caf\u00e9 \U0001f355 na\u00efve",
    "word " * 400,
]


def main(minilm, folder):
    folder.mkdir(parents=True, exist_ok=True)
    model = transformers.BertModel.from_pretrained("test/components/encoders/fixtures/bert").eval()
    tensors = {}
    with torch.no_grad():
        for at, ids in enumerate(IDS):
            out = model(input_ids=torch.tensor([ids]), output_hidden_states=True)
            tensors[f"{at}.pooled"] = out.pooler_output[0].contiguous()
            for layer, state in enumerate(out.hidden_states):
                tensors[f"{at}.state{layer}"] = state[0].contiguous()
    save_file(tensors, folder / "states.safetensors")
    vectors = torch.tensor(SentenceTransformer(minilm, device="cpu").encode(TEXTS))
    save_file({"vectors": vectors}, folder / "minilm.safetensors", metadata={"texts": json.dumps(TEXTS)})


main(sys.argv[1], Path(sys.argv[2]))
