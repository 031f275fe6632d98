import Tensors

/// The memory behind an executor: one arena for values, one for gradients, one for operators' state.
final class ExecutorMemory {
  private let values: UnsafeMutablePointer<Float>
  private let gradients: UnsafeMutablePointer<Float>
  private let states: UnsafeMutablePointer<Float>
  private let layout: MemoryPlan
  private let gradientOffsets: [Int?]
  private let stateOffsets: [Int]
  private let trained: [(name: String, slot: Int)]
  private let addingFlow: GradientFlow
  /// How gradients flow where those of parameters are written.
  private let writingFlow: GradientFlow
  private(set) var outputGradients: [String: UnsafeMutableBufferPointer<Float>] = [:]

  init(_ plan: ExecutionPlan, graph: Graph, mode: ExecutionMode, differentiatingInputs: Bool) {
    layout = MemoryPlan(plan, sharing: mode == .inference)
    values = ExecutorMemory.allocate(layout.count)
    for (name, slot) in plan.initializers {
      guard let tensor = graph.initializers[name]?.tensor else { continue }
      _ = UnsafeMutableBufferPointer(start: values + layout.offsets[slot], count: tensor.count)
        .update(fromContentsOf: tensor.scalars)
    }
    (stateOffsets, states) = ExecutorMemory.makeStates(plan)
    guard mode != .inference else {
      trained = []
      gradientOffsets = plan.slots.map { _ in nil }
      addingFlow = GradientFlow()
      writingFlow = GradientFlow()
      gradients = ExecutorMemory.allocate(0)
      return
    }
    trained = ExecutorMemory.trainedInitializers(plan, graph)
    var needed = ExecutorMemory.slotsWithGradient(
      plan, trained: trained.map(\.slot), inputs: differentiatingInputs)
    var offsets = [Int?](repeating: nil, count: plan.slots.count)
    var next = 0
    let parameterSlots = Set(trained.map(\.slot))
    needed.subtract(parameterSlots)
    for slot in needed.sorted() + trained.map(\.slot) {
      offsets[slot] = next
      next += (plan.slots[slot].shape.count + 15) / 16 * 16
    }
    gradientOffsets = offsets
    addingFlow = GradientFlow(plan, offsets: offsets, parameters: parameterSlots)
    writingFlow = GradientFlow(plan, offsets: offsets, parameters: [])
    gradients = ExecutorMemory.allocate(next)
    for (name, slot) in plan.outputs {
      let count = plan.slots[slot].shape.count
      outputGradients[name] = UnsafeMutableBufferPointer(
        start: ExecutorMemory.allocate(count), count: count)
    }
  }

  deinit {
    values.deallocate()
    gradients.deallocate()
    states.deallocate()
    for buffer in outputGradients.values { buffer.baseAddress?.deallocate() }
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 16) * 4, alignment: 64)
    let pointer = raw.bindMemory(to: Float.self, capacity: max(count, 16))
    pointer.initialize(repeating: 0, count: max(count, 16))
    return pointer
  }

  private static func makeStates(
    _ plan: ExecutionPlan
  ) -> ([Int], UnsafeMutablePointer<Float>) {
    var offsets: [Int] = []
    var next = 0
    for step in plan.steps {
      offsets.append(next)
      guard case .operation(let operation) = step.work else { continue }
      next += (operation.stateCount(at: plan.site(of: step)) + 15) / 16 * 16
    }
    return (offsets, allocate(next))
  }

  // MARK: - Gradients

  private static func trainedInitializers(
    _ plan: ExecutionPlan, _ graph: Graph
  ) -> [(name: String, slot: Int)] {
    var names: Set<String> = []
    for node in graph.nodes {
      for (position, name) in node.inputs.enumerated() {
        guard let constant = graph.initializers[name], case .float32 = constant.storage else {
          continue
        }
        if node.isParameter(position, constant: constant) { names.insert(name) }
      }
    }
    return plan.initializers.filter { names.contains($0.name) }
  }

  private static func slotsWithGradient(
    _ plan: ExecutionPlan, trained: [Int], inputs: Bool
  ) -> Set<Int> {
    var needed = Set(trained)
    if inputs { needed.formUnion(plan.inputs.values) }
    for step in plan.steps where step.inputs.contains(where: { $0.map(needed.contains) ?? false }) {
      needed.formUnion(step.outputs)
    }
    return needed
  }

  /// Whether a backward pass through a step reaches anything.
  func needsGradient(_ step: Step) -> Bool {
    step.outputs.contains { gradientOffsets[$0] != nil }
  }

  /// Which gradients are written and which are added.
  func flow(_ parameters: ParameterGradients) -> GradientFlow {
    parameters == .written ? writingFlow : addingFlow
  }

  /// Clears the gradients that are added to and puts those of the outputs in place.
  func beginBackward(_ plan: ExecutionPlan, _ parameters: ParameterGradients, pool: WorkerPool) {
    for cleared in flow(parameters).cleared {
      pool.forEachChunk(of: cleared.count) { range in
        (gradients + cleared.lowerBound + range.lowerBound).update(
          repeating: 0, count: range.count)
      }
    }
    for (name, slot) in plan.outputs {
      guard let offset = gradientOffsets[slot], let given = outputGradients[name]?.baseAddress
      else { continue }
      (gradients + offset).update(from: given, count: plan.slots[slot].shape.count)
    }
  }

  func parameters(of plan: ExecutionPlan) -> [Parameter] {
    trained.compactMap { name, slot in
      guard let gradient = gradientView(slot, of: plan) else { return nil }
      let value = view(slot, of: plan)
      return Parameter(
        name: name, shape: value.shape,
        values: UnsafeMutableBufferPointer(start: value.pointer, count: value.count),
        gradients: UnsafeMutableBufferPointer(start: gradient.pointer, count: value.count))
    }
  }

  // MARK: - Views

  func view(_ slot: Int, of plan: ExecutionPlan) -> TensorView {
    let value = plan.slots[slot]
    return TensorView(
      pointer: values + layout.offsets[slot], shape: value.shape, layout: value.layout)
  }

  func gradientView(_ slot: Int, of plan: ExecutionPlan) -> TensorView? {
    guard let offset = gradientOffsets[slot] else { return nil }
    let value = plan.slots[slot]
    return TensorView(pointer: gradients + offset, shape: value.shape, layout: value.layout)
  }

  func call(
    forStep index: Int, of plan: ExecutionPlan, _ parameters: ParameterGradients = .added,
    workspace: Workspace, mode: ExecutionMode
  ) -> OperatorCall? {
    let step = plan.steps[index]
    guard case .operation = step.work else { return nil }
    let differentiates = mode != .inference && needsGradient(step)
    return OperatorCall(
      inputs: step.inputs.map { $0.map { view($0, of: plan) } },
      outputs: step.outputs.map { view($0, of: plan) },
      inputGradients: differentiates
        ? step.inputs.map { $0.flatMap { gradientView($0, of: plan) } } : [],
      overwritten: differentiates ? flow(parameters).overwritten[index] : [],
      outputGradients: differentiates
        ? step.outputs.compactMap { gradientView($0, of: plan) } : [],
      state: states + stateOffsets[index], workspace: workspace, mode: mode)
  }
}
