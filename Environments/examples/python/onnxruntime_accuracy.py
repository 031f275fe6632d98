"""Top-1 in percent, measured with ONNX Runtime: an evaluator of one's own.

    "evaluator": { "kind": "process", "command": ["python3", "onnxruntime_accuracy.py"] }
"""

import json
import sys

import numpy
import onnxruntime


def top1(model, images, labels, batch=250):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    right = 0
    for first in range(0, len(images), batch):
        scores = session.run(None, {name: images[first:first + batch]})[0]
        right += int((scores.argmax(axis=1) == labels[first:first + batch]).sum())
    return 100 * right / len(images)


for line in sys.stdin:
    request = json.loads(line)
    kind = request["request"]
    if kind == "close":
        break
    if kind == "hello":
        answer = {"protocol": 1, "role": "evaluator", "metric": "top1"}
    else:
        try:
            answer = {"quality": top1(request["model"], numpy.load(request["images"], mmap_mode="r"),
                                      numpy.load(request["labels"]))}
        except Exception as error:  # a candidate that cannot be run is told of in one sentence
            answer = {"error": str(error).splitlines()[0]}
    print(json.dumps(answer), flush=True)
