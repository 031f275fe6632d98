#!/usr/bin/env bash
# Makes sure that what Espalier is built with is there: Swift 6 and OpenBLAS.
#
# Quiet and quick when both are. On Debian and Ubuntu a missing OpenBLAS is installed; everything
# else is for you to install, and the last line says what.
set -euo pipefail

if ! command -v swift > /dev/null; then
  echo "install-dependencies: Swift is missing; install 6.0 or newer from https://www.swift.org/install" >&2
  exit 1
fi

# The package links with -lopenblas and includes no header of it, so the linker is whom to ask.
has_openblas() {
  local compiler
  for compiler in clang cc gcc; do
    if command -v "$compiler" > /dev/null; then
      echo 'int main(void) { return 0; }' \
        | "$compiler" -x c - -o /dev/null -lopenblas 2> /dev/null
      return
    fi
  done
  [ -n "$(find /usr/lib /usr/lib64 /usr/local/lib -name 'libopenblas.so' 2> /dev/null | head -n 1)" ]
}

if has_openblas; then exit 0; fi

if ! command -v apt-get > /dev/null; then
  echo "install-dependencies: OpenBLAS is missing; install its development package" \
    "(Fedora: openblas-devel, Arch: openblas, Alpine: openblas-dev) and run this again" >&2
  exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo > /dev/null; then
    echo "install-dependencies: OpenBLAS is missing; as root, run: apt-get install libopenblas-dev" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "install-dependencies: OpenBLAS is missing; installing libopenblas-dev with apt-get" >&2
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
  apt-get install --yes --no-install-recommends libopenblas-dev)
# Package lists that are old or not there make the first try fail.
if ! "${install[@]}" > /dev/null 2>&1; then
  "${as_root[@]}" apt-get update
  "${install[@]}"
fi
if ! has_openblas; then
  echo "install-dependencies: libopenblas-dev is installed and yet cannot be linked with" >&2
  exit 1
fi
