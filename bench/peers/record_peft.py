"""Records adapters that PEFT has written, and what the adapted encoders compute, as fixtures for the adapters' tests.

    python bench/peers/record_peft.py test/components/encoders/fixtures

Needs the package peft besides requirements.txt. The base models are the fixtures of record_transformers.py; each adapter gets
a folder below `peft/` as `save_pretrained` writes it, and `expected.safetensors` with inputs and the last layer's states.
"""

import shutil
import sys
from pathlib import Path

import peft
import torch
import transformers
from safetensors.torch import save_file

VOCAB = 30
ADAPTERS = {
    # The matrices that ours adapts when it is not told otherwise.
    "bert": dict(r=2, lora_alpha=6, lora_dropout=0.1, target_modules=["query", "key", "value"]),
    # All kinds of matrices, with the scale of rsLoRA.
    "distilbert": dict(
        r=3, lora_alpha=4, use_rslora=True, target_modules=["q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"]
    ),
    # Queries without keys and values, in layers that share their matrices, beside a head that is saved with the adapter.
    "albert": dict(r=2, lora_alpha=4, target_modules=["query", "ffn"], modules_to_save=["pooler"]),
}


def main(folder):
    for at, (family, options) in enumerate(ADAPTERS.items()):
        torch.manual_seed(at)
        base = transformers.AutoModel.from_pretrained(folder / family)
        model = peft.get_peft_model(base, peft.LoraConfig(task_type="FEATURE_EXTRACTION", **options))
        model.eval()
        with torch.no_grad():
            for name, value in model.named_parameters():
                if "lora_" in name:
                    value.copy_(torch.randn_like(value) * 0.3)
        target = folder / "peft" / family
        shutil.rmtree(target, ignore_errors=True)
        model.save_pretrained(target)
        (target / "README.md").unlink(missing_ok=True)
        mask = torch.tensor([[1] * 7, [1] * 4 + [0] * 3])
        ids = torch.randint(5, VOCAB, mask.shape) * mask
        states = model(input_ids=ids, attention_mask=mask).last_hidden_state
        expected = dict(ids=ids.int(), mask=mask.to(torch.uint8), states=states.detach().contiguous())
        save_file(expected, target / "expected.safetensors")
    print(f"peft {peft.__version__}, transformers {transformers.__version__}, torch {torch.__version__}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
