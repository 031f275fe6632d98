#!/usr/bin/env python3
"""Prunes published architectures and compares what comes out with the masked originals.

Usage: architectures.py ESPALIER [--networks NAME …] [--folder DIR] [--macs 0.5]

Needs Python 3 with numpy, torch, torchvision, timm, onnx and onnxruntime. Networks have random weights,
in evaluation mode and with statistics that are not trivial; they are exported once into the folder. For
each one:

- `espalier check` lists its channel groups;
- `espalier search --agent uniform` cuts all widths alike to the part of the MACs that --macs says;
- masked is the original with the weights zeroed that read what policy.json does not keep;
- logits of the compressed file in ONNX Runtime and in Espalier, and of the masked one in ONNX Runtime,
  differ by at most 1e-4 of the largest logit.

Prints one line for each network: groups, groups that can be pruned, MACs before and after, the two
differences. Ends with 1 when one fails.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import warnings

import numpy
import onnx
import onnx.numpy_helper
import onnxruntime

NETWORKS = {
    "resnet18": 64, "resnet50": 64, "vgg16_bn": 224, "mobilenet_v2": 64, "mobilenet_v3_small": 64,
    "mobilenet_v3_large": 64, "efficientnet_b0": 64, "regnet_x_400mf": 64, "regnet_y_400mf": 64,
    "mnasnet0_5": 64, "shufflenet_v2_x1_0": 64, "squeezenet1_1": 64, "densenet121": 64,
    "googlenet": 64, "ghostnet_100": 64, "mobileone_s0": 64, "repvgg_a0": 64,
}  # fmt: skip
TOLERANCE = 1e-4
IMAGES = 4


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("espalier")
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS), choices=list(NETWORKS))
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--macs", default="0.5")
    return parser.parse_args()


def build(name):
    import timm
    import torch
    import torchvision

    torch.manual_seed(1)
    if name in ("ghostnet_100", "mobileone_s0", "repvgg_a0"):
        network = timm.create_model(name, pretrained=False)
    elif name == "googlenet":
        network = torchvision.models.googlenet(weights=None, aux_logits=False, init_weights=True)
    else:
        network = torchvision.models.get_model(name, weights=None)
    # A normalisation as initialised is close to the identity and would hide what it does; weights as
    # initialised let the image fade away before the classifier.
    for module in network.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            torch.nn.init.kaiming_normal_(module.weight)
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.6, 1.4)
            torch.nn.init.normal_(module.bias, std=0.1)
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.6, 1.4)
    return network.eval()


def export(name, side, path):
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            build(name), (torch.zeros(1, 3, side, side),), str(path), input_names=["input"],
            output_names=["logits"], opset_version=17, dynamo=False,
            dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}},
        )  # fmt: skip


def write_data(folder, side):
    folder.mkdir(parents=True, exist_ok=True)
    random = numpy.random.default_rng(1)
    images = random.integers(0, 256, (IMAGES, 3, side, side), numpy.uint8)
    numpy.save(folder / "images.npy", images)
    numpy.save(folder / "labels.npy", numpy.arange(IMAGES, dtype=numpy.uint8))


def write_environment(path, macs):
    definition = {
        "kind": "amc", "name": "architectures", "preprocessing": "imagenet",
        "budget": {"macs": float(macs)}, "episodes": 1, "widths": "all", "smallestKeep": 0.05,
        "validationImages": 2, "calibrationImages": 2, "batch": 2, "baselines": [],
        "pruning": {"criterion": "l1", "reconstruction": "none"},
    }  # fmt: skip
    path.mkdir(parents=True, exist_ok=True)
    (path / "environment.json").write_text(json.dumps(definition))


def espalier(options, *command):
    done = subprocess.run([options.espalier, *map(str, command)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr else "no message")
    return done.stdout


def withhold(weight, node, kept, channels):
    """Zeroes the weights of a layer that read other channels than the kept ones."""
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    removed = numpy.setdiff1d(numpy.arange(channels), kept)
    if node.op_type == "Conv":
        width = weight.shape[1]
        rows = weight.shape[0] // attributes.get("group", 1)
        for channel in removed:
            group = channel // width
            weight[group * rows : (group + 1) * rows, channel % width] = 0
    elif node.op_type == "Gemm" and attributes.get("transB", 0):
        weight[:, removed] = 0
    else:
        weight[removed] = 0


def mask(model, policy):
    """The original network without what the policy removes."""
    nodes = {node.name: node for node in model.graph.node}
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    for layer in policy["layers"]:
        if "keptInputIndices" not in layer:
            continue
        node = nodes[layer["name"]]
        weight = onnx.numpy_helper.to_array(tensors[node.input[1]]).copy()
        withhold(weight, node, layer["keptInputIndices"], layer["inputChannels"])
        tensors[node.input[1]].CopyFrom(onnx.numpy_helper.from_array(weight, node.input[1]))
    return model


def logits(model, images):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: images})[0]


def difference(a, b):
    return float(numpy.abs(a - b).max() / numpy.abs(b).max())


def examine(name, options, folder):
    side = NETWORKS[name]
    data, run = folder / f"data{side}", folder / f"run-{name}"
    model = folder / f"{name}.onnx"
    if not model.exists():
        export(name, side, model)
    write_data(data, side)
    write_environment(folder / "environment", options.macs)
    given = ["--model", model, "--data", f"npy:{data}"]
    environment = folder / "environment"
    shutil.rmtree(run, ignore_errors=True)
    groups = json.loads(espalier(options, "check", environment, *given, "--json"))["groups"]
    result = json.loads(
        espalier(
            options, "search", environment, *given, "--agent", "uniform", "--seed", 1, "--output",
            run, "--json"
        )
    )  # fmt: skip
    policy = json.loads(pathlib.Path(result["policy"]).read_text())
    compressed = run / "compressed.onnx"
    images = numpy.random.default_rng(2).normal(size=(2, 3, side, side)).astype(numpy.float32)
    numpy.save(folder / "input.npy", images)
    output = folder / f"out-{name}"
    espalier(
        options, "run", compressed, "--input", f"input={folder / 'input.npy'}", "--output", output
    )
    sliced = logits(str(compressed), images)
    masked = logits(mask(onnx.load(model), policy).SerializeToString(), images)
    ours = numpy.load(output / "logits.npy")
    errors = difference(sliced, masked), difference(ours, sliced)
    before, after = policy["original"]["macs"], policy["compressed"]["macs"]
    prunable = sum("obstacle" not in group for group in groups)
    passed = max(errors) <= TOLERANCE and after <= float(options.macs) * before
    print(
        f"{name:20} groups {len(groups):4} prunable {prunable:4} "
        f"MACs {before / 1e6:9.2f} M -> {after / 1e6:9.2f} M ({after / before:.4f}) "
        f"masked {errors[0]:.1e} ours {errors[1]:.1e} {'ok' if passed else 'FAILS'}",
        flush=True,
    )
    return passed


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        passed = True
        for name in options.networks:
            try:
                passed &= examine(name, options, folder)
            except Exception as error:  # one network that fails leaves the others to be tried
                print(f"{name:20} FAILS: {error}", flush=True)
                passed = False
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
