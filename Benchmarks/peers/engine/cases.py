"""What is measured. Each function makes one case ready, having seen that ours and theirs agree."""

import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
from collections.abc import Callable

import numpy

import networks
from contestants import Ours, Skip, Wrong
from measuring import Result, Value

RESNET20 = "resnet20-cifar10.onnx"
PEAK = "multiply-add peak"


@dataclasses.dataclass
class Case:
    name: str
    title: str
    unit: str
    ours: object = None
    others: list = dataclasses.field(default_factory=list)
    # What the case's ratio is about; without it, the fastest of the others.
    reference: str | None = None
    # From work a second to the unit.
    scale: float = 1
    # For cases that one clock alone can measure.
    clock: str | None = None
    # Seconds before each block, where a peer's threads keep turning after their work.
    pause: float = 0
    note: str = ""
    # In place of taking turns.
    measure: Callable | None = None


@dataclasses.dataclass
class Surroundings:
    """What a case is made from: a fresh process of ours, the models, a folder to write into."""

    engine: object
    program: str
    models: pathlib.Path | None
    folder: pathlib.Path
    variants: list

    def model(self, name):
        path = self.models / name if self.models else None
        if not path or not path.exists():
            raise Skip(f"there is no {name} (--models DIR or ESPALIER_MODELS)")
        return path


ALL = {}


def case(*variants):
    """Registers a function under one or several names, each with what sets it apart behind it."""

    def register(make):
        for name, *arguments in variants:
            ALL[name] = (make, arguments)
        return make

    return register


@case(
    ("product-144x16", 144, 16),
    ("product-128x128", 128, 128),
    ("product-256x64", 256, 64),
    ("product-576x64", 576, 64),
    ("product-576x96", 576, 96),
)
def product(name, here, k, outputs):
    description = dict(kind="product", rows=96, k=k, outputs=outputs)
    return Case(
        name, f"product of 96 × {k} and {k} × {outputs}", "GFLOP/s", scale=1e-9,
        ours=Ours(here.engine, **description),
        others=[Ours(here.engine, PEAK, kind="chains")])


def network(here, path, batch, threads=1, label="espalier", **more):
    return Ours(
        here.engine, label, kind="network", model=str(path), batch=batch, threads=threads, **more)


@case(
    ("resnet20", RESNET20, 100, "ResNet-20, 32 × 32"),
    ("mobilenetv2", "mobilenetv2-1.0-224-imagenet.onnx", 10, "MobileNetV2, 224 × 224"),
    ("proxyless", "proxyless-w0.3-r176-imagenet.onnx", 10, "ProxylessNAS 0.3, 176 × 176"),
    ("dscnn", "mlperftiny-dscnn-kws.onnx", 100, "DS-CNN, 49 × 10"),
    ("resnet20-exact", RESNET20, 100, "ResNet-20, convolutions by definition", "exact"),
)
def forward(name, here, file, batch, title, variant="fast"):
    if variant not in here.variants:
        raise Skip(f"this build has no variant '{variant}'")
    path = here.model(file)
    ours = network(here, path, batch, variant=variant)
    images = networks.images(path, batch)
    runtime, theirs = networks.runtime(path, images)
    error = networks.agree(file, networks.answer(ours, images, here.folder), theirs)
    return Case(
        name, f"{title}, batch {batch}", "images/s", ours, [runtime],
        note=f"outputs agree to {error:.1e}")


@case(("resnet20-half",))
def half(name, here):
    whole = here.model(RESNET20)
    ours = network(here, whole, 100, keptMACs=0.5)
    path = here.folder / "half.onnx"
    reply = here.engine.ask("write", case=ours.description, output=str(path))
    images = networks.images(path, 100)
    runtime, theirs = networks.runtime(path, images)
    error = networks.agree("the pruned network", networks.answer(ours, images, here.folder), theirs)
    widths = ", ".join(str(width) for width in sorted(set(reply["widths"])))
    unpruned = network(here, whole, 100, label="espalier, unpruned")
    macs = reply["macs"] / 1e6
    return Case(
        name, "ResNet-20 with half of its MACs, batch 100", "images/s", ours, [unpruned, runtime],
        reference=unpruned.label,
        note=f"{macs:.1f} million MACs, widths {widths}; outputs agree to {error:.1e}")


@case(("resnet20-training", 128))
def training(name, here, batch):
    import torch_training

    ours = Ours(here.engine, kind="training", batch=batch, threads=1)
    path = here.folder / "initial.onnx"
    here.engine.ask("write", case=ours.description, output=str(path))
    random = numpy.random.default_rng(3)
    images = random.standard_normal((batch, 3, 32, 32), dtype=numpy.float32)
    labels = random.integers(0, 10, batch)
    numpy.save(here.folder / "images.npy", images)
    numpy.save(here.folder / "labels.npy", labels)
    losses = here.engine.ask(
        "answer", case=ours.description, input=str(here.folder), output=str(here.folder))["losses"]
    peers, theirs = torch_training.peers(path, images, labels)
    error = max(networks.agree(label, losses, those, 1e-3) for label, those in theirs.items())
    return Case(
        name, f"ResNet-20, training step, batch {batch}", "steps/s", ours, peers,
        note=f"losses of five steps agree to {error:.1e}")


@case(
    ("ddpg-300-300", [300, 300], 64, "secondLayer"),
    ("ddpg-400-300", [400, 300], 256, "input"),
)
def agent(name, here, hidden, batch, entry):
    import torch_agent

    ours = Ours(here.engine, kind="agent", hiddenLayers=hidden, batch=batch, actionEntry=entry)
    experience = numpy.random.default_rng(4).standard_normal(22).astype(numpy.float32)
    numpy.save(here.folder / "experience.npy", experience)
    here.engine.ask(
        "answer", case=ours.description, input=str(here.folder / "experience.npy"),
        output=str(here.folder))
    error = torch_agent.difference(here.folder, experience, hidden, batch, entry)
    if not error <= 1e-3:
        raise Wrong(f"ten updates of the agent differ by {error:.2g} of the way")
    return Case(
        name, f"DDPG update, {hidden[0]}-{hidden[1]}, batch {batch}", "updates/s", ours,
        torch_agent.peers(hidden, batch, entry), reference="PyTorch, eager",
        note=f"ten updates agree to {error:.1e} of the way")


@case(
    ("depthwise-32", 32, 96),
    ("depthwise-16", 16, 192),
    ("depthwise-8", 8, 384),
)
def depthwise(name, here, extent, channels, batch=20):
    import torch_depthwise

    path = here.folder / "depthwise.onnx"
    weights, bias = networks.depthwise(channels, extent, path)
    ours = network(here, path, batch, channelsLast=True)
    images = networks.images(path, batch)
    last = numpy.ascontiguousarray(images.transpose(0, 2, 3, 1))
    peer, theirs = torch_depthwise.peer(images, weights, bias)
    error = networks.agree("depthwise", networks.answer(ours, last, here.folder), theirs)
    return Case(
        name, f"depthwise 3 × 3, {extent} × {extent} × {channels}, {batch} images", "GFLOP/s",
        ours, [peer], scale=2 * 9 * extent * extent * channels * 1e-9,
        note=f"outputs agree to {error:.1e}")


@case(("resnet20-two-threads",))
def threads(name, here):
    if (os.cpu_count() or 1) < 2:
        raise Skip("there is only one processor")
    path = here.model(RESNET20)
    images = networks.images(path, 100)
    runtime, theirs = networks.runtime(path, images, threads=2)
    ours = network(here, path, 100, threads=2, label="espalier, 2 threads")
    error = networks.agree("two threads", networks.answer(ours, images, here.folder), theirs)
    one = network(here, path, 100, label="espalier, 1 thread")
    return Case(
        name, "ResNet-20, two threads, batch 100", "images/s", ours, [one, runtime],
        reference=one.label, clock="wall", pause=0.05, note=f"outputs agree to {error:.1e}")


@case(("resnet20-memory",))
def memory(name, here, rounds=5):
    path = here.model(RESNET20)
    if sys.platform != "linux":
        raise Skip("memory is measured on Linux alone")
    description = dict(kind="network", model=str(path), batch=100, threads=1)
    request = json.dumps({"command": "memory", "case": description}) + "\n"
    script = str(pathlib.Path(__file__).parent / "memory.py")

    def ask(command, text=""):
        done = subprocess.run(command, input=text, capture_output=True, text=True)
        if done.returncode != 0:
            raise Wrong(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-200:]}")
        reply = json.loads(done.stdout)
        if "error" in reply:
            raise Wrong(reply["error"])
        return reply

    def measure():
        pairs = [
            (ask([here.program], request), ask([sys.executable, script, str(path), "100"]))
            for _ in range(rounds)]

        def megabytes(field):
            return [statistics.median(pair[who][field] for pair in pairs) / 1e6 for who in (0, 1)]

        increase, peak = megabytes("increaseBytes"), megabytes("peakBytes")
        ratios = [theirs["increaseBytes"] / ours["increaseBytes"] for ours, theirs in pairs]
        other = Value(
            "ONNX Runtime", increase[1], increase[1] / increase[0], min(ratios), max(ratios))
        return Result(
            name, "ResNet-20, memory of evaluation, batch 100", "MB", "resident set",
            Value("espalier", increase[0]), [other], other.label,
            "less is better: increase over the process just before the model is loaded, theirs "
            f"divided by ours; whole processes {peak[0]:.1f} and {peak[1]:.1f} MB")

    return Case(name, "", "MB", measure=measure)
