#!/usr/bin/env python3
"""Checks that dependencies between the modules point down only, and that long files say why.

Reads the manifest (`swift package dump-package`) and the imports in the sources, since SwiftPM
lets a file import what its target reaches only through others. Prints one sentence per violation.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

# The layer of each module: it depends only on modules of lower layers, but for WITHIN_A_LAYER.
LAYERS = {
    "COpenBLAS": 0,
    "CKernels": 0,
    "Units": 0,
    "Tensors": 1,
    "Hardware": 1,
    "CompressionPolicies": 1,
    "Networks": 2,
    "Reinforcement": 3,
    "Interchange": 3,
    "Datasets": 3,
    "Compression": 4,
    "CompressionEnvironments": 5,
    "Calibration": 5,
    "ArchitectureSearch": 5,
    "Espalier": 6,
    "EspalierCommands": 7,
    "EspalierTool": 8,
    "ExamplePlugIns": 7,
    "ExampleTool": 8,
}
# Within a layer, who may stand on whom: data sets are read from NumPy files, which Interchange owns.
WITHIN_A_LAYER = {("Datasets", "Interchange")}
# Learning to act knows nothing about what is acted on.
SPEAKS_OF_COMPRESSION = re.compile(r"Compression")
# These serve other programs on their own.
UNITS_ALONE = ["Hardware", "CompressionPolicies"]
# The C targets, behind the one module that calls them.
C_TARGETS = ["CKernels", "COpenBLAS"]
C_CALLER = "Tensors"

LONGEST_FILE = 300
IMPORT = re.compile(
    r"^\s*(?P<attributes>(?:@\w+(?:\([^)]*\))?\s+)*)"
    r"(?:(?P<access>public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(?P<module>\w+)"
)


def swift_files(root, *folders):
    for folder in folders:
        for file in sorted((root / folder).rglob("*.swift")):
            hidden = any(part.startswith(".") for part in file.relative_to(root).parts)
            if not hidden and not file.name.endswith(".pb.swift"):
                yield file


def read_manifest(root):
    """The manifest as `swift package dump-package` prints it."""
    command = ["swift", "package", "--package-path", str(root), "dump-package"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def declared_dependencies(manifest):
    """Target → names of the targets and products that the manifest lets it depend on."""
    dependencies = {}
    for target in manifest["targets"]:
        in_tests = (target.get("path") or "").startswith("Tests/")
        if target["type"] in ("test", "plugin", "macro") or in_tests:
            continue
        names = set()
        for dependency in target["dependencies"]:
            for kind in ("byName", "target", "product"):
                if kind in dependency:
                    names.add(dependency[kind][0])
        dependencies[target["name"]] = names
    return dependencies


def imports(root, folder):
    """Each import below a folder: file, line number, line, access and module."""
    for file in swift_files(root, folder):
        lines = file.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            found = IMPORT.match(line)
            if found:
                yield file.relative_to(root), number, found["access"], found["module"]


def reachable(target, dependencies):
    """Everything that a target depends on, through others too."""
    seen, open_targets = set(), [target]
    while open_targets:
        for name in dependencies.get(open_targets.pop(), ()):
            if name not in seen:
                seen.add(name)
                open_targets.append(name)
    return seen


def check_dependencies(dependencies, tests):
    for target, names in sorted(dependencies.items()):
        if target not in LAYERS:
            yield f"{target} has no layer in Scripts/check-layers.py"
            continue
        for name in sorted(names):
            if name in tests:
                yield f"{target} depends on {name}, which belongs to the tests"
            elif (
                name in LAYERS
                and LAYERS[name] >= LAYERS[target]
                and (target, name) not in WITHIN_A_LAYER
            ):
                yield (
                    f"{target} (layer {LAYERS[target]}) depends on {name} "
                    f"(layer {LAYERS[name]}): dependencies point to lower layers only"
                )
            if name in C_TARGETS and target != C_CALLER:
                yield f"{target} depends on {name}: only {C_CALLER} does"
    for name in sorted(reachable("Reinforcement", dependencies)):
        if SPEAKS_OF_COMPRESSION.search(name):
            yield f"Reinforcement depends on {name}: it knows nothing about compression"
    for target in UNITS_ALONE:
        for name in sorted(dependencies.get(target, set()) - {"Units"}):
            yield f"{target} depends on {name}: it depends on Units alone"


def check_imports(root, dependencies):
    """Imports of the C targets; every other import is added to the dependencies."""
    for folder in ["Sources", "Environments"]:
        for file, number, access, module in imports(root, folder):
            target = file.parts[1] if folder == "Sources" else None
            if module in C_TARGETS and (target != C_CALLER or access != "internal"):
                yield f"{file}:{number}: {module} is imported by {C_CALLER} alone, as `internal import`"
            elif target in dependencies and module in LAYERS:
                dependencies[target].add(module)


def check_lengths(root):
    for file in swift_files(root, "Sources", "Tests", "Environments"):
        lines = file.read_text(encoding="utf-8").splitlines()
        first = lines[0].strip() if lines else ""
        says_why = first.startswith(("//", "/*")) and len(first.split()) >= 5
        if len(lines) > LONGEST_FILE and not says_why:
            yield (
                f"{file.relative_to(root)} has {len(lines)} lines: above {LONGEST_FILE}, "
                "the first line is a comment that says why"
            )


def main():
    here = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, default=here, help="the package's folder")
    parser.add_argument("--manifest", type=pathlib.Path, help="a saved dump-package")
    options = parser.parse_args()
    root = options.root.resolve()
    if options.manifest:
        manifest = json.loads(options.manifest.read_text(encoding="utf-8"))
    else:
        manifest = read_manifest(root)
    dependencies = declared_dependencies(manifest)
    tests = {target["name"] for target in manifest["targets"]} - set(dependencies)
    # Imports first: they add to the dependencies.
    violations = [
        *check_imports(root, dependencies),
        *check_dependencies(dependencies, tests),
        *check_lengths(root),
    ]
    for violation in violations:
        print(f"check-layers: {violation}", file=sys.stderr)
    if not violations:
        print(f"check-layers: {len(dependencies)} modules, all dependencies point down")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
