/// A network that another one learns from, and how much and how softly.
public struct Teacher: Equatable, Sendable {
  /// The network: one input and one output of class scores, or a softmax of them.
  public var graph: Graph
  /// α, the part of the loss that compares with the teacher; the rest compares with labels.
  public var weight: Double
  /// T, by which scores are divided before they are compared.
  public var temperature: Double

  /// A teacher; by default half of the loss is its own, at a temperature of 4.
  public init(_ graph: Graph, weight: Double = 0.5, temperature: Double = 4) {
    self.graph = graph
    self.weight = weight
    self.temperature = temperature
  }

  /// Checks that weight and temperature are within their ranges.
  ///
  /// - Throws: `TrainingError.configuration` with the first one that is not.
  public func validate() throws(TrainingError) {
    guard (0...1).contains(weight) else {
      throw .configuration(field: "distillation", expected: "0.0 to 1.0", found: "\(weight)")
    }
    guard temperature > 0, temperature <= 1e3 else {
      throw .configuration(
        field: "temperature", expected: "above 0.0 and up to 1000.0", found: "\(temperature)")
    }
  }
}
