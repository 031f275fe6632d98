public import Tensors

/// Makes an untrained network of a known architecture.
///
/// The graph has one input `input` [batch, channels, height, width] and one output `output`
/// [batch, classes], the class scores.
public struct ModelBuilder: Sendable {
  /// The name under which it is asked for.
  public let name: String
  /// One line about it.
  public let summary: String
  private let build: @Sendable (ModelParameters, inout SeededGenerator) -> Graph

  init(
    name: String, summary: String,
    build: @escaping @Sendable (ModelParameters, inout SeededGenerator) -> Graph
  ) {
    self.name = name
    self.summary = summary
    self.build = build
  }

  /// The network, with initial weights drawn from a stream.
  ///
  /// - Throws: `ModelError.parameter`.
  public func graph(
    _ parameters: ModelParameters = ModelParameters(), using generator: inout SeededGenerator
  ) throws(ModelError) -> Graph {
    try parameters.check(model: name)
    return build(parameters, &generator)
  }

  /// All builders, sorted by name.
  public static let all: [ModelBuilder] = [
    ModelBuilder(name: "mobilenet_v1", summary: "MobileNet V1, for ImageNet at 224×224") {
      MobileNetV1().graph($0, using: &$1)
    },
    ModelBuilder(name: "mobilenet_v2", summary: "MobileNet V2, for ImageNet at 224×224") {
      MobileNetV2().graph($0, using: &$1)
    },
    residual("resnet8", blocks: 1), residual("resnet14", blocks: 2),
    residual("resnet20", blocks: 3), plain("plain20", blocks: 3),
  ].sorted { $0.name < $1.name }

  /// The builder of a name.
  ///
  /// - Throws: `ModelError.unknownModel`.
  public static func named(_ name: String) throws(ModelError) -> ModelBuilder {
    guard let builder = all.first(where: { $0.name == name }) else {
      throw .unknownModel(name, known: all.map(\.name))
    }
    return builder
  }

  private static func residual(_ name: String, blocks: Int) -> ModelBuilder {
    ModelBuilder(
      name: name, summary: "CIFAR-style residual network of \(6 * blocks + 2) layers"
    ) { parameters, generator in
      StagedNetwork(name: name, blocksPerStage: blocks, hasShortcuts: true)
        .graph(parameters, using: &generator)
    }
  }

  private static func plain(_ name: String, blocks: Int) -> ModelBuilder {
    ModelBuilder(
      name: name, summary: "the same layers as resnet\(6 * blocks + 2) without shortcuts"
    ) { parameters, generator in
      StagedNetwork(name: name, blocksPerStage: blocks, hasShortcuts: false)
        .graph(parameters, using: &generator)
    }
  }
}
