#!/usr/bin/env python3
"""Fits the constants of Devices/vu9p-bismo.json to HAQ's table of latencies, and prints how well they do.

Takes the table as CSV with the columns layer_index, kind (conv, dw, pw or fc), in_ch, out_ch, kernel,
out_hw, batch, w_bits, a_bits and cycles. Needs NumPy. The model's page,
Sources/Hardware/Models/BitSerialArray/README.md, has the equations and these numbers.
"""

import csv
import sys

import numpy

WEIGHTS = numpy.arange(1, 9)[:, None] * numpy.ones((1, 8))
ACTIVATIONS = WEIGHTS.T
GRID = {
    "depth": [64, 96, 128, 160, 192, 224, 256, 288, 320, 384, 512],
    "cyclesPerWeightVector": numpy.arange(0.5, 2.01, 0.05).round(2),
    "cyclesPerActivationVector": numpy.arange(0.5, 2.01, 0.05).round(2),
    "exposedActivations": numpy.arange(0, 2.01, 0.05).round(2),
    "depthwiseChannels": [4, 8, 16, 32, 64],
    "depthwiseCyclesPerWeight": numpy.arange(0, 4.01, 0.1).round(1),
}
ROWS, COLUMNS = [8, 16, 32, 48, 64, 96, 128], [1, 2, 3, 4, 6, 8, 16]
START = {
    "rows": 32, "columns": 8, "depth": 192, "cyclesPerWeightVector": 1.0,
    "cyclesPerActivationVector": 1.0, "exposedActivations": 1.0, "depthwiseChannels": 16,
    "depthwiseCyclesPerWeight": 1.0, "denseWeightBitsPerCycle": 25.6,
}


def read(path):
    """Layers, and their cycles by weight bits - 1 and activation bits - 1."""
    layers, cycles = {}, numpy.zeros((53, 8, 8))
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            index = int(row["layer_index"])
            layers[index] = {
                "kind": row["kind"], "inputs": int(row["in_ch"]), "outputs": int(row["out_ch"]),
                "kernel": int(row["kernel"]) ** 2, "positions": int(row["out_hw"]) ** 2,
                "images": int(row["batch"]),
            }
            cycles[index, int(row["w_bits"]) - 1, int(row["a_bits"]) - 1] = int(row["cycles"])
    return [layers[index] for index in range(53)], cycles


def model(layer, c):
    positions, outputs, kernel = layer["positions"], layer["outputs"], layer["kernel"]
    if layer["kind"] == "fc":
        return WEIGHTS * layer["inputs"] * outputs / c["denseWeightBitsPerCycle"]
    if layer["kind"] == "dw":
        passes = numpy.ceil(outputs / c["depthwiseChannels"])
        weights = c["depthwiseCyclesPerWeight"] * kernel * WEIGHTS
        activations = c["cyclesPerActivationVector"] * ACTIVATIONS * positions
        return numpy.ceil(layer["images"] * passes * numpy.maximum(activations, weights))
    vectors = numpy.ceil(kernel * layer["inputs"] / c["depth"])
    units = c["rows"] * c["columns"]
    compute = WEIGHTS * ACTIVATIONS * vectors * outputs * max(positions, c["rows"]) / units
    weights = c["cyclesPerWeightVector"] * WEIGHTS * outputs * vectors
    activations = c["cyclesPerActivationVector"] * ACTIVATIONS * positions * vectors
    streamed = numpy.maximum(weights, compute + c["exposedActivations"] * activations)
    cycles = numpy.maximum(numpy.minimum(streamed, weights + compute), activations)
    return numpy.ceil(layer["images"] * cycles)


def error(layers, cycles, constants, indices):
    """The mean absolute relative error over layers and bits."""
    errors = [numpy.abs(model(layers[i], constants) / cycles[i] - 1).mean() for i in indices]
    return float(numpy.mean(errors))


def fit(layers, cycles, indices):
    """Coordinate descent on the grid, rows and columns together."""
    best = dict(START)
    while True:
        before = dict(best)
        pairs = [(r, n) for r in ROWS for n in COLUMNS]
        best["rows"], best["columns"] = min(
            pairs,
            key=lambda p: error(layers, cycles, {**best, "rows": p[0], "columns": p[1]}, indices))
        for name, values in GRID.items():
            best[name] = min(
                values, key=lambda v: error(layers, cycles, {**best, name: v}, indices))
        if best == before:
            return best


def ranks(values):
    order = numpy.argsort(values.ravel(), kind="stable")
    result = numpy.empty(len(order))
    result[order] = numpy.arange(len(order))
    return result


def tiles(layer):
    """BISMO's whole tiles of 64 x 4 at a depth of 256, with a port for either side."""
    if layer["kind"] in ("fc", "dw"):
        return model(layer, {**START, "depthwiseCyclesPerWeight": 0})
    vectors = numpy.ceil(layer["kernel"] * layer["inputs"] / 256)
    execute = numpy.ceil(layer["outputs"] / 4) * numpy.ceil(layer["positions"] / 64)
    cycles = numpy.maximum(WEIGHTS * ACTIVATIONS * execute, WEIGHTS * layer["outputs"])
    cycles = numpy.maximum(cycles, ACTIVATIONS * layer["positions"])
    return layer["images"] * vectors * cycles


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: fit-bit-serial-array.py TABLE.csv")
    layers, cycles = read(sys.argv[1])
    everything = range(len(layers))
    for title, rule in [
        ("(i + i//3) mod 3 = 2 held out", lambda i: (i + i // 3) % 3 == 2),
        ("i mod 3 = 2 held out: all that project back", lambda i: i % 3 == 2),
    ]:
        held = [i for i in everything if rule(i)]
        fitted = [i for i in everything if not rule(i)]
        apart = [i for i in held if all(layers[i] != layers[j] for j in fitted)]
        constants = fit(layers, cycles, fitted)
        ours = numpy.array([model(layer, constants) for layer in layers])
        print(title, {name: float(value) for name, value in constants.items()})
        for name, indices in [
            ("fitted", fitted), ("held out", held), ("of a shape of their own", apart),
            ("all", everything),
        ]:
            print(f"  {len(indices)} {name}: {error(layers, cycles, constants, indices):.4f}")
        print(f"  largest {numpy.abs(ours / cycles - 1).max():.3f}",
              f"Spearman {numpy.corrcoef(ranks(ours), ranks(cycles))[0, 1]:.4f}")
        for w, a in [(b, b) for b in range(1, 9)] + [(4, 8), (8, 4)]:
            ratio = ours[:, w - 1, a - 1].sum() / cycles[:, w - 1, a - 1].sum()
            print(f"  w{w}a{a} {100 * (ratio - 1):+.2f} %")
    whole = [numpy.abs(tiles(layers[i]) / cycles[i] - 1).mean() for i in everything]
    print(f"whole tiles of BISMO, a port for either side: {numpy.mean(whole):.4f}")


if __name__ == "__main__":
    main()
