#!/usr/bin/env python3
"""Checks the published and the golden policies against Policies/policy.schema.json.

Also damages a golden policy in ways that the schema must refuse. Needs the Python package
jsonschema (4.0 or newer); without it, says so and succeeds.
"""

import copy
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "Policies" / "policy.schema.json"
GOLDEN = ROOT / "Tests" / "CompressionPoliciesTests" / "Golden"
REMOVED = object()

# Path in Golden/joint.json, and the value that the schema must refuse there.
DAMAGES = [
    (["schemaVersion"], 2),
    (["device"], None),
    (["model"], REMOVED),
    (["model", "file"], "models/a.onnx"),
    (["model", "file"], ".."),
    (["model", "sha256"], "ABC"),
    (["search", "seed"], -1),
    (["search", "rewards"], 1),
    (["original", "macs"], 1.5),
    (["original", "latencySeconds"], -1),
    (["compressed", "top1"], 101),
    (["compressed", "fineTuned"], {}),
    (["pruning", "calibration"], REMOVED),
    (["pruning", "calibration", "images"], 0),
    (["pruning", "normalization"], ""),
    (["pruning"], {"criterion": "l1", "reconstruction": "none", "normalization": "reestimate"}),
    (["pruning", "stages"], [0.5, 0]),
    (["pruning", "fineTuned"], 1),
    (["layers", 0, "weightBits"], 0),
    (["layers", 0, "activationBits"], 33),
    (["layers", 0, "density"], 0),
    (["layers", 1, "inputChannels"], REMOVED),
    (["layers", 1, "keptInputChannels"], REMOVED),
    (["layers", 1, "keptInputIndices"], []),
    (["layers", 1, "keptInputIndices"], [0, 0, 1, 2, 3]),
    (["layers", 1, "weightBit"], 4),
    (["layers", 2, "name"], ""),
    (["layers", 2, "weightBits"], REMOVED),
]


def damaged(policy, path, value):
    policy = copy.deepcopy(policy)
    place = policy
    for step in path[:-1]:
        place = place[step]
    if value is REMOVED:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return policy


def main():
    try:
        import jsonschema
    except ImportError:
        print("check-policies: skipped, the Python package jsonschema is not installed")
        return 0
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    faults = []
    # What others published stands in a form of its own.
    own = [file for file in SCHEMA.parent.rglob("*.json") if file.parent.name != "published"]
    files = [*sorted(own), *sorted(GOLDEN.glob("*.json"))]
    files.remove(SCHEMA)
    for file in files:
        for error in validator.iter_errors(json.loads(file.read_text(encoding="utf-8"))):
            faults.append(f"{file.relative_to(ROOT)}: {error.json_path}: {error.message}")
    golden = json.loads((GOLDEN / "joint.json").read_text(encoding="utf-8"))
    for path, value in DAMAGES:
        if validator.is_valid(damaged(golden, path, value)):
            faults.append(f"the schema accepts a wrong value at {path}")
    for fault in faults:
        print(f"check-policies: {fault}", file=sys.stderr)
    if not faults:
        print(f"check-policies: {len(files)} policies fit, {len(DAMAGES)} damaged ones do not")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
