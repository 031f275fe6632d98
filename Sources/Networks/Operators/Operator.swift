public import Tensors

/// What a node does: its shape rule, its cost, its forward and its backward pass.
///
/// An operator is a value made once from a node's attributes and constant inputs. One file each,
/// listed in `OperatorRegistry`. It computes on views into an executor's memory and keeps nothing:
/// what one pass must leave for another (packed weights, statistics, positions of maxima) lives in
/// `OperatorCall.state`.
public protocol Operator: Sendable {
  /// ONNX's name of the operator.
  static var type: String { get }

  /// The operator of a node.
  ///
  /// - Throws: `GraphError` that names the node when an attribute or input is not supported.
  init(_ node: NodeReader) throws(GraphError)

  /// The shapes of the outputs; nil stands for an input that is left out.
  ///
  /// - Throws: `GraphError.shapeMismatch` when the inputs do not fit together.
  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape]

  /// The multiply-accumulates of one forward pass; 0 for everything but products.
  func multiplyAccumulates(inputs: [Shape?], outputs: [Shape]) -> Int

  /// How the inputs must lie in memory and how the outputs will, given how the inputs lie now.
  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan

  /// The operator with what follows from the shapes worked out once; every later call is for them.
  func fitted(to site: OperatorSite) -> Self

  /// How many floats of `OperatorCall.state` the operator, already fitted to the site, wants.
  func stateCount(at site: OperatorSite) -> Int

  /// Called before the first pass and whenever parameters have changed: the place to pack weights.
  func prepare(_ call: OperatorCall)

  /// Writes every element of every output.
  func forward(_ call: OperatorCall)

  /// Whether `backward` heeds `OperatorCall.overwrites` for an input; to the others it always adds.
  func overwritesGradient(ofInput position: Int) -> Bool

  /// Adds to every input gradient that is there, or writes it where `call.overwrites` says that
  /// nothing stands there yet; output gradients are complete.
  func backward(_ call: OperatorCall)
}

extension Operator {
  /// No products.
  public func multiplyAccumulates(inputs: [Shape?], outputs: [Shape]) -> Int { 0 }

  /// Row-major in and out.
  public func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    LayoutPlan(inputs: inputs.map { _ in .rowMajor }, outputs: outputs.map { _ in .rowMajor })
  }

  /// Nothing depends on the shapes.
  public func fitted(to site: OperatorSite) -> Self { self }

  /// No state.
  public func stateCount(at site: OperatorSite) -> Int { 0 }

  /// Gradients are added.
  public func overwritesGradient(ofInput position: Int) -> Bool { false }

  /// Nothing to prepare.
  public func prepare(_ call: OperatorCall) {}
}

/// Whether a graph is run for its outputs alone or to be trained.
public enum ExecutionMode: Sendable {
  /// Forward only; BatchNormalization uses its running statistics.
  case inference
  /// Forward and backward; BatchNormalization uses the batch's statistics and updates the running
  /// ones.
  case training
  /// Forward and backward with BatchNormalization as in inference: for gradients of a fixed network.
  case differentiable
}

/// How the elements of a value lie in memory.
public enum Layout: Hashable, Sendable {
  /// The last axis is contiguous.
  case rowMajor
  /// Rank 4, N×C×H×W in the graph, stored N, H, W, C.
  case channelsLast

  /// The axis in memory that a graph's axis becomes.
  public func physicalAxis(_ axis: Int) -> Int {
    self == .rowMajor ? axis : [0, 3, 1, 2][axis]
  }

  /// The extents in memory order.
  public func physicalShape(_ shape: Shape) -> Shape {
    self == .rowMajor ? shape : [shape[0], shape[2], shape[3], shape[1]]
  }
}

/// What is known of a value before memory is planned.
public struct ValueForm: Equatable, Sendable {
  /// The shape as the graph sees it.
  public let shape: Shape
  /// How it lies.
  public let layout: Layout
  /// Whether it is an initializer.
  public let isConstant: Bool
}

/// The layouts that an operator wants of its inputs and gives its outputs.
///
/// An input of lower rank that is wanted as `channelsLast` is first given leading axes of extent 1.
public struct LayoutPlan: Equatable, Sendable {
  /// One for each input.
  public let inputs: [Layout]
  /// One for each output.
  public let outputs: [Layout]

  /// A plan.
  public init(inputs: [Layout], outputs: [Layout]) {
    self.inputs = inputs
    self.outputs = outputs
  }

  /// The plan of operators that compute in memory order, whatever it is (element-wise operators
  /// and, with their axis mapped by `Layout.physicalAxis`, Concat, Slice, Pad, Softmax …): all
  /// channels-last when a computed input already is and all ranks allow it, row-major otherwise.
  public static func following(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    let present = inputs.compactMap { $0 }
    let leads = present.contains { $0.layout == .channelsLast && !$0.isConstant }
    let fits = present.allSatisfy { $0.shape.rank <= 4 } && outputs.allSatisfy { $0.rank == 4 }
    let layout: Layout = leads && fits ? .channelsLast : .rowMajor
    return LayoutPlan(
      inputs: inputs.map { _ in layout }, outputs: outputs.map { _ in layout })
  }
}
