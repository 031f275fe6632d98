import Compression
import Foundation
import Interchange
import Networks
import Tensors

/// One forward pass of a network with one input and one output; the input is written once, before.
final class NetworkCase: BenchmarkCase {
  let work: Double
  private let graph: Graph
  private let executor: Executor
  private let input: UnsafeMutableBufferPointer<Float>
  private let output: UnsafeMutableBufferPointer<Float>
  private let outputShape: Shape

  init(_ description: CaseDescription) throws {
    let file = URL(fileURLWithPath: try description.need(\.model, "model"))
    let whole = try ONNXFile.read(file).graph
    graph = try description.keptMACs.map { try whole.pruned(toMACs: $0) } ?? whole
    guard let input = graph.inputs.first, let output = graph.outputs.first else {
      throw BenchmarkError.request("\(file.lastPathComponent) has no input or no output")
    }
    let batch = try description.need(\.batch, "batch")
    let layout: Layout = description.channelsLast == true ? .channelsLast : .rowMajor
    executor = try (description.variant ?? .fast).executor(
      graph, batch: batch, exchange: layout, threads: try description.need(\.threads, "threads"))
    self.input = try executor.input(input.name)
    self.output = try executor.output(output.name)
    let shape = executor.outputShape(output.name) ?? []
    outputShape = shape.rank == 4 ? layout.physicalShape(shape) : shape
    work = Double(batch)
    var stream = RandomStreams(seed: 1).stream("input")
    for index in self.input.indices { self.input[index] = Float(stream.normal()) }
  }

  func run() { executor.forward() }

  func answer(input: URL, output: URL, in reply: inout Reply) throws {
    try self.input.fill(from: input)
    executor.forward()
    let values = Tensor(shape: outputShape) { self.output[$0] }
    try NumPyFile.write(TypedArray(values), to: output)
  }

  func write(to output: URL, in reply: inout Reply) throws {
    try ONNXFile.write(graph, to: output)
    reply.macs = try NetworkCost(graph).macs
    reply.widths = graph.nodes.filter { $0.operatorType == "Conv" }.compactMap {
      graph.initializers[$0.inputs[1]]?.shape[0]
    }
  }
}

extension UnsafeMutableBufferPointer<Float> {
  /// Takes the numbers of a file, which has as many.
  func fill(from file: URL) throws {
    guard let tensor = try NumPyFile.read(file).tensor, tensor.count == count else {
      throw BenchmarkError.file("\(file.lastPathComponent): expected \(count) 32-bit floats")
    }
    _ = update(fromContentsOf: tensor.scalars)
  }
}
