import CompressionPolicies
import Foundation
import Networks
import Reinforcement
import Tensors

/// `agent.json`: a trained DDPG agent in one file, canonical, so that equal agents are equal files.
///
/// Parameters are little-endian float32 in base 64, by name, with their shapes.
struct AgentFile: Codable {
  private static let version = 1

  private struct Parameter: Codable {
    let shape: [Int]
    let float32: PackedFloats
  }

  private let schemaVersion: Int
  private let agent: String
  private let configuration: DDPGConfiguration
  private let observationCount: Int
  private let actionSpace: BoxSpace
  private let returns: ReturnNormalizer
  private let tensors: [String: Parameter]

  /// The text of a file.
  ///
  /// - Throws: `EncodingError` for parameters of an agent that has diverged beyond what JSON can say.
  static func text(_ state: DDPGState) throws -> String {
    let file = AgentFile(
      schemaVersion: version, agent: "ddpg", configuration: state.configuration,
      observationCount: state.observationCount, actionSpace: state.actionSpace,
      returns: state.returns,
      tensors: state.tensors.mapValues {
        Parameter(shape: $0.shape.extents, float32: PackedFloats($0.scalars))
      })
    return try CanonicalJSON.file(CanonicalJSON.parse(bytes: JSONEncoder().encode(file)))
  }

  /// Reads a file.
  ///
  /// - Parameter path: its path, for messages.
  /// - Throws: `EspalierError.definition` for one that no search wrote.
  static func state(_ bytes: Data, path: String) throws(EspalierError) -> DDPGState {
    do {
      let file = try JSONDecoder().decode(AgentFile.self, from: bytes)
      guard file.schemaVersion == version, file.agent == "ddpg" else {
        throw EspalierError.setting(
          name: "schemaVersion and agent", expected: "\(version) and 'ddpg'",
          found: "\(file.schemaVersion) and '\(file.agent)'")
      }
      return DDPGState(
        configuration: file.configuration, observationCount: file.observationCount,
        actionSpace: file.actionSpace, returns: file.returns,
        tensors: try file.tensors.mapValues { try tensor($0) })
    } catch let error as DecodingError {
      throw .definition(file: path, reason: "no agent that a search saved (\(error.cause))")
    } catch {
      throw .definition(file: path, reason: "\(error)")
    }
  }

  private static func tensor(_ parameter: Parameter) throws -> Tensor {
    let values = parameter.float32.values
    // The product of extents from a file may overflow.
    var count = 1
    for extent in parameter.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow, product <= values.count else { count = -1; break }
      count = product
    }
    guard count == values.count else {
      throw EspalierError.setting(
        name: "tensors", expected: "as many numbers as the shape \(parameter.shape) has",
        found: "\(values.count)")
    }
    return try Tensor(shape: Shape(parameter.shape), scalars: values)
  }
}

extension DecodingError {
  /// The field at fault and what is wrong with it.
  fileprivate var cause: String {
    switch self {
    case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "it is no JSON object"
        : "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has another type"
    @unknown default: "it cannot be read"
    }
  }
}
