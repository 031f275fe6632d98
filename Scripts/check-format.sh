#!/usr/bin/env bash
# Lints every Swift file with the committed .swift-format; generated *.pb.swift are left out.
set -euo pipefail
cd "$(dirname "$0")/.."

folders=()
for folder in Sources Tests Environments Package.swift; do
  if [ -e "$folder" ]; then folders+=("$folder"); fi
done
find "${folders[@]}" -name '.?*' -prune -o -name '*.swift' ! -name '*.pb.swift' -print0 \
  | sort -z | xargs -0 swift format lint --strict --parallel
echo "check-format: clean"
