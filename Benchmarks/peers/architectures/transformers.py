#!/usr/bin/env python3
"""Runs and calibrates transformers, mixers, a segmenter and a detector with random weights.

Usage: transformers.py ESPALIER [--networks NAME …] [--folder DIR] [--bits 4/8] [--iterations 60]

Needs Python 3 with numpy, torch, torchvision, timm, onnx and onnxruntime. Networks are exported once into
the folder. For each one:

- `espalier run` and ONNX Runtime agree on all outputs to 1e-4 of the largest;
- `espalier calibrate` lowers the distillation error below that of nearest rounding;
- the file that it writes runs in ONNX Runtime, and its outputs are those of `espalier run` but for
  single steps of quantisers.

Prints one line for each network. Ends with 1 when one fails.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy
import onnxruntime

SIDES = {"deit_tiny": 96, "mixer_s32": 96, "mobilevit_xxs": 64, "deeplabv3": 96, "retinanet": 96}
TOLERANCE = 1e-4
# Of a quantised network: one step of a quantiser more or less runs through all that follows.
QUANTIZED_TOLERANCE = 0.1
IMAGES = 24


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("espalier")
    parser.add_argument("--networks", nargs="+", default=list(SIDES), choices=list(SIDES))
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--bits", default="4/8")
    parser.add_argument("--iterations", default="60")
    parser.add_argument("--opset", default="13")
    return parser.parse_args()


def build(name):
    import timm
    import torch
    import torchvision

    class Segmentation(torch.nn.Module):
        """The segmenter without its auxiliary head."""

        def __init__(self):
            super().__init__()
            self.inner = torchvision.models.segmentation.deeplabv3_mobilenet_v3_large(
                weights=None, weights_backbone=None, num_classes=10
            )

        def forward(self, images):
            return self.inner(images)["out"]

    class Detection(torch.nn.Module):
        """Pyramid and heads of the detector, before boxes are decoded."""

        def __init__(self):
            super().__init__()
            detection = torchvision.models.detection
            self.backbone = detection.backbone_utils.resnet_fpn_backbone(
                backbone_name="resnet18", weights=None, returned_layers=[2, 3, 4],
                extra_blocks=torchvision.ops.feature_pyramid_network.LastLevelP6P7(256, 256),
            )  # fmt: skip
            self.head = detection.retinanet.RetinaNetHead(256, 3, 20)

        def forward(self, images):
            found = self.head(list(self.backbone(images).values()))
            return found["cls_logits"], found["bbox_regression"]

    torch.manual_seed(1)
    makers = {
        "deit_tiny": lambda: timm.create_model(
            "deit_tiny_patch16_224", pretrained=False, img_size=96, num_classes=100
        ),
        "mixer_s32": lambda: timm.create_model(
            "mixer_s32_224", pretrained=False, img_size=96, num_classes=100
        ),
        "mobilevit_xxs": lambda: timm.create_model(
            "mobilevit_xxs", pretrained=False, num_classes=100
        ),
        "deeplabv3": Segmentation,
        "retinanet": Detection,
    }
    network = makers[name]()
    # A normalisation as initialised is close to the identity and would hide what it does.
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.6, 1.4)
            torch.nn.init.normal_(module.bias, std=0.1)
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.6, 1.4)
        # Classifiers that begin with zeros say nothing.
        if isinstance(module, torch.nn.Linear) and not module.weight.any():
            torch.nn.init.normal_(module.weight, std=0.05)
    return network.eval()


def export(name, path):
    import torch

    outputs = ["classes", "boxes"] if name == "retinanet" else ["logits"]
    side = SIDES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            build(name), (torch.zeros(2, 3, side, side),), str(path), input_names=["input"],
            output_names=outputs, opset_version=17, dynamo=False,
            dynamic_axes={value: {0: "batch"} for value in ["input"] + outputs},
        )  # fmt: skip


def write_data(folder, side):
    """Smooth random images: noise alone would leave deep layers nothing to tell apart."""
    folder.mkdir(parents=True, exist_ok=True)
    random = numpy.random.default_rng(1)
    coarse = random.integers(0, 256, (IMAGES, 3, 8, 8)).astype(numpy.float32)
    images = coarse.repeat(side // 8, 2).repeat(side // 8, 3)
    images += random.normal(scale=20, size=images.shape)
    numpy.save(folder / "images.npy", images.clip(0, 255).astype(numpy.uint8))
    numpy.save(folder / "labels.npy", numpy.zeros(IMAGES, numpy.uint8))


def espalier(options, *command):
    done = subprocess.run([options.espalier, *map(str, command)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr else "no message")
    return done.stdout


def difference(options, model, images, folder):
    """The largest difference of our outputs from ONNX Runtime's, of the largest of each output."""
    numpy.save(folder / "input.npy", images)
    espalier(
        options, "run", model, "--input", f"input={folder / 'input.npy'}", "--output",
        folder / "out",
    )  # fmt: skip
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    worst = 0.0
    for name, theirs in zip(names, session.run(names, {"input": images})):
        ours = numpy.load(folder / "out" / f"{name}.npy")
        if ours.shape != theirs.shape:
            raise RuntimeError(f"output {name} is {ours.shape} instead of {theirs.shape}")
        worst = max(worst, float(numpy.abs(ours - theirs).max() / numpy.abs(theirs).max()))
    return worst


def examine(name, options, folder):
    side = SIDES[name]
    model, quantized = folder / f"{name}.onnx", folder / f"{name}-quantized.onnx"
    if not model.exists():
        export(name, model)
    data = folder / f"data{side}"
    write_data(data, side)
    pixels = numpy.load(data / "images.npy")[:3].astype(numpy.float32)
    images = pixels / 127.5 - 1
    before = difference(options, model, images, folder)
    report = json.loads(
        espalier(
            options, "calibrate", model, "--data", f"npy:{data}", "--preprocessing", "signed-unit",
            "--bits", options.bits, "--iterations", options.iterations, "--images", IMAGES,
            "--batch", 8, "--opset", options.opset, "--output", quantized, "--json",
        )
    )  # fmt: skip
    after = difference(options, quantized, images, folder)
    passed = (
        before <= TOLERANCE
        and report["loss"] < report["nearestLoss"]
        and after <= QUANTIZED_TOLERANCE
    )
    print(
        f"{name:14} layers {len(report['layers']):3} float {before:.1e} quantised {after:.1e} "
        f"loss {report['nearestLoss']:.3e} -> {report['loss']:.3e} {report['seconds']:6.1f} s "
        f"packed {report['weightBytes'] / 1e6:.2f} MB file {report['fileBytes'] / 1e6:.2f} MB "
        f"{'ok' if passed else 'FAILS'}",
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
                print(f"{name:14} FAILS: {error}", flush=True)
                passed = False
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
