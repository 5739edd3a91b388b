"""A model behind FastAPI as its documentation shows it: one endpoint, one text a request, a worker process or more.

Started by `python serve_models.py JSON`; JSON is an object with `kind`, `port`, `workers`, `threads` (of the runtime, in
each worker) and what the kind needs:

    docnn-onnx     model: an exported file that takes texts
    docnn-torch    train: rows for the vocabulary, as torch_classifier.py takes them
    encoder-onnx   model: an encoder's file that takes ids; folder: its tokenizer
    encoder-torch  folder: a folder of Hugging Face's

`POST /predict {"text": ...}` gives `{"label", "scores"}` or `{"embedding"}`, the mean of the last states, of length 1.
"""

import json
import os
import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

OPTIONS = "SERVE_MODELS_OPTIONS"


class Request(BaseModel):
    text: str


def session(path, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(path, options)


def docnn_onnx(options):
    run = session(options["model"], options["threads"]).run

    def predict(text):
        label, scores = run(["label", "scores"], {"text": [text]})
        return {"label": label[0], "scores": scores[0].tolist()}

    return predict


def docnn_torch(options):
    import torch
    import torch_classifier
    import torch_data

    sys.argv = ["torch_classifier.py", "--model", "docnn", "--train", options["train"]]
    model_options = torch_classifier.arguments()
    torch.set_num_threads(options["threads"])
    _, _, word_ids, label_ids = torch_data.labelled_texts(model_options)
    names = list(label_ids)

    def tensors(text):
        ids = [word_ids.get(word, torch_data.UNKNOWN) for word in torch_data.words_of(text)] or [torch_data.UNKNOWN]
        return torch.tensor([ids]), torch.tensor([len(ids)])

    forward = torch_classifier.inference_model(model_options, *tensors("a text"))

    def predict(text):
        with torch.inference_mode():
            scores = torch.softmax(forward(*tensors(text)), 1)[0].tolist()
        return {"label": names[max(range(len(scores)), key=scores.__getitem__)], "scores": scores}

    return predict


def encoder_onnx(options):
    import numpy as np
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(options["folder"])
    run = session(options["model"], options["threads"]).run

    def predict(text):
        encoded = tokenizer([text], truncation=True, max_length=256, return_tensors="np")
        (states,) = run(None, {name: value.astype(np.int64) for name, value in encoded.items()})
        vector = states[0].mean(0)
        return {"embedding": (vector / np.linalg.norm(vector)).tolist()}

    return predict


def encoder_torch(options):
    import torch
    from torch.nn import functional
    from transformers import AutoModel, AutoTokenizer

    torch.set_num_threads(options["threads"])
    tokenizer = AutoTokenizer.from_pretrained(options["folder"])
    model = AutoModel.from_pretrained(options["folder"], add_pooling_layer=False).eval()

    def predict(text):
        with torch.inference_mode():
            states = model(**tokenizer([text], truncation=True, max_length=256, return_tensors="pt")).last_hidden_state
            return {"embedding": functional.normalize(states[0].mean(0), dim=0).tolist()}

    return predict


KINDS = {
    "docnn-onnx": docnn_onnx,
    "docnn-torch": docnn_torch,
    "encoder-onnx": encoder_onnx,
    "encoder-torch": encoder_torch,
}


def application():
    options = json.loads(os.environ[OPTIONS])
    predict = KINDS[options["kind"]](options)
    app = FastAPI()

    @app.get("/ready")
    def ready():
        return {"ready": True}

    @app.post("/predict")
    def answer(request: Request):
        return predict(request.text)

    return app


if __name__ == "__main__":
    os.environ[OPTIONS] = sys.argv[1]
    given = json.loads(sys.argv[1])
    uvicorn.run(
        "serve_models:application",
        factory=True,
        port=given["port"],
        workers=given["workers"],
        app_dir=os.path.dirname(os.path.abspath(__file__)),
        log_level="warning",
    )
