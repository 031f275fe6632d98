#!/usr/bin/env python3
"""Runs the operator test vectors of the Python package `onnx` through `espalier run`.

Usage: onnx-node-tests.py ESPALIER [--only TEXT] [--keep FOLDER] [--list]

Needs Python 3, onnx and numpy. Every case is a small model with inputs and reference outputs. What
is asked of a case:

- all of its operators are ours and its first input is float32: it must pass;
- any other case: it passes, or `espalier` ends with exit code 1 and exactly one line on standard
  error that begins with 'espalier: '. EXCEPTIONS lists cases of our operators that are such.

A crash, a hang, and an answer that differs from the reference are failures whoever's case it is.
"""

import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnx.numpy_helper
from onnx.backend.test.loader import load_model_tests

SECONDS = 20
RTOL, ATOL = 1e-3, 1e-5
SOURCES = pathlib.Path(__file__).resolve().parent.parent / "Sources" / "Networks"

# Cases of our operators that ask for what Espalier does not have, and why. They must be refused.
EXCEPTIONS = [
    (
        r"test_cast(like)?_(no_saturate_|e8m0_)?FLOAT_to_"
        r"(B?FLOAT16|FLOAT8\w+|FLOAT4E2M1|U?INT[24]|STRING)(_expanded)?",
        "attribute 'to' names a type that none of our files hold",
    ),
    (
        r"test_quantizelinear_(blocked_(a)?symmetric|u?int(2|4|16)|float4e2m1|e4m3fn|e5m2)",
        "quantizes to a type other than uint8 and int8, or in blocks",
    ),
    (
        r"test_resize_(\w*cubic\w*|tf_crop_and_resize\w*|\w*antialias|\w*not_(larger|smaller))",
        "cubic interpolation, antialiasing, regions of interest, kept aspect ratios",
    ),
    (
        r"test_pow_types_float32_u?int(32|64)",
        "an exponent of another type than its base",
    ),
    (
        r"test_training_dropout(_default)?(_mask)?",
        "input 'training_mode' asks for the random numbers of one NumPy generator",
    ),
]


def supported_operators():
    """The operators of OperatorRegistry and ConstantOperators, read from their sources."""
    names = set()
    for file in (SOURCES / "Operators").rglob("*.swift"):
        names.update(re.findall(r'static let type = "(\w+)"', file.read_text()))
    for file in (SOURCES / "Graph" / "Constants").glob("*.swift"):
        for table in re.findall(r"Rule\] = \[\n(.*?)\n  \]", file.read_text(), re.S):
            names.update(re.findall(r'"(\w+)":', table))
    return names | {"Shape", "Size"}


def exception(name):
    for pattern, reason in EXCEPTIONS:
        if re.fullmatch(pattern, name):
            return reason
    return None


def as_array(value):
    """A test's value as a NumPy array, None for sequences, absent values and packed types."""
    if isinstance(value, onnx.TensorProto):
        value = onnx.numpy_helper.to_array(value)
    return numpy.asarray(value) if isinstance(value, (numpy.ndarray, numpy.generic)) else None


def plain(array):
    """Whether NumPy can write the array so that any reader knows its type."""
    return array is not None and array.dtype.kind in "fiubc"


class Case:
    def __init__(self, test, operators):
        self.name = test.name
        self.model = test.model
        self.inputs, self.outputs = (list(map(as_array, set)) for set in test.data_sets[0])
        self.rtol = max(test.rtol, RTOL)
        self.atol = max(test.atol, ATOL)
        self.operators = {node.op_type for node in test.model.graph.node}
        first = self.inputs[0] if self.inputs else None
        domains = {node.domain for node in test.model.graph.node}
        ours = self.operators <= operators and domains <= {"", "ai.onnx"}
        floats = not self.inputs or (plain(first) and first.dtype == numpy.float32)
        self.reason = exception(self.name)
        self.required = ours and floats and self.reason is None

    def run(self, tool, root):
        """What is wrong with the case, whether it passed, and what the tool said."""
        folder = root / self.name
        folder.mkdir()
        onnx.save(self.model, folder / "model.onnx")
        command = [tool, "run", folder / "model.onnx", "--output", folder / "out"]
        command += ["--threads", "1", "--quiet"]
        for value, array in zip(self.model.graph.input, self.inputs):
            if plain(array):
                file = folder / (value.name.replace("/", "_") + ".npy")
                numpy.save(file, array)
                command += ["--input", f"{value.name}={file}"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return f"still running after {SECONDS} s", False, ""
        said = done.stderr.strip()
        if done.returncode < 0:
            return f"ended by signal {-done.returncode}", False, said
        if done.returncode == 0:
            wrong = self.difference(folder / "out")
            return wrong, wrong is None, said
        if done.returncode != 1:
            return f"exit code {done.returncode}", False, said
        if said.count("\n") or not said.startswith("espalier: "):
            return "not one sentence", False, said
        return ("refused" if self.required else None), False, said

    def difference(self, folder):
        for value, expected in zip(self.model.graph.output, self.outputs):
            if expected is None:
                return f"{value.name}: no array was expected"
            file = folder / (value.name.replace("/", "_") + ".npy")
            if not file.exists():
                return f"{value.name}: not written"
            found = numpy.load(file)
            if found.dtype != expected.dtype:
                return f"{value.name}: {found.dtype} and not {expected.dtype}"
            if found.shape != expected.shape:
                return f"{value.name}: shape {found.shape} and not {expected.shape}"
            if expected.dtype.kind != "f":
                if not numpy.array_equal(found, expected):
                    return f"{value.name}: other elements"
            elif not numpy.allclose(found, expected, self.rtol, self.atol, equal_nan=True):
                return f"{value.name}: off by {numpy.nanmax(numpy.abs(found - expected)):.3g}"
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool", type=pathlib.Path, help="the espalier executable")
    parser.add_argument("--only", default="", help="cases whose names hold this text")
    parser.add_argument("--keep", type=pathlib.Path, help="an empty folder for models and arrays")
    parser.add_argument("--list", action="store_true", help="what the tool said to each case")
    arguments = parser.parse_args()
    tool = arguments.tool.resolve()
    operators = supported_operators()
    cases = [
        Case(test, operators)
        for test in load_model_tests(kind="node")
        if test.model is not None and arguments.only in test.name
    ]
    with tempfile.TemporaryDirectory() as temporary:
        root = arguments.keep or pathlib.Path(temporary)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda case: case.run(tool, root), cases))
    failed = passed = refused = required = 0
    for case, (wrong, succeeded, said) in zip(cases, results):
        required += case.required
        passed += succeeded
        if wrong is not None:
            failed += 1
            print(f"{case.name:55} {wrong}{': ' + said.splitlines()[0] if said else ''}")
        elif not succeeded:
            refused += 1
        if arguments.list and wrong is None:
            print(f"{case.name:55} {'passed' if succeeded else said}")
        if succeeded and case.reason:
            print(f"{case.name:55} passes, though excepted because {case.reason}")
    print(f"onnx {onnx.__version__}: {len(cases)} cases, {required} of them required")
    print(f"{passed} passed, {refused} refused with one sentence, {failed} failed")
    sys.exit(1 if failed or not cases else 0)


if __name__ == "__main__":
    main()
