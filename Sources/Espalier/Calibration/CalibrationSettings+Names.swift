public import Calibration

/// A setting of a calibration by its name, as text.
public struct NamedCalibrationSetting: Sendable {
  /// The name.
  public let name: String
  /// What a value has to be, for messages.
  public let expected: String
  private let read: @Sendable (CalibrationSettings) -> String
  private let write: @Sendable (inout CalibrationSettings, String) -> Bool

  /// The value in some settings.
  public func value(in settings: CalibrationSettings) -> String { read(settings) }

  /// Changes the value.
  ///
  /// - Throws: `EspalierError.setting` when the text is none.
  public func set(_ text: String, in settings: inout CalibrationSettings) throws(EspalierError) {
    guard write(&settings, text) else {
      throw .setting(name: name, expected: expected, found: "'\(text)'")
    }
  }

  /// Every setting but the method.
  public static var all: [NamedCalibrationSetting] {
    [
      number("iterations", \.rounding.iterations), number("batch", \.rounding.batch),
      choice("rule", \.rounding.rule), number("rounding-rate", \.rounding.roundingRate),
      flag("rounding-decays", \.rounding.roundingDecays), flag("hard", \.rounding.isHard),
      number("bias-rate", \.rounding.biasRate), number("step-rate", \.rounding.stepRate),
      number("activation-rate", \.rounding.activationRate), number("drop", \.rounding.drop),
      number("gradual", \.rounding.gradual),
      number("regularization", \.rounding.regularization),
      number("first-beta", \.rounding.firstBeta), number("last-beta", \.rounding.lastBeta),
      number("warmup", \.rounding.warmup), number("settling", \.rounding.settling),
      number("cache-limit", \.rounding.cacheLimit), number("start-iterations", \.startIterations),
      number("start-margin", \.startMargin), choice("weighting", \.weighting),
      flag("normalized-errors", \.normalizesErrors), number("output-weight", \.outputWeight),
      number("least-probes", \.hessian.leastProbes), number("most-probes", \.hessian.mostProbes),
      number("probe-error", \.hessian.relativeError), number("hessian-images", \.hessianImages),
      flag("biases", \.learnsBiases), flag("steps", \.learnsSteps), activations,
    ]
  }

  /// The setting of a name.
  ///
  /// - Throws: `EspalierError.setting` when there is none.
  public static func named(_ name: String) throws(EspalierError) -> NamedCalibrationSetting {
    guard let found = all.first(where: { $0.name == name }) else {
      throw .setting(
        name: "--set", expected: "one of " + all.map(\.name).joined(separator: ", "),
        found: "'\(name)'")
    }
    return found
  }

  private typealias Path<Value> = WritableKeyPath<CalibrationSettings, Value> & Sendable

  private static func number(_ name: String, _ path: any Path<Int>) -> Self {
    NamedCalibrationSetting(name: name, expected: "a whole number from 0 on") {
      "\($0[keyPath: path])"
    } write: { settings, text in
      guard let value = Int(text), value >= 0 else { return false }
      settings[keyPath: path] = value
      return true
    }
  }

  private static func number(_ name: String, _ path: any Path<Double>) -> Self {
    NamedCalibrationSetting(name: name, expected: "a number from 0 to 1000000") {
      "\($0[keyPath: path])"
    } write: { settings, text in
      guard let value = Double(text), (0...1e6).contains(value) else { return false }
      settings[keyPath: path] = value
      return true
    }
  }

  private static func flag(_ name: String, _ path: any Path<Bool>) -> Self {
    NamedCalibrationSetting(name: name, expected: "true or false") {
      "\($0[keyPath: path])"
    } write: { settings, text in
      guard let value = Bool(text) else { return false }
      settings[keyPath: path] = value
      return true
    }
  }

  private static func choice<Value: RawRepresentable & CaseIterable & Sendable>(
    _ name: String, _ path: any Path<Value>
  ) -> Self where Value.RawValue == String {
    let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
    return NamedCalibrationSetting(name: name, expected: "one of \(known)") {
      $0[keyPath: path].rawValue
    } write: { settings, text in
      guard let value = Value(rawValue: text) else { return false }
      settings[keyPath: path] = value
      return true
    }
  }

  private static var activations: Self {
    NamedCalibrationSetting(name: "activations", expected: "true, false or automatic") {
      $0.learnsActivations.map { "\($0)" } ?? "automatic"
    } write: { settings, text in
      guard text == "automatic" || Bool(text) != nil else { return false }
      settings.learnsActivations = Bool(text)
      return true
    }
  }
}
