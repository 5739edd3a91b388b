"""What Hugging Face's Transformers makes of a run of SquadQATask: the same windows, logits and answers?

    pytext-ts export RUN --hugging-face FOLDER
    pytext-ts predict RUN --input questions.jsonl --offset-unit codepoint --output answers.jsonl
    python bench/peers/answer_questions.py RUN FOLDER answers.jsonl

Cuts question and text by Transformers' tokenizer, runs its BertModel and the run's last layer, tries all spans of all windows,
and prints how many answers stand elsewhere and the largest difference of a score. For runs on BERT's weights with one linear
layer as decoder; sizes as in the tensorizer's and the output layer's defaults.
"""

import json
import math
import sys

import torch
from safetensors.torch import load_file
from transformers import BertModel, BertTokenizerFast

MOST, MOST_OF_QUESTION, STRIDE, LONGEST, COUNT = 384, 64, 128, 30, 5


def answers(model, tokenizer, weight, bias, question, text):
    asked = tokenizer(question, add_special_tokens=False, truncation=True, max_length=MOST_OF_QUESTION)["input_ids"]
    # Transformers' stride is how far windows overlap.
    overlap = MOST - 3 - len(asked) - STRIDE
    windows = tokenizer(
        question,
        text,
        truncation="only_second",
        max_length=MOST,
        stride=overlap,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    best, nulls, totals = {}, [], []
    for i, ids in enumerate(windows["input_ids"]):
        with torch.no_grad():
            states = model(
                input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([windows["token_type_ids"][i]])
            ).last_hidden_state[0]
        logits = states @ weight + bias
        places = [at for at, text_of in enumerate(windows.sequence_ids(i)) if text_of == 1]
        allowed = [0, *places]
        nulls.append(float(logits[0].sum()))
        totals.append(float(sum(torch.logsumexp(logits[allowed, side], 0) for side in (0, 1))))
        offsets = windows["offset_mapping"][i]
        for first in places:
            for last in range(first, min(first + LONGEST, places[-1] + 1)):
                key = (offsets[first][0], offsets[last][1])
                score = float(logits[first, 0] + logits[last, 1])
                best[key] = max(best.get(key, -math.inf), score)
    total = float(torch.logsumexp(torch.tensor(totals), 0))
    top = sorted(best.items(), key=lambda item: -item[1])[:COUNT]
    return len(totals), [(*place, math.exp(score - total)) for place, score in top], math.exp(min(nulls) - total)


def main(run: str, folder: str, predictions: str) -> None:
    model = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
    tokenizer = BertTokenizerFast.from_pretrained(folder)
    parameters = load_file(f"{run}/parameters.safetensors")
    weight, bias = (parameters[f"model.decoder.layer0.{name}"] for name in ("weight", "bias"))
    rows, several, elsewhere, largest = 0, 0, 0, 0.0
    with open(predictions, encoding="utf-8") as lines:
        for line in lines:
            ours = json.loads(line)
            windows, top, none = answers(model, tokenizer, weight, bias, ours["question"], ours["doc"])
            rows, several = rows + 1, several + (windows > 1)
            largest = max(largest, abs(none - ours["no_answer_score"]))
            for (start, end, score), own in zip(top, ours["answers"]):
                largest = max(largest, abs(score - own["score"]))
                elsewhere += (start, end) != (own["start"], own["end"])
    print(f"{rows} questions, {several} with several windows: {elsewhere} answers elsewhere, largest difference {largest:.1e}")


if __name__ == "__main__":
    main(*sys.argv[1:])
