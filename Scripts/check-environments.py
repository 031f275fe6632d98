#!/usr/bin/env python3
"""Checks the named environments against Environments/environment.schema.json.

Also damages some of them in ways that the schema must refuse, and holds the schema's field names against
those that the sources know. Needs the Python package jsonschema (4.0 or newer); without it, says so and succeeds.
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "Environments" / "environment.schema.json"

# What the schema must refuse, laid over a definition.
DAMAGES = [
    ("glyphs-amc", {"episods": 3}),
    ("glyphs-amc", {"kind": "process"}),
    ("glyphs-amc", {"smallestKeep": 0}),
    ("glyphs-amc", {"agent": {"layers": 3}}),
    ("glyphs-amc", {"agent": {"noise": {"shape": "pink"}}}),
    ("glyphs-amc", {"evaluator": {"kind": "process"}}),
    ("glyphs-amc", {"baselines": ["best"]}),
    ("glyphs-amc", {"pruning": {"criterion": "l3"}}),
    ("glyphs-amc", {"fineTuning": {"epoch": 3}}),
    ("glyphs-haq", {"quantization": {"actionMap": "equal"}}),
    ("glyphs-haq", {"quantization": {"episodeTraining": {"learningRate": 0.1}}}),
    ("glyphs-amc", {"budget": {"mac": 0.5}}),
    ("glyphs-amc", {"budget": {}}),
    ("glyphs-amc", {"$schema": 3}),
    ("glyphs-amc", {"evaluator": {"kind": "process", "command": [""]}}),
    ("gymnasium-pendulum", {"command": [""]}),
    ("gymnasium-pendulum", {"$schema": None}),
    ("pendulum", {"command": ["true"]}),
    ("pendulum", {"steps": 0}),
    ("gymnasium-pendulum", {"command": []}),
    ("gymnasium-pendulum", {"options": {}}),
    ("gymnasium-pendulum", {"model": "x.onnx"}),
]


def source_fields(file, *beginnings):
    """The texts in the lists that begin with one of some words."""
    text = (ROOT / "Sources" / file).read_text(encoding="utf-8")
    names = set()
    for beginning in beginnings:
        start = text.index(beginning)
        names |= set(re.findall(r'"(\w+)"', text[start:text.index("]", text.index("[", start + len(beginning)))]))
    return names


def check_names(schema):
    search = schema["$defs"]["search"]["properties"]
    pairs = [
        ("search", schema["$defs"]["search"],
         source_fields("Espalier/Environments/EnvironmentDefinition.swift", "static let fields =")
         | source_fields("Espalier/Environments/WeightPruningSettings.swift", "static let fields =")),
        ("task", schema["$defs"]["task"],
         source_fields("Espalier/Tasks/TaskDefinition.swift", "static let fields =")
         | source_fields("Espalier/Plugins/ProcessSettings.swift", "static let fields =")),
        ("quantization", search["quantization"],
         source_fields("Espalier/Environments/QuantizationSettings.swift", "static let fields =")),
        ("pruning", search["pruning"],
         source_fields("Espalier/Environments/EnvironmentDefinition.swift", 'reader["pruning"] else')
         - {"pruning"}),
        ("fineTuning", search["fineTuning"],
         source_fields("Espalier/FineTuning/FineTuningSettings.swift", "otherThan:")),
    ]
    for name, part, known in pairs:
        # What editors read says nothing about the field's neighbours.
        for field in sorted(known ^ (set(part["properties"]) - {"$schema"})):
            yield f"{name}: the field '{field}' is known to the schema or to the sources alone"


def main():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    faults = list(check_names(schema))
    try:
        import jsonschema
    except ImportError:
        print("check-environments: the Python package jsonschema is missing; names alone are checked")
        jsonschema = None
    files = sorted(ROOT.glob("Environments/*/environment.json"))
    files += sorted(ROOT.glob("Environments/examples/*/environment.json"))
    if jsonschema:
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        definitions = {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}
        for name, definition in definitions.items():
            faults += [f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(definition)]
        for name in definitions:
            if not validator.is_valid({"$schema": "../environment.schema.json", **definitions[name]}):
                faults.append(f"the schema refuses $schema in {name}")
        if validator.is_valid({}):
            faults.append("the schema accepts an empty object")
        for name, damage in DAMAGES:
            if validator.is_valid({**definitions[name], **damage}):
                faults.append(f"the schema accepts {damage} in {name}")
    for fault in faults:
        print(f"check-environments: {fault}", file=sys.stderr)
    if not faults:
        print(f"check-environments: {len(files)} environments, {len(DAMAGES)} damages")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
