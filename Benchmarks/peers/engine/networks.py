"""ONNX Runtime, the networks that are made up here, and the question whether answers agree."""

import numpy
import onnx
import onnx.helper
import onnx.numpy_helper
import onnxruntime

from contestants import Peer, Wrong

ALLOWED = 1e-4


def session(model, threads):
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    settings.inter_op_num_threads = 1
    settings.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    return onnxruntime.InferenceSession(
        str(model), settings, providers=["CPUExecutionProvider"])


def runtime(model, images, threads=1):
    """ONNX Runtime as a contestant, and its answer to the images."""
    run = session(model, threads)
    feed = {run.get_inputs()[0].name: images}
    label = "ONNX Runtime" if threads == 1 else f"ONNX Runtime, {threads} threads"
    return Peer(label, lambda: run.run(None, feed), work=len(images)), run.run(None, feed)[0]


def images(model, batch):
    """Normal random numbers in the shape that a model's only input has."""
    value = onnx.load(model, load_external_data=False).graph.input[0]
    extents = [d.dim_value for d in value.type.tensor_type.shape.dim][1:]
    return numpy.random.default_rng(1).standard_normal((batch, *extents), dtype=numpy.float32)


def agree(what, ours, theirs, allowed=ALLOWED):
    """Raises when two arrays differ by more than a part of the largest element of theirs."""
    ours, theirs = (numpy.asarray(x, numpy.float64) for x in (ours, theirs))
    if ours.shape != theirs.shape:
        raise Wrong(f"{what}: espalier's shape is {ours.shape}, theirs {theirs.shape}")
    error = numpy.abs(ours - theirs).max() / numpy.abs(theirs).max()
    # Written so that no number at all fails too.
    if not error <= allowed:
        raise Wrong(f"{what}: espalier differs by {error:.2g} of the largest, allowed {allowed:g}")
    return error


def answer(contestant, numbers, folder):
    """What a case of ours makes of these numbers."""
    numpy.save(folder / "input.npy", numbers)
    contestant.engine.ask(
        "answer", case=contestant.description, input=str(folder / "input.npy"),
        output=str(folder / "output.npy"))
    return numpy.load(folder / "output.npy")


def depthwise(channels, extent, path):
    """A file with one 3×3 depthwise convolution with bias, and Relu6; returns weights and bias."""
    random = numpy.random.default_rng(2)
    weights = random.standard_normal((channels, 1, 3, 3), dtype=numpy.float32)
    bias = random.standard_normal(channels, dtype=numpy.float32)
    constants = {
        "weights": weights, "bias": bias, "zero": numpy.float32(0), "six": numpy.float32(6)}
    value = [
        onnx.helper.make_tensor_value_info(name, 1, ["N", channels, extent, extent])
        for name in ("input", "output")]
    nodes = [
        onnx.helper.make_node(
            "Conv", ["input", "weights", "bias"], ["sums"], name="depthwise", group=channels,
            kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        onnx.helper.make_node("Clip", ["sums", "zero", "six"], ["output"], name="relu6")]
    graph = onnx.helper.make_graph(
        nodes, "depthwise", value[:1], value[1:],
        [onnx.numpy_helper.from_array(numpy.asarray(x), name) for name, x in constants.items()])
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=8)
    onnx.save(model, path)
    return weights, bias
