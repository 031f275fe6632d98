public import Compression
public import Networks
public import Tensors

/// Makes quantised networks, each layer and number of bits worked out once.
public final class QuantizedCandidates {
  /// The layers that are quantised, in graph order.
  public let layers: [QuantizableLayer]
  /// The network that candidates are made of.
  public let graph: Graph
  private var quantizer: NetworkQuantizer
  private let images: Tensor
  private let normalization: PruningSettings.Normalization
  private let pool: WorkerPool

  /// A network made ready.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - images: calibration images, for the ranges of activations and the statistics of normalisations.
  ///   - settings: how ranges are clipped.
  ///   - normalization: whether the statistics of normalisations follow the quantised weights. A network
  ///     whose normalisations are folded into its weights then gets new ones.
  ///   - streams: k-means draws from them.
  ///   - pool: the threads to use.
  /// - Throws: `CompressionError.data` when the images do not fit, `GraphError` when the network cannot be
  ///   run.
  public init(
    _ graph: Graph, images: Tensor, settings: NetworkQuantizer.Settings,
    normalization: PruningSettings.Normalization, streams: RandomStreams, pool: WorkerPool
  ) throws {
    let reestimates = normalization == .reestimate
    let own = reestimates ? try graph.insertingNormalizations(from: images, pool: pool) : graph
    quantizer = try NetworkQuantizer(
      own, ranges: ActivationRanges(own, images: images, pool: pool), settings: settings,
      streams: streams)
    self.graph = quantizer.graph
    layers = quantizer.layers
    self.images = images
    self.normalization = normalization
    self.pool = pool
  }

  /// The ranges of the activations.
  public var ranges: ActivationRanges { quantizer.ranges }

  /// The network with each layer quantised as asked for.
  ///
  /// - Throws: what quantising throws.
  public func network(
    _ quantizations: [LayerQuantization], form: NetworkQuantizer.WeightForm = .values
  ) throws -> Graph {
    let graph = try quantizer.quantized(quantizations, form: form)
    return normalization == .keep
      ? graph : try graph.reestimatingNormalizations(on: images, pool: pool)
  }

  /// What the state says of each layer.
  func features() throws -> [LayerFeatures] {
    let shapes = try graph.shapes(batch: 1)
    let nodes = Dictionary(graph.nodes.map { ($0.name, $0) }) { first, _ in first }
    return layers.compactMap { layer in
      nodes[layer.name].map { LayerFeatures($0, graph: graph, shapes: shapes, macs: layer.macs) }
    }
  }
}
