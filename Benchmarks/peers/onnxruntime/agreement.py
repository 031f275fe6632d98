#!/usr/bin/env python3
"""Compares Espalier with ONNX Runtime on one model: logits, top-1, and the MACs a policy claims.

Usage: agreement.py ESPALIER MODEL --data cifar10:DIR|npy:DIR [--preprocessing NAME | --mean … --std …]
                    [--policy policy.json] [--logits N]

Needs Python 3 with numpy, onnx and onnxruntime. Data and preprocessing are read here once more, from
their definitions, so that nothing of Espalier's is taken for granted. What is asked:

- logits of the first N images differ by at most 1e-4 of the largest logit;
- top-1 over all images differs by at most 0.05 points;
- with a policy, the MACs counted from ONNX's own shape inference are those of `compressed.macs`.

Prints one line per question and ends with 1 when an answer is no.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnx.shape_inference
import onnxruntime

BATCH = 100
NAMED = {"raw": (1, [0], [1]), "signed-unit": (127.5, [1], [1])}
NAMED["imagenet"] = (255, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("espalier")
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--data", required=True)
    parser.add_argument("--preprocessing", choices=sorted(NAMED), default="raw")
    parser.add_argument("--mean")
    parser.add_argument("--std")
    parser.add_argument("--policy", type=pathlib.Path)
    parser.add_argument("--logits", type=int, default=500)
    return parser.parse_args()


def read(spec):
    """Images as N×C×H×W and labels."""
    scheme, _, folder = spec.partition(":")
    folder = pathlib.Path(folder)
    if scheme == "npy":
        return numpy.load(folder / "images.npy"), numpy.load(folder / "labels.npy")
    if scheme != "cifar10":
        sys.exit(f"agreement.py: --data {spec}: expected cifar10:DIR or npy:DIR")
    rows = numpy.fromfile(folder / "test_batch.bin", numpy.uint8).reshape(-1, 3073)
    return rows[:, 1:].reshape(-1, 3, 32, 32), rows[:, 0]


def normalised(images, options):
    divisor, mean, std = NAMED[options.preprocessing]
    if options.mean:
        divisor = 255
        mean, std = ([float(x) for x in text.split(",")] for text in (options.mean, options.std))
    per_channel = [numpy.array(x, numpy.float32).reshape(1, -1, 1, 1) for x in (mean, std)]
    return (images.astype(numpy.float32) / numpy.float32(divisor) - per_channel[0]) / per_channel[1]


def multiply_accumulates(model):
    """MACs of one example: Conv, Gemm and MatMul, from ONNX's shape inference with a batch of one."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    for value in model.graph.input:
        value.type.tensor_type.shape.dim[0].dim_value = 1
    for value in list(model.graph.value_info) + list(model.graph.output):
        value.type.ClearField("tensor_type")
    graph = onnx.shape_inference.infer_shapes(model, strict_mode=False).graph
    shapes = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    for value in [*graph.input, *graph.value_info, *graph.output]:
        shapes[value.name] = [d.dim_value for d in value.type.tensor_type.shape.dim]
    total = 0
    for node in graph.node:
        if node.op_type == "Conv":
            total += math.prod(shapes[node.output[0]]) * math.prod(shapes[node.input[1]][1:])
        elif node.op_type in ("Gemm", "MatMul"):
            transposed = any(a.name == "transA" and a.i for a in node.attribute)
            inner = shapes[node.input[0]][0 if transposed else -1]
            total += math.prod(shapes[node.output[0]]) * inner
    return total


def espalier_logits(options, images, name, output):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "images.npy"
        numpy.save(file, images)
        subprocess.run(
            [options.espalier, "run", options.model, "--input", f"{name}={file}", "--output", folder],
            check=True, stdout=subprocess.DEVNULL)
        return numpy.load(pathlib.Path(folder) / f"{output.replace('/', '_')}.npy")


def espalier_top1(options):
    pixels = ["--preprocessing", options.preprocessing]
    if options.mean:
        pixels = ["--mean", options.mean, "--std", options.std]
    command = [options.espalier, "evaluate", options.model, "--data", options.data, *pixels, "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["top1"]


def main():
    options = arguments()
    session = onnxruntime.InferenceSession(options.model, providers=["CPUExecutionProvider"])
    name, output = session.get_inputs()[0].name, session.get_outputs()[0].name
    images, labels = read(options.data)
    theirs = numpy.concatenate([
        session.run([output], {name: normalised(images[i:i + BATCH], options)})[0]
        for i in range(0, len(images), BATCH)])
    failures = []

    def report(question, ours, others, difference, allowed):
        verdict = "ok" if difference <= allowed else "DIFFERS"
        print(f"{options.model.name}: {question}: espalier {ours}, {others}; {difference:.2g}, "
              f"allowed {allowed:g}: {verdict}")
        if verdict != "ok":
            failures.append(question)

    few = min(options.logits, len(images))
    ours = espalier_logits(options, normalised(images[:few], options), name, output)
    largest = numpy.abs(theirs[:few]).max()
    report(f"logits of {few} images", f"largest {numpy.abs(ours).max():.6g}",
           f"onnxruntime {largest:.6g}", numpy.abs(ours - theirs[:few]).max() / largest, 1e-4)
    right = 100 * float((theirs.argmax(1) == labels).mean())
    top1 = espalier_top1(options)
    report("top-1", f"{top1:.2f}", f"onnxruntime {right:.2f}", abs(top1 - right), 0.05)
    if options.policy:
        claimed = json.loads(options.policy.read_text())["compressed"]["macs"]
        counted = multiply_accumulates(onnx.load(options.model))
        report("MACs", claimed, f"counted from ONNX {counted}", abs(claimed - counted), 0)
    sys.exit(1 if failures else 0)


main()
