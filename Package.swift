// swift-tools-version: 6.0
import PackageDescription

// Targets stand in the order of the layers: each depends only on what stands above it here.
// `Scripts/check-layers.py` holds the rules that follow from that.

let settings: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]

/// A library target of ours, with the settings that all of them share.
func room(
  _ name: String, dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: exclude + ["README.md"],
    swiftSettings: settings)
}

/// The tests of one room.
func tests(
  _ room: String, dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .testTarget(
    name: room + "Tests", dependencies: [.init(stringLiteral: room)] + dependencies,
    exclude: exclude, swiftSettings: settings)
}

let package = Package(
  name: "Espalier",
  products: [
    .executable(name: "espalier", targets: ["EspalierTool"]),
    .library(name: "EspalierCommands", targets: ["EspalierCommands"]),
    .library(name: "Espalier", targets: ["Espalier"]),
    .library(name: "Calibration", targets: ["Calibration"]),
    .library(name: "Hardware", targets: ["Hardware"]),
    .library(name: "Compression", targets: ["Compression"]),
    .library(name: "Interchange", targets: ["Interchange"]),
    .library(name: "Networks", targets: ["Networks"]),
    .library(name: "Reinforcement", targets: ["Reinforcement"]),
    .library(name: "Tensors", targets: ["Tensors"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: [
    // 0: what the machine gives us
    .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
    .target(name: "CKernels", exclude: ["README.md"]),
    room("Units"),
    // 1: numbers
    room("Tensors", dependencies: ["COpenBLAS", "CKernels"]),
    room(
      "Hardware", dependencies: ["Units"],
      exclude: [
        "Models/BISMO/README.md", "Models/BitSerialArray/README.md", "Models/Roofline/README.md",
        "Models/Tables/README.md",
      ]),
    room("CompressionPolicies", dependencies: ["Units"]),
    // 2: networks
    room("Networks", dependencies: ["Tensors"]),
    // 3: learning to act, files, data
    room(
      "Reinforcement", dependencies: ["Networks", "Tensors"],
      exclude: ["DDPG/README.md", "Process/README.md"]),
    room(
      "Interchange",
      dependencies: [
        "Networks", "Tensors", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], exclude: ["ONNX/Wire/onnx.proto"]),
    room("Datasets", dependencies: ["Tensors", "Interchange"]),
    // 4: what is done to a network
    room(
      "Compression",
      dependencies: [
        "Networks", "Tensors", "Datasets", "CompressionPolicies", "Hardware", "Units",
      ]),
    // 5: what an agent decides about
    room(
      "CompressionEnvironments",
      dependencies: [
        "Compression", "Hardware", "Reinforcement", "Networks", "Tensors", "Units",
      ]),
    room("Calibration", dependencies: ["Compression", "Datasets", "Networks", "Tensors"]),
    // 6: a search and its directory
    room(
      "Espalier",
      dependencies: [
        "Calibration", "CompressionEnvironments", "Compression", "CompressionPolicies", "Datasets",
        "Hardware", "Interchange", "Networks", "Reinforcement", "Tensors", "Units",
      ]),
    // 7 and 8: the command line
    room(
      "EspalierCommands",
      dependencies: [
        "Calibration", "Espalier", "Networks", "Reinforcement",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "EspalierTool", dependencies: ["EspalierCommands"], swiftSettings: settings),
    // plug-ins of one's own: the examples, and a program with them
    .target(
      name: "ExamplePlugIns",
      dependencies: [
        "Compression", "Espalier", "Hardware", "Networks", "Reinforcement", "Tensors", "Units",
      ],
      path: "Environments/examples/PlugIns", swiftSettings: settings),
    .executableTarget(
      name: "ExampleTool", dependencies: ["EspalierCommands", "ExamplePlugIns"],
      path: "Environments/examples/Tool", swiftSettings: settings),
    .testTarget(
      name: "ExamplePlugInsTests",
      dependencies: [
        "ExamplePlugIns", "Compression", "Datasets", "Espalier", "Hardware", "Networks",
        "Reinforcement", "Tensors", "Units",
      ], swiftSettings: settings),
    // tests, which mirror the rooms
    .target(
      name: "TestSupport", dependencies: ["Networks", "Tensors"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
    tests("Units"),
    tests("Tensors"),
    tests("Hardware", dependencies: ["Units"]),
    tests("CompressionPolicies", dependencies: ["Units"], exclude: ["Golden"]),
    tests("Networks", dependencies: ["CAllocationCount", "Tensors", "TestSupport"]),
    tests("Reinforcement", dependencies: ["Networks", "Tensors"], exclude: ["Goldens"]),
    tests("Interchange", dependencies: ["Networks", "Tensors", "TestSupport"]),
    tests("Datasets", dependencies: ["Tensors"]),
    tests(
      "Compression",
      dependencies: [
        "Datasets", "Hardware", "Interchange", "Networks", "Tensors", "TestSupport", "Units",
      ]),
    tests(
      "Calibration",
      dependencies: [
        "Compression", "Datasets", "Interchange", "Networks", "Tensors", "TestSupport",
      ]
    ),
    tests(
      "CompressionEnvironments",
      dependencies: ["Compression", "Hardware", "Reinforcement", "Networks", "Tensors", "Units"]),
    tests(
      "Espalier",
      dependencies: [
        "Compression", "CompressionEnvironments", "CompressionPolicies", "Datasets", "Hardware",
        "Interchange", "Networks", "Reinforcement", "Tensors", "Units",
      ], exclude: ["Golden"]),
    tests(
      "EspalierCommands",
      dependencies: [
        "Compression", "CompressionPolicies", "Espalier", "Interchange", "Networks",
        "Reinforcement", "Tensors", "Units",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], exclude: ["Golden", "Live/Golden"]),
  ]
)
