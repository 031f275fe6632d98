#!/usr/bin/env python3
"""Checks the device files in Devices/: fields, a unit and a source on every constant, names as files.

Whether each makes a cost model is for `Tests/HardwareTests` to say. Prints one sentence per violation.
"""

import json
import pathlib
import sys

FIELDS = {"name", "summary", "model", "constants"}
CONSTANT = {"value", "unit", "source"}


def is_value(value):
    """A number, a text or a list of whole numbers."""
    if isinstance(value, list):
        return bool(value) and all(type(item) is int for item in value)
    return type(value) in (int, float, str) and value != ""


def violations(path):
    try:
        device = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        yield f"is no JSON: {error}"
        return
    if not isinstance(device, dict) or set(device) != FIELDS:
        yield f"expected an object with the fields {', '.join(sorted(FIELDS))}"
        return
    if device["name"] != path.stem:
        yield f"field 'name': expected the file's name '{path.stem}', found {device['name']!r}"
    for field in ("summary", "model"):
        if not isinstance(device[field], str) or not device[field].strip():
            yield f"field '{field}': expected a text"
    if not isinstance(device["constants"], dict) or not device["constants"]:
        yield "field 'constants': expected an object with constants"
        return
    for name, constant in device["constants"].items():
        if not isinstance(constant, dict) or set(constant) != CONSTANT:
            yield f"constant '{name}': expected the fields {', '.join(sorted(CONSTANT))}"
            continue
        if not is_value(constant["value"]):
            yield f"constant '{name}': expected a number, a text or a list of whole numbers"
        for field in ("unit", "source"):
            if not isinstance(constant[field], str) or not constant[field].strip():
                yield f"constant '{name}': expected a {field}"


def main():
    folder = pathlib.Path(__file__).resolve().parent.parent / "Devices"
    files = sorted(folder.glob("*.json"))
    found = [f"{path.name}: {sentence}" for path in files for sentence in violations(path)]
    if not files:
        found.append("Devices/ holds no device")
    for sentence in found:
        print(f"check-devices: {sentence}", file=sys.stderr)
    if found:
        sys.exit(1)
    print(f"check-devices: {len(files)} devices, clean")


if __name__ == "__main__":
    main()
