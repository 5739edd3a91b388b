"""What an exported file gives for texts, one a line: all its outputs, a JSON object a line.

python onnx_text.py MODEL.onnx < texts.txt
"""

import json
import sys

import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1])
(text,) = session.get_inputs()
names = [output.name for output in session.get_outputs()]
sys.stdin.reconfigure(encoding="utf-8", newline="\n")
for line in sys.stdin:
    results = session.run(names, {text.name: [line.removesuffix("\n")]})
    print(json.dumps({name: result[0].tolist() if result.ndim > 1 else result[0] for name, result in zip(names, results)}))
