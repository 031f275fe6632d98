public import Foundation
internal import Units

/// What an array of costs means: the axes, the layers, the bits and the unit.
///
/// As JSON beside the array:
///
///     { "name": "…", "device": "…", "unit": "cycles", "clock": 2e8, "batch": 16,
///       "axes": ["layer", "weightBits", "activationBits"],
///       "layers": ["features.0.0", …], "weightBits": [1, …, 8], "activationBits": [1, …, 8] }
public struct CostArrayDescription: Codable, Equatable, Sendable {
  /// The table's name.
  public var name: String
  /// The device's name.
  public var device: String
  /// `cycles`, `s` or `ms`.
  public var unit: String
  /// The clock of cycles, in Hz.
  public var clock: Double?
  /// Watts that the device draws.
  public var power: Double?
  /// The examples that entries are for.
  public var batch: Int?
  /// What each axis of the array is, each once.
  public var axes: [Axis]
  /// The layers' names; their numbers from 0 when left out.
  public var layers: [String]?
  /// The bits along the weights' axis.
  public var weightBits: [Int]
  /// The bits along the activations' axis.
  public var activationBits: [Int]

  /// What an axis is.
  public enum Axis: String, Codable, CaseIterable, Sendable {
    case layer, weightBits, activationBits
  }

  /// A description; HAQ's axes and bits from 1 to 8 when left out.
  public init(
    name: String, device: String, unit: String, clock: Double? = nil, power: Double? = nil,
    batch: Int? = nil, axes: [Axis] = Axis.allCases, layers: [String]? = nil,
    weightBits: [Int] = Array(1...8), activationBits: [Int] = Array(1...8)
  ) {
    self.name = name
    self.device = device
    self.unit = unit
    self.clock = clock
    self.power = power
    self.batch = batch
    self.axes = axes
    self.layers = layers
    self.weightBits = weightBits
    self.activationBits = activationBits
  }

  /// Reads a description.
  ///
  /// - Throws: `HardwareError.file` with the field that is missing or of another kind.
  public init(json: Data, file: String) throws(HardwareError) {
    do {
      self = try JSONDecoder().decode(Self.self, from: json)
    } catch {
      throw JSONFault.failure(error, in: json, file: file)
    }
  }
}

extension CostTable {
  /// Reads a table from a NumPy array (int64, float32 or float64, C order) and what it means.
  ///
  /// - Throws: `HardwareError.file` for other bytes, or an array whose extents are not those described, and
  ///   as making a table does.
  public init(
    npy: Data, description: CostArrayDescription, file: String
  ) throws(HardwareError) {
    let array = try NumberArray(npy: npy, file: file)
    guard description.axes.count == 3, Set(description.axes).count == 3 else {
      throw .file(
        name: file, place: "axes", expected: "layer, weightBits and activationBits, each once",
        found: description.axes.map(\.rawValue).joined(separator: ", "))
    }
    let axis = { (name: CostArrayDescription.Axis) in description.axes.firstIndex(of: name) ?? 0 }
    let (layerAxis, weightAxis, activationAxis) =
      (axis(.layer), axis(.weightBits), axis(.activationBits))
    guard array.shape.count == 3 else {
      throw .file(
        name: file, place: "the shape", expected: "three axes", found: "\(array.shape)")
    }
    let layers = description.layers ?? (0..<array.shape[layerAxis]).map(String.init)
    for (axis, name, count) in [
      (layerAxis, "layer", layers.count), (weightAxis, "weightBits", description.weightBits.count),
      (activationAxis, "activationBits", description.activationBits.count),
    ] where array.shape[axis] != count {
      throw .file(
        name: file, place: "axis \(axis), '\(name)'", expected: "\(count), as described",
        found: "\(array.shape[axis])")
    }
    let strides = [array.shape[1] * array.shape[2], array.shape[2], 1]
    var rows: [Row] = []
    for (layer, name) in layers.enumerated() {
      var entries: [LayerBits: Entry] = [:]
      for (w, weights) in description.weightBits.enumerated() {
        for (a, activations) in description.activationBits.enumerated() {
          let place =
            layer * strides[layerAxis] + w * strides[weightAxis] + a * strides[activationAxis]
          let bits = LayerBits(weights: BitWidth(weights), activations: BitWidth(activations))
          guard entries.updateValue(Entry(mean: array.elements[place]), forKey: bits) == nil else {
            throw .file(
              name: file, place: "bits", expected: "each bits once", found: "\(bits) again")
          }
        }
      }
      rows.append(Row(layer: name, workload: nil, entries: entries))
    }
    try self.init(
      name: description.name, device: description.device,
      unit: Unit(word: description.unit, clock: description.clock, file: file),
      power: description.power, batch: description.batch, rows: rows)
  }

  /// Reads a table's file: `.json`, `.csv`, or `.npy` with its description beside it, under the same name
  /// with the ending `.json`.
  ///
  /// - Throws: `HardwareError.file` when it cannot be read or has another ending, and what reading its format
  ///   throws.
  public init(contentsOf url: URL) throws(HardwareError) {
    let file = url.lastPathComponent
    switch url.pathExtension.lowercased() {
    case "json": try self.init(json: Self.bytes(of: url), file: file)
    case "csv":
      try self.init(csv: CommaSeparatedText.text(of: Self.bytes(of: url), file: file), file: file)
    case "npy":
      let beside = url.deletingPathExtension().appendingPathExtension("json")
      let description = try CostArrayDescription(
        json: Self.bytes(of: beside), file: beside.lastPathComponent)
      try self.init(npy: Self.bytes(of: url), description: description, file: file)
    default:
      throw .file(
        name: file, place: "the name's ending", expected: "json, csv or npy",
        found: "'\(url.pathExtension)'")
    }
  }

  private static func bytes(of url: URL) throws(HardwareError) -> Data {
    do {
      return try Data(contentsOf: url)
    } catch {
      throw .file(
        name: url.lastPathComponent, place: "the file", expected: "a file that can be read",
        found: error.localizedDescription)
    }
  }
}
