#!/usr/bin/env bash
# Runs ONNX's operator test vectors on .build/release/espalier (or the tool named by the first
# argument). The package `onnx` goes into a virtual environment under .build; without a way to get
# it the tests are skipped, with exit code 0.
set -euo pipefail
cd "$(dirname "$0")/.."

tool=${1:-.build/release/espalier}
if [ ! -x "$tool" ]; then
  echo "onnx-node-tests: $tool is not there; swift build -c release --product espalier" >&2
  exit 1
fi
environment=.build/onnx-node-tests/venv
if ! "$environment/bin/python" -c 'import numpy, onnx' 2>/dev/null; then
  mkdir -p "$(dirname "$environment")"
  if ! { python3 -m venv "$environment" \
    && "$environment/bin/pip" install --quiet --disable-pip-version-check onnx numpy; }; then
    echo "onnx-node-tests: skipped, since pip cannot get 'onnx' and 'numpy'"
    exit 0
  fi
fi
exec "$environment/bin/python" -W ignore Scripts/onnx-node-tests.py "$tool" "${@:2}"
