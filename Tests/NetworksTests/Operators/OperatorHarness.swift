import Tensors
import Testing

@testable import Networks

/// Runs one operator by itself on memory of its own, in either layout.
struct OperatorHarness {
  enum Input {
    case computed(Tensor)
    case constant(TypedArray)
    case absent

    var shape: Shape? {
      switch self {
      case .computed(let tensor): tensor.shape
      case .constant(let array): array.shape
      case .absent: nil
      }
    }

    var tensor: Tensor? {
      switch self {
      case .computed(let tensor): tensor
      case .constant(let array): array.tensor
      case .absent: nil
      }
    }
  }

  let operation: any Operator
  var inputs: [Input]
  let outputShapes: [Shape]
  var pool = WorkerPool(threads: 2)

  init(
    _ type: String, _ inputs: [Input], _ attributes: [String: Attribute] = [:], outputs: Int = 1
  ) throws {
    self.inputs = inputs
    let names = inputs.indices.map { position -> String in
      if case .absent = inputs[position] { "" } else { "input\(position)" }
    }
    let node = Node(
      name: "node", operatorType: type, inputs: names, outputs: (0..<outputs).map { "output\($0)" },
      attributes: attributes)
    let constants = inputs.map { input -> TypedArray? in
      if case .constant(let array) = input { array } else { nil }
    }
    operation = try OperatorRegistry.makeOperator(NodeReader(node, constants: constants))
    outputShapes = try operation.outputShapes(of: inputs.map(\.shape))
  }

  /// The outputs, row-major, when computed inputs of rank 4 come in a layout.
  func forward(_ layout: Layout = .rowMajor) -> [Tensor] {
    run(layout, outputGradients: nil).outputs
  }

  /// The gradients of the inputs that are floats for given gradients of the outputs.
  ///
  /// They are added to ones, which are then taken away.
  func backward(_ outputGradients: [Tensor], _ layout: Layout = .rowMajor) -> [Tensor?] {
    run(layout, outputGradients: outputGradients).gradients
  }

  private func run(
    _ layout: Layout, outputGradients: [Tensor]?
  ) -> (outputs: [Tensor], gradients: [Tensor?]) {
    let forms = inputs.map { input -> ValueForm? in
      guard let shape = input.tensor?.shape else { return nil }
      guard case .computed = input else {
        return ValueForm(shape: shape, layout: .rowMajor, isConstant: true)
      }
      return ValueForm(
        shape: shape, layout: shape.rank == 4 ? layout : .rowMajor, isConstant: false)
    }
    let plan = operation.layouts(forms, outputs: outputShapes)
    let memory = Memory()
    let values = zip(inputs, plan.inputs).map { input, layout in
      input.tensor.map { memory.view(of: $0, layout) }
    }
    let outputs = zip(outputShapes, plan.outputs).map { shape, layout in
      memory.view(of: Tensor(shape: shape, repeating: .nan), layout)
    }
    let gradients = zip(inputs, plan.inputs).map { input, layout in
      outputGradients == nil
        ? nil : input.tensor.map { memory.view(of: Tensor(shape: $0.shape, repeating: 1), layout) }
    }
    let outer = zip(outputGradients ?? [], plan.outputs).map { memory.view(of: $0, $1) }
    let site = OperatorSite(
      inputs: inputs.map(\.shape), outputs: outputShapes, layouts: plan, mode: .training)
    let operation = operation.fitted(to: site)
    let state = memory.floats(operation.stateCount(at: site))
    let workspace = Workspace(pool: pool)
    func call(backward: Bool) -> OperatorCall {
      OperatorCall(
        inputs: values, outputs: outputs, inputGradients: backward ? gradients : [],
        overwritten: [],
        outputGradients: backward ? outer : [], state: state, workspace: workspace, mode: .training)
    }
    operation.prepare(call(backward: false))
    operation.forward(call(backward: false))
    if outputGradients != nil { operation.backward(call(backward: true)) }
    let found = zip(inputs, gradients).map { input, view -> Tensor? in
      guard let view, let shape = input.tensor?.shape else { return nil }
      let sum = memory.tensor(of: view, shape: shape)
      return Tensor(shape: shape) { sum.scalars[$0] - 1 }
    }
    return (zip(outputs, outputShapes).map { memory.tensor(of: $0, shape: $1) }, found)
  }

  /// Compares the gradients of Σ output · weight with central differences, and both layouts.
  func expectGradients(
    _ tolerance: Float = 2e-2, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var stream = SeededGenerator(seed: 77)
    let weights = outputShapes.map { random($0, &stream) }
    func loss(_ harness: OperatorHarness) -> Double {
      zip(harness.forward(), weights).reduce(0) { sum, pair in
        zip(pair.0.scalars, pair.1.scalars).reduce(sum) { $0 + Double($1.0) * Double($1.1) }
      }
    }
    let gradients = backward(weights)
    for layout in [Layout.channelsLast] {
      let same = zip(backward(weights, layout), gradients).allSatisfy { isClose($0, $1, 1e-4) }
      #expect(same, "gradients differ in \(layout)", sourceLocation: sourceLocation)
      let outputs = zip(forward(layout), forward()).allSatisfy { isClose($0, $1, 1e-5) }
      #expect(outputs, "outputs differ in \(layout)", sourceLocation: sourceLocation)
    }
    let step: Float = 1e-2
    for (position, input) in inputs.enumerated() {
      guard case .computed(let tensor) = input, let gradient = gradients[position] else { continue }
      for index in tensor.scalars.indices {
        var (up, down) = (self, self)
        var (raised, lowered) = (tensor, tensor)
        raised.scalars[index] += step
        lowered.scalars[index] -= step
        up.inputs[position] = .computed(raised)
        down.inputs[position] = .computed(lowered)
        let slope = Float((loss(up) - loss(down)) / Double(2 * step))
        #expect(
          abs(slope - gradient.scalars[index]) <= tolerance * max(1, abs(slope)),
          "input \(position)[\(index)]: slope \(slope), gradient \(gradient.scalars[index])",
          sourceLocation: sourceLocation)
      }
    }
  }
}

/// Whether two tensors agree in shape and, within a tolerance, in every element.
func isClose(_ a: Tensor?, _ b: Tensor?, _ tolerance: Float) -> Bool {
  guard let a, let b else { return a == nil && b == nil }
  return a.shape == b.shape && zip(a.scalars, b.scalars).allSatisfy { abs($0 - $1) <= tolerance }
}

/// Uniform draws from ±0.05…2: many operators have a kink at 0.
func random(_ shape: Shape, _ stream: inout SeededGenerator) -> Tensor {
  var scalars: [Float] = []
  for _ in 0..<shape.count {
    let draw = Float(stream.uniform(in: 0.05...2))
    scalars.append(stream.uniform() < 0.5 ? draw : -draw)
  }
  return Tensor(shape: shape) { scalars[$0] }
}

/// The same draws from a seed.
func random(_ shape: Shape, seed: UInt64) -> Tensor {
  var stream = SeededGenerator(seed: seed)
  return random(shape, &stream)
}

/// The numbers 0, 1, 2 … in a shape.
func counting(_ shape: Shape) -> Tensor { Tensor(shape: shape) { Float($0) } }

private final class Memory {
  private var blocks: [UnsafeMutablePointer<Float>] = []

  deinit { for block in blocks { block.deallocate() } }

  func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    let block = UnsafeMutablePointer<Float>.allocate(capacity: max(1, count))
    block.initialize(repeating: 0, count: max(1, count))
    blocks.append(block)
    return block
  }

  /// A view that holds a tensor in a layout, with leading axes where the layout asks for rank 4.
  func view(of tensor: Tensor, _ layout: Layout) -> TensorView {
    let missing = layout == .channelsLast ? max(0, 4 - tensor.shape.rank) : 0
    let shape = Shape([Int](repeating: 1, count: missing) + tensor.shape.extents)
    let view = TensorView(pointer: floats(shape.count), shape: shape, layout: layout)
    for (index, place) in places(view).enumerated() { view.pointer[place] = tensor.scalars[index] }
    return view
  }

  func tensor(of view: TensorView, shape: Shape) -> Tensor {
    let places = places(view)
    return Tensor(shape: shape) { view.pointer[places[$0]] }
  }

  /// Where in memory each element lies, in row-major order: written out rather than taken from the
  /// code under test.
  private func places(_ view: TensorView) -> [Int] {
    guard view.layout == .channelsLast else { return Array(0..<view.count) }
    let (channels, height, width) = (view.shape[1], view.shape[2], view.shape[3])
    var places: [Int] = []
    for image in 0..<view.shape[0] {
      for channel in 0..<channels {
        for pixel in 0..<height * width {
          places.append((image * height * width + pixel) * channels + channel)
        }
      }
    }
    return places
  }
}
