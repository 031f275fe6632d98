#!/bin/sh
# Makes Sources/Interchange/ONNX/Wire/onnx.pb.swift from onnx.proto beside it.
#
# Needs `protoc` (Debian: apt-get install protobuf-compiler) and `protoc-gen-swift` of the same
# version as the SwiftProtobuf package:
#
#   git clone --branch 1.39.0 https://github.com/apple/swift-protobuf
#   cd swift-protobuf && swift build --product protoc-gen-swift
#   PATH="$PWD/.build/debug:$PATH" Scripts/generate-onnx.sh
#
# The result is committed, so that building Espalier needs neither.
set -eu
cd "$(dirname "$0")/../Sources/Interchange/ONNX/Wire"
protoc --swift_out=. --swift_opt=Visibility=Internal --swift_opt=UseAccessLevelOnImports=true onnx.proto
