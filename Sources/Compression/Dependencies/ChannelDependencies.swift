public import Networks
public import Tensors

/// The channel groups of a graph, derived from its nodes: no list of architectures.
///
/// Residual additions tie channels, concatenations keep them apart, a zero-padded shortcut ties some
/// and adds others, a grouped convolution ties the same position of each group; `ChannelFlow` holds
/// the rules.
public struct ChannelDependencies: Sendable {
  /// The groups in the order in which the graph makes them.
  public let groups: [ChannelGroup]
  /// The shapes of all values for a batch of 1.
  public let shapes: [String: Shape]
  /// The places where channels are put into another order.
  let shuffles: [ChannelShuffle]
  private let classesOfValue: [String: [Int]]
  private let groupOfClass: [Int: Int]

  /// Analyses a graph.
  ///
  /// - Throws: `GraphError` when its shapes cannot be inferred.
  public init(_ graph: Graph) throws {
    let shapes = try graph.shapes(batch: 1)
    let flow = ChannelFlow(graph, shapes: shapes)
    self.shapes = shapes
    shuffles = flow.shuffles
    var classesOfValue: [String: [Int]] = [:]
    var valuesOfClass: [Int: [Int]] = [:]
    for (number, value) in flow.classes.values.enumerated() {
      let classes = flow.classes.classes(of: value)
      classesOfValue[value] = classes
      // Once for each channel: classes that a value holds unequally often are different groups.
      for member in classes { valuesOfClass[member, default: []].append(number) }
    }
    var order: [[Int]] = []
    var members: [[Int]: [Int]] = [:]
    for member in valuesOfClass.keys.sorted() {
      guard let values = valuesOfClass[member] else { continue }
      if members[values] == nil { order.append(values) }
      members[values, default: []].append(member)
    }
    self.classesOfValue = classesOfValue
    let values = flow.classes.values
    groups = order.map { key in
      ChannelGroup(
        classes: members[key] ?? [], values: key.map { values[$0] }, in: graph, pins: flow.pins)
    }
    groupOfClass = Dictionary(
      uniqueKeysWithValues: groups.enumerated().flatMap { number, group in
        group.classes.map { ($0, number) }
      })
  }

  /// The class of each channel of a value; empty when it has no channels.
  public func classes(of value: String) -> [Int] { classesOfValue[value] ?? [] }

  /// How many channels of a value belong to each group.
  ///
  /// With `width` classes of a group kept, a value keeps `count · width / group.width` channels.
  public func multiplicities(of value: String) -> [(group: Int, perClass: Int)] {
    var counts: [Int: Int] = [:]
    for member in classes(of: value) { counts[groupOfClass[member] ?? -1, default: 0] += 1 }
    return counts.keys.sorted().compactMap { group in
      guard group >= 0, let count = counts[group] else { return nil }
      return (group, count / max(groups[group].width, 1))
    }
  }
}

extension ChannelGroup {
  fileprivate init(classes: [Int], values: [String], in graph: Graph, pins: [String: String]) {
    let held = Set(values)
    let weighted = graph.nodes.filter { $0.hasChannelWeights(in: graph) }
    producers = weighted.filter { held.contains($0.outputs[0]) }.map(\.name)
    consumers = weighted.filter { held.contains($0.inputs[0]) }.map(\.name)
    isTied =
      producers.count > 1
      && graph.nodes.contains { node in
        ["Add", "Sub"].contains(node.operatorType) && node.inputs.allSatisfy(held.contains)
      }
    self.classes = classes
    let pin = values.lazy.compactMap { pins[$0] }.first
    if let pin {
      obstacle = pin
    } else if producers.isEmpty {
      obstacle = "no layer makes these channels"
    } else if consumers.isEmpty {
      obstacle = "no layer reads these channels"
    } else {
      // A value that is named twice holds more than one channel of the only class.
      let isOne = held.count == values.count
      obstacle =
        classes.count > 1
        ? nil : isOne ? "there is only one channel" : "its channels can only go together"
    }
    name = producers.first ?? values.first ?? ""
  }
}
