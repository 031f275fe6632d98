/// Elements of parameters that are zero by decision and stay so while the others are trained.
///
///     g ← m·g before each step        w ← m·w before the first and after each
///
/// With m = 0 an element's gradient is 0, so that no velocity builds up, and its value is 0 whatever
/// momentum and decay would make of it.
public struct ParameterMasks: Equatable, Sendable {
  /// Which elements may change, row-major, by the parameter's name; parameters without an entry
  /// are trained whole.
  public let kept: [String: [Bool]]

  /// Masks by parameter name; by default none.
  public init(_ kept: [String: [Bool]] = [:]) {
    self.kept = kept
  }

  /// Checks that every mask is for a parameter, and as long.
  ///
  /// - Throws: `TrainingError.mask`.
  func check(_ parameters: [Parameter]) throws(TrainingError) {
    for name in kept.keys.sorted() {
      let expected = parameters.first { $0.name == name }?.values.count
      let found = kept[name]?.count
      guard let expected, found == expected else {
        throw .mask(
          name: name, expected: expected.map { "\($0) elements" } ?? "a trained parameter",
          found: expected == nil ? "no such name" : "\(found ?? 0)")
      }
    }
  }

  /// Sets the gradients of held elements to zero.
  func apply(toGradientsOf parameters: [Parameter]) {
    clear(parameters, \.gradients)
  }

  /// Sets held elements to zero.
  func apply(toValuesOf parameters: [Parameter]) {
    clear(parameters, \.values)
  }

  private func clear(
    _ parameters: [Parameter], _ memory: KeyPath<Parameter, UnsafeMutableBufferPointer<Float>>
  ) {
    guard !kept.isEmpty else { return }
    for parameter in parameters {
      guard let kept = kept[parameter.name] else { continue }
      let elements = parameter[keyPath: memory]
      for (position, isKept) in kept.enumerated() where !isKept { elements[position] = 0 }
    }
  }
}
