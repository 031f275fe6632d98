// swift-tools-version: 6.0
import PackageDescription

// Measurements that are no part of the product and are not built with it.

let package = Package(
  name: "EspalierBenchmarks",
  dependencies: [.package(name: "Espalier", path: "..")],
  targets: [
    .executableTarget(
      name: "AgentBenchmark",
      dependencies: [
        .product(name: "Reinforcement", package: "Espalier"),
        .product(name: "Tensors", package: "Espalier"),
      ],
      path: "agents", exclude: ["README.md", "transfer.sh"],
      swiftSettings: [.enableUpcomingFeature("ExistentialAny")]),
    .executableTarget(
      name: "EngineBenchmark",
      dependencies: [
        .product(name: "Compression", package: "Espalier"),
        .product(name: "Interchange", package: "Espalier"),
        .product(name: "Networks", package: "Espalier"),
        .product(name: "Reinforcement", package: "Espalier"),
        .product(name: "Tensors", package: "Espalier"),
      ],
      path: "engine",
      swiftSettings: [.enableUpcomingFeature("ExistentialAny")]),
  ]
)
