import Tensors

/// The mean over some axes of an array as it lies in memory, and its gradient.
struct AxisMean {
  private struct Axis {
    var extent: Int
    let isReduced: Bool
    /// The elements of one step along the axis, of the whole array and of the kept axes.
    var size = 1
    var keptSize = 1
  }

  /// Neighbouring axes of one kind made one, axes of extent 1 left out.
  private var axes: [Axis] = []
  private let inputCount: Int
  private let outputCount: Int
  /// How many elements each mean is of.
  private let divisor: Int

  /// - Parameters:
  ///   - extents: the extents in memory order.
  ///   - reduced: whether the mean is over each of these axes.
  init(extents: [Int], reduced: [Bool]) {
    inputCount = extents.reduce(1, *)
    divisor = zip(extents, reduced).reduce(1) { $1.1 ? $0 * $1.0 : $0 }
    outputCount = zip(extents, reduced).reduce(1) { $1.1 ? $0 : $0 * $1.0 }
    for (extent, isReduced) in zip(extents, reduced) where extent != 1 {
      if axes.last?.isReduced == isReduced {
        axes[axes.count - 1].extent *= extent
      } else {
        axes.append(Axis(extent: extent, isReduced: isReduced))
      }
    }
    if axes.isEmpty { axes = [Axis(extent: 1, isReduced: false)] }
    for position in axes.indices.dropLast().reversed() {
      let inner = axes[position + 1]
      axes[position].size = inner.size * inner.extent
      axes[position].keptSize = inner.keptSize * (inner.isReduced ? 1 : inner.extent)
    }
  }

  /// Writes the means.
  func forward(
    _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
    workspace: Workspace
  ) {
    guard outputCount > 0 else { return }
    let scale = 1 / Double(divisor)
    forEachPart(workspace) { part, inputOffset, outputOffset, count, scratch in
      scratch.withMemory(of: Double.self, count: count) { sums in
        sums.initialize(repeating: 0, count: count)
        add(input + inputOffset, part, into: sums)
        for element in 0..<count { output[outputOffset + element] = Float(sums[element] * scale) }
      }
    }
  }

  /// Adds each mean's gradient, divided, to all elements the mean was of.
  func backward(
    _ outputGradient: UnsafePointer<Float>, into inputGradient: UnsafeMutablePointer<Float>,
    workspace: Workspace
  ) {
    guard inputCount > 0 else { return }
    let scale = 1 / Float(divisor)
    forEachPart(workspace) { part, inputOffset, outputOffset, _, _ in
      spread(outputGradient + outputOffset, scale, part, into: inputGradient + inputOffset)
    }
  }

  /// One part for each step along the outermost axis when it is kept, otherwise one: the axes that
  /// are left, the offsets of input and output, the number of outputs, and memory.
  private func forEachPart(
    _ workspace: Workspace, _ body: (ArraySlice<Axis>, Int, Int, Int, Scratch) -> Void
  ) {
    let outer = axes[0]
    guard !outer.isReduced, axes.count > 1 else {
      return body(axes[...], 0, 0, outputCount, workspace.scratch)
    }
    let shards = Shards(of: outer.extent, limit: 16, least: 1 + (1 << 13) / max(1, outer.size))
    workspace.run(shards: shards.parts) { index, scratch in
      for row in shards[index] {
        body(axes[1...], row * outer.size, row * outer.keptSize, outer.keptSize, scratch)
      }
    }
  }

  private func add(
    _ input: UnsafePointer<Float>, _ axes: ArraySlice<Axis>,
    into sums: UnsafeMutablePointer<Double>
  ) {
    guard let axis = axes.first else { return }
    let inner = axes.dropFirst()
    if axis.isReduced, inner.isEmpty {
      sums[0] += AxisMean.sum(input, count: axis.extent)
    } else if axis.isReduced, let columns = inner.first?.extent, inner.count == 1 {
      Kernels.columnSums(input, rows: axis.extent, channels: columns, into: sums)
    } else if inner.isEmpty {
      for element in 0..<axis.extent { sums[element] += Double(input[element]) }
    } else {
      for step in 0..<axis.extent {
        add(
          input + step * axis.size, inner,
          into: axis.isReduced ? sums : sums + step * axis.keptSize)
      }
    }
  }

  /// A line's sum as sixteen chains: a single one would wait on every addition.
  private static func sum(_ line: UnsafePointer<Float>, count: Int) -> Double {
    let chains = 16
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: chains) { buffer in
      guard let sums = buffer.baseAddress else { return 0 }
      sums.initialize(repeating: 0, count: chains)
      Kernels.columnSums(line, rows: count / chains, channels: chains, into: sums)
      var total = 0.0
      for chain in 0..<chains { total += sums[chain] }
      for element in count / chains * chains..<count { total += Double(line[element]) }
      return total
    }
  }

  private func spread(
    _ gradient: UnsafePointer<Float>, _ scale: Float, _ axes: ArraySlice<Axis>,
    into target: UnsafeMutablePointer<Float>
  ) {
    guard let axis = axes.first else { return }
    let inner = axes.dropFirst()
    if inner.isEmpty, axis.isReduced {
      let value = scale * gradient[0]
      for element in 0..<axis.extent { target[element] += value }
    } else if inner.isEmpty {
      Kernels.scaleAccumulate(scale, gradient, into: target, count: axis.extent)
    } else {
      for step in 0..<axis.extent {
        spread(
          axis.isReduced ? gradient : gradient + step * axis.keptSize, scale, inner,
          into: target + step * axis.size)
      }
    }
  }
}
