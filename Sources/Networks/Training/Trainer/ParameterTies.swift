import Tensors

/// Elements of parameters that share one value and go on sharing it while they are trained.
///
///     g_i ← mean of g over the elements that share i's value        before each step
///
/// After a step, which then moves them alike, each gets the value of the first of them, so that rounding
/// never parts them. For SGD without decay the shared value moves as the mean of its elements would, had each
/// taken its own step: as the centroids of HAQ's k-means do.
///
/// Source: Wang et al. 2019 (arXiv 1811.08886), section 3.4, and its code's update of centroids.
public struct ParameterTies: Equatable, Sendable {
  /// Which value each element has, numbered from 0, by the parameter's name.
  public let values: [String: [Int]]

  /// Ties by parameter name; by default none.
  public init(_ values: [String: [Int]] = [:]) {
    self.values = values
  }

  /// Ties the elements of some parameters that are equal as they stand.
  public init(equalElementsOf graph: Graph, in names: some Sequence<String>) {
    var values: [String: [Int]] = [:]
    for name in names {
      guard let tensor = graph.initializers[name]?.tensor else { continue }
      var numbers: [Float: Int] = [:]
      values[name] = tensor.scalars.map { value in
        let number = numbers[value] ?? numbers.count
        numbers[value] = number
        return number
      }
    }
    self.values = values
  }

  /// Checks that all ties are of a parameter, and as many as its elements.
  ///
  /// - Throws: `TrainingError.mask`.
  func check(_ parameters: [Parameter]) throws(TrainingError) {
    for name in values.keys.sorted() {
      let expected = parameters.first { $0.name == name }?.values.count
      let found = values[name]?.count
      guard let expected, found == expected, values[name]?.allSatisfy({ $0 >= 0 }) ?? false else {
        throw .mask(
          name: name, expected: expected.map { "\($0) elements" } ?? "a trained parameter",
          found: expected == nil ? "no such name" : "\(found ?? 0)")
      }
    }
  }

  /// Gives elements that share a value the mean of their gradients.
  func apply(toGradientsOf parameters: [Parameter]) {
    for parameter in parameters {
      guard let own = values[parameter.name], let most = own.max() else { continue }
      var sums = [Double](repeating: 0, count: most + 1)
      var counts = [Int](repeating: 0, count: most + 1)
      for (position, value) in own.enumerated() {
        sums[value] += Double(parameter.gradients[position])
        counts[value] += 1
      }
      for (position, value) in own.enumerated() {
        parameter.gradients[position] = Float(sums[value] / Double(counts[value]))
      }
    }
  }

  /// Gives elements that share a value that of the first of them.
  func apply(toValuesOf parameters: [Parameter]) {
    for parameter in parameters {
      guard let own = values[parameter.name] else { continue }
      var first: [Int: Float] = [:]
      for (position, value) in own.enumerated() {
        if let known = first[value] {
          parameter.values[position] = known
        } else {
          first[value] = parameter.values[position]
        }
      }
    }
  }
}
