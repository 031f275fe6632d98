public import Tensors

/// A value in an executor's memory.
public struct TensorView {
  /// The first element.
  public let pointer: UnsafeMutablePointer<Float>
  /// The shape as the graph sees it.
  public let shape: Shape
  /// How the elements lie.
  public let layout: Layout

  /// A view.
  public init(pointer: UnsafeMutablePointer<Float>, shape: Shape, layout: Layout) {
    self.pointer = pointer
    self.shape = shape
    self.layout = layout
  }

  /// The number of elements.
  public var count: Int { shape.count }

  /// The extents in memory order.
  public var physicalShape: Shape { layout.physicalShape(shape) }
}

/// Everything an operator sees in one pass.
public struct OperatorCall {
  /// The inputs in the planned layouts; nil where one is left out or is a constant of integers.
  public let inputs: [TensorView?]
  /// The outputs in the planned layouts.
  public let outputs: [TensorView]
  /// Where gradients of the inputs are added, nil where nobody asks; empty in a forward pass.
  public let inputGradients: [TensorView?]
  /// Whether each of them is to be written, whatever stands there, rather than added to.
  public let overwritten: [Bool]
  /// The gradients of the outputs; empty in a forward pass.
  public let outputGradients: [TensorView]
  /// The floats that the operator asked for; they survive from pass to pass, zero at first.
  public let state: UnsafeMutablePointer<Float>
  /// Threads and memory to borrow.
  ///
  /// How work is split must not depend on the number of threads.
  public let workspace: Workspace
  /// What the graph is run for.
  public let mode: ExecutionMode

  /// The same call without places for the gradients of some inputs.
  func withoutGradients(of dropped: [Bool]) -> OperatorCall {
    OperatorCall(
      inputs: inputs, outputs: outputs,
      inputGradients: zip(inputGradients, dropped).map { $1 ? nil : $0 }, overwritten: overwritten,
      outputGradients: outputGradients, state: state, workspace: workspace, mode: mode)
  }

  /// Where parallel work goes.
  public var pool: WorkerPool { workspace.pool }
}
