public import Networks
public import Tensors
public import Testing

/// Expects an executor's gradients to agree with central differences.
///
/// The loss is Σ w·y over all outputs with fixed random weights w. Every element of each input and
/// parameter (at most 96 of one, evenly spread) is moved by ± `step`; the difference quotient may
/// differ from the gradient by `tolerance` times the largest gradient of that array.
///
/// - Parameters:
///   - graph: the network, without a batch extent unless `batch` is given.
///   - batch: the batch.
///   - mode: training or differentiable.
///   - inputs: what is fed; normal draws where left out.
///   - step: how far an element is moved. The outputs are floats, so small steps drown in rounding.
///   - tolerance: relative to the largest gradient of an array.
/// - Throws: `GraphError` when the graph cannot be run.
public func expectGradient(
  of graph: Graph, batch: Int = 1, mode: ExecutionMode = .differentiable,
  inputs: [String: Tensor] = [:], step: Float = 0.02, tolerance: Double = 0.01,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let executor = try Executor(graph, batch: batch, mode: mode)
  let check = try GradientCheck(executor, inputs: inputs)
  try check.computeGradients()
  for input in graph.inputs {
    let values = try executor.input(input.name)
    let gradients = try executor.inputGradient(input.name)
    let worst = try check.worst(values, gradients, step: step)
    #expect(
      worst.error <= tolerance, "\(input.name): \(worst)", sourceLocation: sourceLocation)
  }
  for parameter in executor.parameters {
    let worst = try check.worst(parameter.values, parameter.gradients, step: step)
    #expect(
      worst.error <= tolerance, "\(parameter.name): \(worst)", sourceLocation: sourceLocation)
  }
}

/// A loss on an executor's outputs and its difference quotients.
private struct GradientCheck {
  let executor: Executor
  private let weights: [(output: String, values: [Float])]

  struct Worst: CustomStringConvertible {
    var error = 0.0
    var index = 0
    var analytic = 0.0
    var numeric = 0.0
    var description: String {
      "element \(index): gradient \(analytic), difference quotient \(numeric), error \(error)"
    }
  }

  init(_ executor: Executor, inputs: [String: Tensor]) throws {
    self.executor = executor
    for (position, input) in executor.graph.inputs.enumerated() {
      let shape = executor.inputShape(input.name) ?? []
      let tensor = inputs[input.name] ?? .normal(shape, seed: 100 + UInt64(position))
      _ = try executor.input(input.name).update(fromContentsOf: tensor.scalars)
    }
    weights = executor.graph.outputs.enumerated().map { position, output in
      let shape = executor.outputShape(output.name) ?? []
      return (output.name, Tensor.normal(shape, seed: 200 + UInt64(position)).scalars)
    }
  }

  /// Two backward passes, the second into cleared gradients: leftovers would show.
  func computeGradients() throws {
    for _ in 0..<2 {
      executor.forward()
      executor.zeroGradients()
      for (output, values) in weights {
        _ = try executor.outputGradient(output).update(fromContentsOf: values)
      }
      executor.backward()
    }
  }

  private func loss() throws -> Double {
    executor.parametersChanged()
    executor.forward()
    return try weights.reduce(0.0) { sum, weight in
      zip(try executor.output(weight.output), weight.values).reduce(sum) {
        $0 + Double($1.0) * Double($1.1)
      }
    }
  }

  func worst(
    _ values: UnsafeMutableBufferPointer<Float>, _ gradients: UnsafeMutableBufferPointer<Float>,
    step: Float
  ) throws -> Worst {
    let scale = max(1e-3, gradients.reduce(0.0) { max($0, abs(Double($1))) })
    var worst = Worst()
    for index in stride(from: 0, to: values.count, by: max(1, values.count / 96)) {
      let old = values[index]
      let (low, high) = (old - step, old + step)
      values[index] = high
      let above = try loss()
      values[index] = low
      let below = try loss()
      values[index] = old
      let numeric = (above - below) / (Double(high) - Double(low))
      let error = abs(Double(gradients[index]) - numeric) / scale
      if error > worst.error || error.isNaN {
        worst = Worst(
          error: error.isNaN ? .infinity : error, index: index,
          analytic: Double(gradients[index]), numeric: numeric)
      }
    }
    return worst
  }
}
