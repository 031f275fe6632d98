import TestSupport
import Tensors
import Testing

@testable import Networks

struct FakeQuantizeTests {
  static func graph(
    _ shape: Shape, scales: [Float], bits: Int, signed: Bool, axis: Int = 0
  ) -> Graph {
    SingleNode.graph(
      "FakeQuantize",
      [
        .input(shape),
        .constant(Tensor(shape: scales.count == 1 ? [] : [scales.count]) { scales[$0] }),
      ],
      attributes: ["bits": .int(bits), "signed": .int(signed ? 1 : 0), "axis": .int(axis)])
  }

  /// The definition, element by element.
  static func expected(
    _ x: Tensor, scales: [Float], bits: Int, signed: Bool, axis: Int
  ) -> (values: [Float], passes: [Bool]) {
    let lowest: Float = signed ? -Float(1 << (bits - 1)) : 0
    let highest = signed ? Float(1 << (bits - 1)) - 1 : Float(1 << bits) - 1
    let stride = x.shape.strides[axis]
    var passes: [Bool] = []
    let values = x.scalars.enumerated().map { position, value in
      let scale = scales.count == 1 ? scales[0] : scales[position / stride % scales.count]
      let level = (value / scale).rounded(.toNearestOrEven)
      passes.append(level >= lowest && level <= highest)
      return min(max(level, lowest), highest) * scale
    }
    return (values, passes)
  }

  @Test(
    "Values and straight-through gradients follow the definition on odd extents",
    arguments: [2, 3, 5, 8], [false, true])
  func definition(bits: Int, signed: Bool) throws {
    let shape: Shape = [3, 5, 7, 3]
    let cases: [([Float], Int)] = [
      ([0.21], 0), ([0.3, 0.05, 0.11], 0), ([0.5, 0.4, 0.3, 0.2, 0.1], 1), ([0.1, 0.9, 0.4], -1),
    ]
    for (scales, axis) in cases {
      let graph = Self.graph(shape, scales: scales, bits: bits, signed: signed, axis: axis)
      let executor = try Executor(graph, batch: 1, mode: .training)
      let x = Tensor.normal(shape, seed: 3)
      _ = try executor.input("x0").update(fromContentsOf: x.scalars)
      executor.forward()
      let (values, passes) = Self.expected(
        x, scales: scales, bits: bits, signed: signed, axis: axis < 0 ? 3 : axis)
      #expect(try Array(executor.output("y0")) == values)
      let outer = Tensor.normal(shape, seed: 4)
      _ = try executor.outputGradient("y0").update(fromContentsOf: outer.scalars)
      executor.backward()
      let gradient = try Array(executor.inputGradient("x0"))
      #expect(gradient == zip(outer.scalars, passes).map { $1 ? $0 : 0 })
      #expect(passes.contains(true) && (passes.contains(false) || bits > 3))
    }
  }

  @Test("One signed bit has two levels, one unsigned bit has 0 and the scale")
  func oneBit() throws {
    let x = try Tensor(shape: [5], scalars: [-2, -0.1, 0, 0.3, 0.9])
    let signed = Self.graph([5], scales: [0.5], bits: 1, signed: true)
    #expect(
      try Executor(signed, batch: 1).run(["x0": x])["y0"]?.scalars == [-0.5, -0.5, 0.5, 0.5, 0.5])
    let unsigned = Self.graph([5], scales: [0.5], bits: 1, signed: false)
    #expect(
      try Executor(unsigned, batch: 1).run(["x0": x])["y0"]?.scalars == [0, 0, 0, 0.5, 0.5])
  }

  @Test("A scale of 0 leaves its channel as it is")
  func zeroScale() throws {
    let x = Tensor.normal([2, 3], seed: 1)
    let graph = Self.graph([2, 3], scales: [0, 0.5], bits: 4, signed: true)
    let y = try #require(try Executor(graph, batch: 1).run(["x0": x])["y0"])
    #expect(Array(y.scalars[..<3]) == Array(x.scalars[..<3]))
    #expect(y.scalars[3] == (x.scalars[3] / 0.5).rounded(.toNearestOrEven) * 0.5)
  }

  @Test("Bits and scales that make no sense are refused by name")
  func refused() throws {
    for (bits, scales) in [(0, [1]), (17, [1]), (4, [-1]), (4, [.nan]), (4, [1, 1, 1])]
      as [(
        Int, [Float]
      )]
    {
      let graph = Self.graph([2, 3], scales: scales, bits: bits, signed: true)
      #expect(throws: GraphError.self) { try Executor(graph, batch: 1) }
    }
    let axis = Self.graph([2, 3], scales: [1, 1], bits: 4, signed: true, axis: 5)
    #expect(throws: GraphError.self) { try Executor(axis, batch: 1) }
  }
}
