public import Calibration
import Compression
import CompressionPolicies
public import Foundation
import Hardware

/// Bits that a calibration decides itself, within budgets.
public struct BudgetedBits: Equatable, Sendable {
  /// The limits, at least one.
  public var budgets: [Budget]
  /// The device whose time and energy count; nil where none is asked.
  public var device: String?
  /// Folders with devices of one's own.
  public var deviceFolders: [URL] = []
  /// The bits that weights may get.
  public var weights = [2, 3, 4, 6, 8]
  /// The bits that inputs may get; nil takes those of weights where a limit depends on them, else 8.
  public var activations: [Int]?
  /// The bits of the first and the last layer; nil decides about them as about the others.
  public var ends: Int? = 8
  /// What networks are compared by.
  public var measure = SensitivityMeasure.outputs
  /// Images that they are compared on.
  public var images = 64
  /// The file that the decided policy is written to; nil writes none.
  public var policy: URL?

  /// Bits within budgets.
  public init(budgets: [Budget]) { self.budgets = budgets }

  /// Everything that the decision depends on, in words.
  var identity: String {
    let limits = budgets.map { "\($0)" }.joined(separator: ", ")
    let inputs = activations.map { "\($0)" } ?? "by the limits"
    return "\(limits) on \(device ?? "no device"), of \(weights) and \(inputs), "
      + "ends \(ends ?? 0), by \(measure.rawValue) on \(images) images"
  }

  /// The candidates for the layers of a network, without bits that the device lacks.
  ///
  /// - Throws: `CompressionError.setting` for bits that there are not.
  func candidates(_ layers: [String], _ device: SupportedBits?) throws -> BitCandidates {
    let dependsOnInputs = budgets.contains { $0.quantity != .weightBytes }
    let inputs = activations ?? (dependsOnInputs ? weights : [8])
    // Where the device has none of them it is to say so by name.
    func limited(_ bits: [Int], _ supported: [Int]?) -> [Int] {
      let common = bits.filter { supported?.contains($0) ?? true }
      return common.isEmpty ? bits : common
    }
    var pinned: [String: Int] = [:]
    if let ends {
      for layer in [layers.first, layers.last].compactMap({ $0 }) { pinned[layer] = ends }
    }
    return try BitCandidates(
      weights: limited(weights, device?.weights), activations: limited(inputs, device?.activations),
      pinned: pinned)
  }
}
