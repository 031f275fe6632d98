public import Tensors

/// A graph made ready to run: shapes fixed, operators fused, weights packed, memory planned once.
///
/// It runs forward and, unless made for inference, backward. Parallel work is split into shards that
/// depend on shapes alone, so the same inputs give the same bits at any number of threads. An
/// executor belongs to one thread at a time.
public final class Executor {
  /// The parameters in the order in which the graph uses them; empty for inference.
  public private(set) var parameters: [Parameter] = []
  /// The graph as it was given.
  public let graph: Graph
  /// The batch that the shapes were fixed for.
  public let batch: Int

  private let plan: ExecutionPlan
  private let mode: ExecutionMode
  private let pool: WorkerPool
  private let memory: ExecutorMemory
  private var calls: [OperatorCall?] = []
  /// The same where the gradients of parameters are written.
  private var writingCalls: [OperatorCall?] = []
  /// The same without places for the gradients of parameters.
  private var inputCalls: [OperatorCall?] = []
  private var preparedConstants = false

  /// Makes a graph ready.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - batch: the number of examples in a pass.
  ///   - mode: inference, training or differentiable.
  ///   - outputs: the values to compute, of any node; the graph's own outputs by default.
  ///   - differentiatingInputs: whether gradients of the graph's inputs are computed too.
  ///   - exchange: how inputs and outputs of rank 4 lie in memory; whoever hands values from one
  ///     executor to the next saves the conversions with `channelsLast`.
  ///   - arithmetic: whether convolutions may be computed by other sums than their definition.
  ///   - pool: the threads to use.
  /// - Throws: `GraphError` when a node cannot be run or shapes do not fit.
  public init(
    _ graph: Graph, batch: Int, mode: ExecutionMode = .inference, outputs: [String]? = nil,
    differentiatingInputs: Bool = true, exchange: Layout = .rowMajor,
    arithmetic: Arithmetic = .fast, pool: WorkerPool = WorkerPool()
  ) throws(GraphError) {
    let wanted = outputs ?? graph.outputs.map(\.name)
    let prepared = try graph.fused(for: mode, keeping: Set(wanted))
    self.graph = graph
    self.batch = batch
    self.mode = mode
    self.pool = pool
    plan = try ExecutionPlan(
      prepared, batch: batch, outputs: wanted, exchange: exchange, mode: mode,
      arithmetic: arithmetic)
    memory = ExecutorMemory(
      plan, graph: prepared, mode: mode, differentiatingInputs: differentiatingInputs)
    parameters = memory.parameters(of: plan)
    let workspace = Workspace(pool: pool)
    calls = plan.steps.indices.map {
      memory.call(forStep: $0, of: plan, workspace: workspace, mode: mode)
    }
    writingCalls = plan.steps.indices.map {
      memory.call(forStep: $0, of: plan, .written, workspace: workspace, mode: mode)
    }
    inputCalls = zip(calls, plan.steps).map { call, step in
      call?.withoutGradients(of: step.inputs.map { $0.map { plan.slots[$0].isConstant } ?? false })
    }
    parametersChanged()
  }

  // MARK: - Passes

  /// Computes the outputs from what stands in the inputs.
  public func forward() {
    if !preparedConstants { prepare() }
    for index in plan.steps.indices { perform(index) }
  }

  /// The node that each step of a pass serves, nil where values only change their layout.
  ///
  /// Nodes fused into another have no step.
  public var stepNodes: [String?] {
    plan.steps.map { step in
      if case .operation = step.work { step.node } else { nil }
    }
  }

  /// Computes the outputs as `forward()` does and says how long each step took.
  ///
  /// - Parameter note: called after each step with its place in `stepNodes`; reading the clock is
  ///   all that a pass does besides.
  public func forward(timing note: (_ step: Int, _ duration: Duration) -> Void) {
    if !preparedConstants { prepare() }
    let clock = ContinuousClock()
    var begin = clock.now
    for index in plan.steps.indices {
      perform(index)
      let end = clock.now
      note(index, end - begin)
      begin = end
    }
  }

  private func perform(_ index: Int) {
    let step = plan.steps[index]
    if case .operation(let operation) = step.work {
      if let call = calls[index] { operation.forward(call) }
    } else if !plan.slots[step.outputs[0]].isConstant {
      convert(step)
    }
  }

  /// Computes the gradient of Σ output · outputGradient with respect to every parameter.
  ///
  /// Writes the gradients of the inputs. Follows a `forward()`.
  ///
  /// - Parameter parameters: what becomes of the parameters' gradients.
  public func backward(parameters: ParameterGradients = .added) {
    guard mode != .inference else { return }
    memory.beginBackward(plan, parameters, pool: pool)
    let calls =
      switch parameters {
      case .added: calls
      case .written: writingCalls
      case .left: inputCalls
      }
    for (index, step) in plan.steps.enumerated().reversed() {
      if case .operation(let operation) = step.work {
        if let call = calls[index], memory.needsGradient(step) { operation.backward(call) }
      } else {
        if parameters == .left && plan.slots[step.outputs[0]].isConstant { continue }
        convertGradient(step, index, parameters)
      }
    }
  }

  /// Sets every parameter's gradient to zero; not needed before a backward pass that writes them.
  public func zeroGradients() {
    for parameter in parameters { parameter.gradients.update(repeating: 0) }
  }

  /// Says that parameter values were written, so that packed copies are made anew.
  public func parametersChanged() {
    preparedConstants = false
  }

  private func prepare() {
    for (index, step) in plan.steps.enumerated() {
      if case .operation(let operation) = step.work {
        if let call = calls[index] { operation.prepare(call) }
      } else if plan.slots[step.outputs[0]].isConstant {
        convert(step)
      }
    }
    preparedConstants = true
  }

  private func convert(_ step: Step) {
    guard let source = step.inputs[0] else { return }
    LayoutConversion.copy(
      from: memory.view(source, of: plan), to: memory.view(step.outputs[0], of: plan),
      accumulating: false, pool: pool)
  }

  private func convertGradient(_ step: Step, _ index: Int, _ parameters: ParameterGradients) {
    guard let source = step.inputs[0], let target = memory.gradientView(source, of: plan),
      let gradient = memory.gradientView(step.outputs[0], of: plan)
    else { return }
    LayoutConversion.copy(
      from: gradient, to: target,
      accumulating: !memory.flow(parameters).overwritten[index][0], pool: pool)
  }

  // MARK: - What goes in and out

  /// The input of a name, row-major or as `exchange` asked; write it before `forward()`.
  ///
  /// - Throws: `GraphError.unknownOutput` when there is no such input.
  public func input(_ name: String) throws(GraphError) -> UnsafeMutableBufferPointer<Float> {
    try buffer(plan.inputs[name], name, of: memory.view)
  }

  /// The shape of an input.
  public func inputShape(_ name: String) -> Shape? {
    plan.inputs[name].map { plan.slots[$0].shape }
  }

  /// The shape of an output.
  public func outputShape(_ name: String) -> Shape? {
    plan.outputs[name].map { plan.slots[$0].shape }
  }

  /// An output, row-major or as `exchange` asked; valid after `forward()` until the next one.
  ///
  /// - Throws: `GraphError.unknownOutput` when it was not asked for.
  public func output(_ name: String) throws(GraphError) -> UnsafeMutableBufferPointer<Float> {
    try buffer(plan.outputs[name], name, of: memory.view)
  }

  /// Where the gradient of the loss with respect to an output is written before `backward()`.
  ///
  /// - Throws: `GraphError.unknownOutput` when it was not asked for or the mode is inference.
  public func outputGradient(
    _ name: String
  ) throws(GraphError) -> UnsafeMutableBufferPointer<Float> {
    guard let gradient = memory.outputGradients[name] else { throw .unknownOutput(name) }
    return gradient
  }

  /// The gradient of the loss with respect to an input, after `backward()`.
  ///
  /// - Throws: `GraphError.unknownOutput` when there is no such input or it is not differentiated.
  public func inputGradient(
    _ name: String
  ) throws(GraphError) -> UnsafeMutableBufferPointer<Float> {
    try buffer(plan.inputs[name], name, of: memory.gradientView)
  }

  /// The gradient of the loss with respect to a value that the executor was asked for, after `backward()`.
  ///
  /// Every path from the value to the outputs is in it, and what was written as its own output gradient. It
  /// lies as the value lies in the pass, each example's elements together.
  ///
  /// - Throws: `GraphError.unknownOutput` when the value was not asked for or is not differentiated.
  public func gradient(ofOutput name: String) throws(GraphError) -> TensorView {
    guard plan.outputs[name] != nil, let slot = plan.firstSlot(of: name),
      let view = memory.gradientView(slot, of: plan)
    else { throw .unknownOutput(name) }
    return view
  }

  private func buffer(
    _ slot: Int?, _ name: String, of view: (Int, ExecutionPlan) -> TensorView?
  ) throws(GraphError) -> UnsafeMutableBufferPointer<Float> {
    guard let slot, let view = view(slot, plan) else { throw .unknownOutput(name) }
    return UnsafeMutableBufferPointer(start: view.pointer, count: view.count)
  }

  /// One checked forward pass from tensors to tensors.
  ///
  /// - Throws: `GraphError.input` when an input is missing, unknown or of another shape.
  public func run(_ inputs: [String: Tensor]) throws(GraphError) -> [String: Tensor] {
    for name in inputs.keys.sorted() where plan.inputs[name] == nil {
      throw .input(name: name, expected: "an input of the graph", found: "no such name")
    }
    for name in plan.inputs.keys.sorted() {
      let shape = inputShape(name) ?? []
      guard let tensor = inputs[name] else {
        throw .input(name: name, expected: shape.description, found: "nothing")
      }
      guard tensor.shape == shape else {
        throw .input(name: name, expected: "\(shape)", found: "\(tensor.shape)")
      }
      _ = try input(name).update(fromContentsOf: tensor.scalars)
    }
    forward()
    var results: [String: Tensor] = [:]
    for (name, slot) in plan.outputs {
      let buffer = try output(name)
      results[name] = Tensor(shape: plan.slots[slot].shape) { buffer[$0] }
    }
    return results
  }

  /// The graph with the parameter values (and running statistics) as they now are.
  public func updatedGraph() -> Graph {
    var updated = graph
    for (name, slot) in plan.initializers where graph.initializers[name] != nil {
      let view = memory.view(slot, of: plan)
      updated.initializers[name] = TypedArray(
        Tensor(shape: view.shape) { view.pointer[$0] })
    }
    return updated
  }
}
