import Foundation
import Networks
import Testing
import Tensors

@testable import Compression

/// A group of a hand-built network with what makes it and what reads it, written down by hand: the k-th
/// class of the group holds the channels given.
struct ReadGroup: CustomTestStringConvertible, Sendable {
  let network: HandBuilt
  let width: Int
  /// Layers that make the channels, with the output channels of the k-th class.
  let makers: [(layer: String, channels: @Sendable (Int) -> [Int])]
  /// Layers that read them, with the groups of the convolution and the input channels of the class.
  let readers: [(layer: String, groups: Int, channels: @Sendable (Int) -> [Int])]

  var testDescription: String { "\(makers[0].layer) in \(network.name)" }

  static let all = [
    ReadGroup(
      network: .residual, width: 6, makers: [("stem", { [$0] }), ("second", { [$0] })],
      readers: [("first", 1, { [$0] }), ("last", 1, { [$0] })]),
    ReadGroup(
      network: .concatenation, width: 6, makers: [("stem", { [$0] })],
      readers: [("left", 1, { [$0] }), ("right", 1, { [$0] })]),
    ReadGroup(
      network: .concatenation, width: 5, makers: [("right", { [$0] })],
      readers: [("mix", 1, { [4 + $0] })]),
    ReadGroup(
      network: .grouped, width: 4, makers: [("wide", { [$0, $0 + 4] })],
      readers: [("halves", 2, { [$0, $0 + 4] })]),
    ReadGroup(
      network: .grouped, width: 3, makers: [("halves", { [$0, $0 + 3] })],
      readers: [("last", 1, { [$0, $0 + 3] })]),
    ReadGroup(
      network: .depthwise, width: 8, makers: [("expand", { [$0] })],
      readers: [("project", 1, { [$0] })]),
    ReadGroup(
      network: .wideFlatten, width: 5, makers: [("first", { [$0] })],
      readers: [("hidden", 1, { channel in (0..<12).map { 12 * channel + $0 } })]),
    // Values of either sign.
    ReadGroup(
      network: .constants, width: 5, makers: [("first", { [$0] })],
      readers: [("classes", 1, { [$0] })]),
  ]

  /// The group as the analysis finds it.
  func group(_ dependencies: ChannelDependencies) throws -> ChannelGroup {
    let group = try #require(dependencies.group(madeBy: makers[0].layer))
    #expect(group.width == width && group.consumers == readers.map(\.layer))
    return group
  }

  private func weight(of layer: String) throws -> Tensor {
    try #require(network.graph.initializers["\(layer).weight"]?.tensor)
  }

  /// The positions of the weights with which a layer reads one of its input channels.
  func positions(in layer: String, groups: Int, reading channel: Int) throws -> [Int] {
    let shape = try weight(of: layer).shape
    let rows = shape[0] / groups
    let area = shape.extents.dropFirst(2).reduce(1, *)
    let group = channel / shape[1]
    return (group * rows..<(group + 1) * rows).flatMap { row in
      (0..<area).map { (row * shape[1] + channel % shape[1]) * area + $0 }
    }
  }

  /// All weights that read the k-th class.
  func weights(reading member: Int) throws -> [Double] {
    try readers.flatMap { reader in
      let scalars = try weight(of: reader.layer).scalars
      return try reader.channels(member).flatMap {
        try positions(in: reader.layer, groups: reader.groups, reading: $0)
      }.map { Double(scalars[$0]) }
    }
  }

  /// Σ over makers of Σ_j ‖F_c − F_j‖ over its mean, spelled out.
  func medianDistances() throws -> [Double] {
    var scores = [Double](repeating: 0, count: width)
    for maker in makers {
      let tensor = try weight(of: maker.layer)
      let size = tensor.count / tensor.shape[0]
      let sums = (0..<tensor.shape[0]).map { filter in
        (0..<tensor.shape[0]).reduce(0.0) { sum, other in
          let squares = (0..<size).reduce(0.0) {
            let difference =
              Double(tensor.scalars[filter * size + $1]) - Double(tensor.scalars[other * size + $1])
            return $0 + difference * difference
          }
          return sum + squares.squareRoot()
        }
      }
      let mean = sums.reduce(0, +) / Double(sums.count)
      for member in 0..<width {
        for channel in maker.channels(member) { scores[member] += sums[channel] / mean }
      }
    }
    return scores
  }

  /// Mean |x| over examples and pixels of each value read, summed over the channels of a class.
  func meanActivations(of images: Tensor) throws -> [Double] {
    var scores = [Double](repeating: 0, count: width)
    let nodes = network.graph.nodes
    let inputs = Set(
      readers.compactMap { reader in nodes.first { $0.name == reader.layer }?.inputs[0] })
    for value in inputs {
      let tensor = try values([value], images)[0]
      let area = tensor.shape.extents.dropFirst(2).reduce(1, *)
      let reader = try #require(
        readers.first { reader in
          nodes.contains { $0.name == reader.layer && $0.inputs[0] == value }
        })
      for member in 0..<width {
        for channel in reader.channels(member) {
          var sum = 0.0
          for example in 0..<tensor.shape[0] {
            for pixel in 0..<area {
              sum += Double(
                abs(tensor.scalars[(example * tensor.shape[1] + channel) * area + pixel]))
            }
          }
          scores[member] += sum / Double(tensor.shape[0] * area)
        }
      }
    }
    return scores
  }

  private func values(_ names: [String], _ images: Tensor) throws -> [Tensor] {
    let executor = try Executor(
      network.graph, batch: images.shape[0], outputs: names, pool: WorkerPool(threads: 1))
    let results = try executor.run(["x": images])
    return try names.map { try #require(results[$0]) }
  }

  /// The mean over mini-batches of (∂L/∂α)², by central differences of the loss when the weights with
  /// which a layer reads a channel are scaled by α.
  func squaredSlopes(_ images: Tensor, labels: [Int], batch: Int) throws -> [Double] {
    var scores = [Double](repeating: 0, count: width)
    let step = 0.01
    for member in 0..<width {
      for reader in readers {
        for channel in reader.channels(member) {
          let places = try positions(in: reader.layer, groups: reader.groups, reading: channel)
          let losses = try [1 + step, 1 - step].map { scale in
            try batchLosses(
              scaling(reader.layer, places, by: scale), images, labels: labels, batch: batch)
          }
          for (index, first) in stride(from: 0, to: labels.count, by: batch).enumerated() {
            let slope = (losses[0][index] - losses[1][index]) / (2 * step)
            let share = Double(min(batch, labels.count - first)) / Double(labels.count)
            scores[member] += share * slope * slope
          }
        }
      }
    }
    return scores
  }

  private func scaling(_ layer: String, _ places: [Int], by scale: Double) throws -> Graph {
    var graph = network.graph
    var tensor = try weight(of: layer)
    for place in places { tensor.scalars[place] *= Float(scale) }
    graph.initializers["\(layer).weight"] = TypedArray(tensor)
    return graph
  }

  /// The mean cross-entropy of each mini-batch.
  private func batchLosses(
    _ graph: Graph, _ images: Tensor, labels: [Int], batch: Int
  ) throws -> [Double] {
    let scores = try output(of: graph, for: images)
    let classes = scores.shape[1]
    let losses = labels.indices.map { example in
      let row = scores.scalars[(example * classes)..<((example + 1) * classes)].map { Double($0) }
      return log(row.reduce(0) { $0 + exp($1) }) - row[labels[example]]
    }
    return stride(from: 0, to: labels.count, by: batch).map { first in
      let part = losses[first..<min(first + batch, labels.count)]
      return part.reduce(0, +) / Double(part.count)
    }
  }
}
