import Calibration
import Foundation
import Interchange

/// A calibration that is not done, in a file beside what it will write.
struct CalibrationCheckpoint: Codable {
  /// What the calibration is of, by names: everything that its result depends on.
  let identity: [String: String]
  /// Where it stands.
  let state: CalibrationState

  /// The file for what is written to a place.
  static func file(for output: URL) -> URL { output.appendingPathExtension("calibration") }

  /// The state in a file; nil where there is no file.
  ///
  /// - Throws: `EspalierError.otherCalibration` when the file cannot be read or is of another calibration,
  ///   with what differs.
  static func state(
    in file: URL, identity: [String: String]
  ) throws(EspalierError) -> CalibrationState? {
    guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
    guard let found = try? JSONDecoder().decode(CalibrationCheckpoint.self, from: data) else {
      throw .otherCalibration(file: file.path, reason: "it is no checkpoint")
    }
    for name in Set(identity.keys).union(found.identity.keys).sorted()
    where identity[name] != found.identity[name] {
      throw .otherCalibration(
        file: file.path,
        reason: "its \(name) is '\(found.identity[name] ?? "")', not '\(identity[name] ?? "")'")
    }
    return found.state
  }

  /// Writes, whole or not at all.
  func write(to file: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try AtomicFile.write(encoder.encode(self), to: file)
  }
}

extension CalibrationRequest {
  /// Everything that the result depends on, by names.
  ///
  /// - Parameters:
  ///   - model: the sha256 of the model's file.
  ///   - policy: the policy as it was read, in JSON; empty where there is none.
  func identity(model: String, policy: String) -> [String: String] {
    var identity = Dictionary(
      NamedCalibrationSetting.all.map { ($0.name, $0.value(in: settings)) }
    ) { first, _ in first }
    identity["model"] = model
    identity["data"] = data
    identity["preprocessing"] = "\(preprocessing)"
    identity["method"] = settings.method.rawValue
    identity["images"] = "\(images)"
    identity["seed"] = "\(seed)"
    identity["policy"] = policy
    if case .uniform(let weights, let activations, let ends) = bits {
      identity["bits"] = "\(weights)/\(activations)" + (ends.map { ", \($0) at the ends" } ?? "")
    }
    if case .budget(let budgeted) = bits { identity["bits"] = budgeted.identity }
    return identity
  }
}
