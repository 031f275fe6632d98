#!/usr/bin/env bash
# Compiles the C kernels for aarch64 and, under an emulator or on such a processor, compares the NEON path
# with the portable one.
#
# On x86-64 it needs clang, a linker and C library for aarch64, and qemu (Debian: apt-get install
# gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user); what is missing is left out, and said.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  echo "check-neon: skipped, $1"
  exit 0
}

command -v clang > /dev/null || skip "there is no clang"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
options=(-O2 -Wall -Wextra -Werror -ISources/CKernels -ISources/CKernels/include)
run=()
if [ "$(uname -m)" != aarch64 ]; then
  clang --print-targets 2> /dev/null | grep -q aarch64 || skip "this clang cannot compile for aarch64"
  [ -d /usr/aarch64-linux-gnu/include ] || skip "there is no C library for aarch64"
  command -v aarch64-linux-gnu-gcc > /dev/null || skip "there is no linker for aarch64"
  options+=(--target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include)
  run=(qemu-aarch64 -L /usr/aarch64-linux-gnu)
fi
for file in Sources/CKernels/*.c Scripts/check-neon.c; do
  clang "${options[@]}" -c "$file" -o "$folder/$(basename "$file" .c).o"
done
echo "check-neon: the kernels compile for aarch64"
link=(clang)
[ ${#run[@]} -eq 0 ] || link=(aarch64-linux-gnu-gcc)
"${link[@]}" "$folder"/*.o -lm -o "$folder/check-neon"
if [ ${#run[@]} -gt 0 ] && ! command -v "${run[0]}" > /dev/null; then
  skip "there is no ${run[0]} to run them"
fi
"${run[@]}" "$folder/check-neon"
