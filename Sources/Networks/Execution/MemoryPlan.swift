/// Where each slot of a plan lies in one arena.
///
/// Slots whose lives do not overlap share memory: a slot lives from the step that writes it to the
/// last that reads it. Offsets are multiples of 16 floats, a cache line.
struct MemoryPlan {
  private(set) var offsets: [Int]
  private(set) var count = 0

  private struct Region {
    let start: Int
    var count: Int
  }

  /// - Parameter sharing: false when every value must survive the pass, as a backward pass asks.
  init(_ plan: ExecutionPlan, sharing: Bool) {
    offsets = [Int](repeating: 0, count: plan.slots.count)
    let lastUse = MemoryPlan.lastUses(plan)
    var free: [Region] = []
    // Constants and what is computed from them are written once, before the first pass; inputs are
    // written from outside. None of their places can be lent to others.
    for (slot, value) in plan.slots.enumerated()
    where value.isConstant || plan.inputs[value.value] == slot {
      offsets[slot] = take(MemoryPlan.rounded(value.shape.count), from: &free)
    }
    for (index, step) in plan.steps.enumerated() {
      for slot in step.outputs where !plan.slots[slot].isConstant {
        offsets[slot] = take(MemoryPlan.rounded(plan.slots[slot].shape.count), from: &free)
      }
      guard sharing else { continue }
      let touched = Set(step.inputs.compactMap { $0 } + step.outputs).sorted()
      for slot in touched where lastUse[slot] == index && !plan.slots[slot].isConstant {
        if plan.inputs[plan.slots[slot].value] == slot { continue }
        give(
          Region(
            start: offsets[slot], count: MemoryPlan.rounded(plan.slots[slot].shape.count)),
          to: &free)
      }
    }
  }

  private static func rounded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  private static func lastUses(_ plan: ExecutionPlan) -> [Int] {
    var last = [Int](repeating: -1, count: plan.slots.count)
    for (index, step) in plan.steps.enumerated() {
      for slot in step.outputs + step.inputs.compactMap({ $0 }) { last[slot] = index }
    }
    for slot in plan.outputs.values { last[slot] = Int.max }
    return last
  }

  /// The smallest free region that fits, or new room at the end.
  private mutating func take(_ size: Int, from free: inout [Region]) -> Int {
    let fitting = free.indices.filter { free[$0].count >= size }
    guard let best = fitting.min(by: { free[$0].count < free[$1].count }) else {
      count += size
      return count - size
    }
    let region = free.remove(at: best)
    if region.count > size {
      free.append(Region(start: region.start + size, count: region.count - size))
    }
    return region.start
  }

  /// Returns a region, joined with its free neighbours.
  private func give(_ region: Region, to free: inout [Region]) {
    var start = region.start
    var end = region.start + region.count
    free.removeAll { other in
      let touches = other.start + other.count == start || other.start == end
      if touches {
        start = min(start, other.start)
        end = max(end, other.start + other.count)
      }
      return touches
    }
    if end > start { free.append(Region(start: start, count: end - start)) }
  }
}
