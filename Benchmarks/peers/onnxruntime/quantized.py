#!/usr/bin/env python3
"""Compares Espalier's simulator with ONNX Runtime on one quantised model: weights, classes, top-1.

Usage: quantized.py ESPALIER MODEL --data cifar10:DIR [--preprocessing raw|imagenet]

Needs Python 3 with numpy, onnx and onnxruntime. The model is one that `espalier calibrate` or `apply` wrote.
What is asked:

- levels · scale in 32-bit floats is bit for bit what ONNX Runtime's DequantizeLinear makes of each weight;
- top-1 over the images differs by at most 0.1 points, with and without ONNX Runtime's fusions.

Prints one line per question and ends with 1 when an answer is no.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import numpy
import onnx
import onnx.numpy_helper
import onnxruntime

BATCH = 100
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("espalier")
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--data", required=True)
    parser.add_argument("--preprocessing", choices=["raw", "imagenet"], default="imagenet")
    return parser.parse_args()


def pixels(options):
    folder = pathlib.Path(options.data.partition(":")[2])
    rows = numpy.fromfile(folder / "test_batch.bin", numpy.uint8).reshape(-1, 3073)
    images = rows[:, 1:].reshape(-1, 3, 32, 32).astype(numpy.float32)
    if options.preprocessing == "imagenet":
        mean, std = (numpy.array(x, numpy.float32).reshape(1, -1, 1, 1) for x in (MEAN, STD))
        images = (images / numpy.float32(255) - mean) / std
    return images, rows[:, 0]


def session(model, fuses):
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 3
    if not fuses:
        settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(
        model.SerializeToString(), settings, providers=["CPUExecutionProvider"])


def weights(model):
    """The number of weight tensors, and of those that ONNX Runtime dequantises to other bits."""
    constants = {x.name: onnx.numpy_helper.to_array(x) for x in model.graph.initializer}
    exposed = onnx.ModelProto.FromString(model.SerializeToString())
    nodes = [x for x in model.graph.node if x.op_type == "DequantizeLinear" and x.input[0] in constants]
    del exposed.graph.output[:]
    for node in nodes:
        exposed.graph.output.append(
            onnx.helper.make_tensor_value_info(node.output[0], onnx.TensorProto.FLOAT, None))
    value = model.graph.input[0]
    example = numpy.zeros([1] + [d.dim_value for d in value.type.tensor_type.shape.dim][1:], numpy.float32)
    found = session(exposed, fuses=False).run(None, {value.name: example})
    differing = 0
    for node, theirs in zip(nodes, found):
        levels, scale = constants[node.input[0]], constants[node.input[1]].astype(numpy.float32)
        zero = constants[node.input[2]] if len(node.input) > 2 else numpy.zeros_like(scale, levels.dtype)
        axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
        shape = [-1 if scale.size > 1 and d == axis else 1 for d in range(levels.ndim)]
        ours = (levels.astype(numpy.int32) - zero.astype(numpy.int32).reshape(shape)).astype(
            numpy.float32) * scale.reshape(shape)
        if ours.tobytes() != numpy.ascontiguousarray(theirs).tobytes():
            differing += 1
    return len(nodes), differing


def espalier_top1(options):
    command = [options.espalier, "evaluate", options.model, "--data", options.data,
               "--preprocessing", options.preprocessing, "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["top1"]


def main():
    options = arguments()
    model = onnx.load(options.model)
    onnx.checker.check_model(model)
    count, differing = weights(model)
    print(f"{options.model.name}: {count} quantised weights, {differing} with other bits")
    failed = differing > 0 or count == 0
    images, labels = pixels(options)
    ours = espalier_top1(options)
    for fuses in (False, True):
        run = session(model, fuses)
        name = run.get_inputs()[0].name
        classes = numpy.concatenate([
            run.run(None, {name: images[i:i + BATCH]})[0].argmax(1)
            for i in range(0, len(images), BATCH)])
        theirs = 100 * float((classes == labels).mean())
        verdict = "ok" if abs(ours - theirs) <= 0.1 else "DIFFERS"
        failed = failed or verdict != "ok"
        print(f"{options.model.name}: top-1 espalier {ours:.2f}, onnxruntime "
              f"{'with' if fuses else 'without'} fusions {theirs:.2f}: {verdict}")
    sys.exit(1 if failed else 0)


main()
