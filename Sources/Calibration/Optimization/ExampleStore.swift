import Networks
import Tensors

/// Some values of a network for all images, as they lie in a pass, each image's elements together.
final class ExampleStore {
  /// The number of images.
  let count: Int
  private var values: [String: [Float]]
  private let sizes: [String: Int]

  /// Images that go into a network, rearranged as passes with channels last want them.
  init(images: Tensor, input: String) {
    count = images.shape.extents.first ?? 0
    let size = images.count / max(count, 1)
    sizes = [input: size]
    guard images.shape.rank == 4 else {
      values = [input: images.scalars]
      return
    }
    let (channels, area) = (images.shape[1], images.shape[2] * images.shape[3])
    var scalars = [Float](repeating: 0, count: images.count)
    for image in 0..<count {
      for channel in 0..<channels {
        let from = (image * channels + channel) * area
        for pixel in 0..<area {
          scalars[image * size + pixel * channels + channel] = images.scalars[from + pixel]
        }
      }
    }
    values = [input: scalars]
  }

  /// What a network computes from images.
  ///
  /// - Throws: `CalibrationError.notFinite` that names the layer of a value, `GraphError` when the network
  ///   cannot be run.
  init(
    of points: [InterestPoint], in graph: Graph, from images: ExampleStore, input: String,
    batch: Int, pool: WorkerPool
  ) throws {
    count = images.count
    var values: [String: [Float]] = [:]
    let part = graph.computing(points.map(\.value))
    var executor: Executor?
    for first in stride(from: 0, to: count, by: batch) {
      let size = min(batch, count - first)
      if executor?.batch != size {
        executor = try Executor(
          part, batch: size, exchange: .channelsLast, pool: pool)
      }
      guard let executor else { continue }
      try images.copy(input, Array(first..<first + size), into: executor.input(input))
      executor.forward()
      for point in points {
        let output = try executor.output(point.value)
        guard SquaredSums.of(output.baseAddress, count: output.count).isFinite else {
          throw CalibrationError.notFinite(value: point.value, layer: point.layer)
        }
        values[point.value, default: []].append(contentsOf: output)
      }
    }
    self.values = values
    let count = max(count, 1)
    sizes = values.mapValues { $0.count / count }
  }

  /// The elements of one image.
  func size(of value: String) -> Int { sizes[value] ?? 0 }

  /// Copies a value of some images.
  func copy(
    _ value: String, _ images: [Int], into target: UnsafeMutableBufferPointer<Float>
  ) {
    guard let size = sizes[value], let base = target.baseAddress,
      target.count >= images.count * size
    else { return }
    values[value]?.withUnsafeBufferPointer { source in
      guard let source = source.baseAddress else { return }
      for (position, image) in images.enumerated() {
        (base + position * size).update(from: source + image * size, count: size)
      }
    }
  }
}

extension SquaredSums {
  /// Σ a²; 0 where there is nothing.
  fileprivate static func of(_ a: UnsafeMutablePointer<Float>?, count: Int) -> Double {
    a.map { of(UnsafePointer($0), count: count) } ?? 0
  }
}
