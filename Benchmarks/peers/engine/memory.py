#!/usr/bin/env python3
"""What ONNX Runtime needs of memory to load a model and run it; prints one JSON object.

Usage: memory.py MODEL BATCH. Linux alone. Everything that Python needs is loaded before the count begins."""

import json
import pathlib
import sys

import numpy
import onnxruntime

PASSES = 5


def resident(field):
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return 1024 * int(line.split()[1])
    raise SystemExit(f"memory.py: no {field}")


def main():
    model, batch = sys.argv[1], int(sys.argv[2])
    now, peak = resident("VmRSS"), resident("VmHWM")
    try:
        # The peak counts anew, so that what importing took is left out.
        pathlib.Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, settings, providers=["CPUExecutionProvider"])
    value = session.get_inputs()[0]
    images = numpy.full((batch, *value.shape[1:]), 0.5, numpy.float32)
    for _ in range(PASSES):
        session.run(None, {value.name: images})
    after = resident("VmHWM")
    print(json.dumps({
        "baselineBytes": now, "peakBytes": max(peak, after), "increaseBytes": after - now}))


main()
