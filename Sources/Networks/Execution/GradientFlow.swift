/// Which gradients a backward pass must clear before it adds to them.
///
/// The first gradient that reaches a slot can be written instead of added, which saves a pass that
/// clears it and one that reads the zeros, where the operator that brings it can do that.
struct GradientFlow {
  /// Parts of the gradient arena to clear, in rising order and apart.
  private(set) var cleared: [Range<Int>] = []
  /// For each step and each of its inputs, whether the gradient is written.
  private(set) var overwritten: [[Bool]] = []

  /// Nothing flows.
  init() {}

  /// - Parameters:
  ///   - offsets: where the gradient of each slot lies; nil where it has none.
  ///   - parameters: the slots of parameters whose gradients are added up over passes.
  init(_ plan: ExecutionPlan, offsets: [Int?], parameters: Set<Int>) {
    // What is given from outside is copied, not cleared.
    var written = Set(plan.outputs.values)
    var clean = written
    overwritten = plan.steps.map { $0.inputs.map { _ in false } }
    for (index, step) in plan.steps.enumerated().reversed()
    where step.outputs.contains(where: { offsets[$0] != nil }) {
      for (position, slot) in step.inputs.enumerated() {
        guard let slot, offsets[slot] != nil, !parameters.contains(slot) else { continue }
        let isAlone = step.inputs.filter { $0 == slot }.count == 1
        if !written.contains(slot), isAlone, step.overwritesGradient(ofInput: position) {
          overwritten[index][position] = true
          clean.insert(slot)
        }
        written.insert(slot)
      }
    }
    for (slot, offset) in offsets.enumerated() {
      guard let offset, !parameters.contains(slot), !clean.contains(slot) else { continue }
      let end = offset + (plan.slots[slot].shape.count + 15) / 16 * 16
      if let last = cleared.last, last.upperBound == offset {
        cleared[cleared.count - 1] = last.lowerBound..<end
      } else {
        cleared.append(offset..<end)
      }
    }
  }
}

extension Step {
  /// Whether the step can write a gradient of its inputs instead of adding to it.
  fileprivate func overwritesGradient(ofInput position: Int) -> Bool {
    guard case .operation(let operation) = work else { return true }
    return operation.overwritesGradient(ofInput: position)
  }
}
