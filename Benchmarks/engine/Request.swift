/// What the driver asks.
struct Request: Decodable {
  enum Command: String, Decodable {
    /// Which processor path and which variants there are.
    case describe
    /// Runs a case `iterations` times and says how long it took.
    case time
    /// Runs a case once on the driver's numbers, so that it can be compared with a peer's answer.
    case answer
    /// Writes the case's network as ONNX to `output`, so that a peer can run the same.
    case write
    /// Loads a network and runs it, and says what memory that took; in a process of its own.
    case memory
  }

  var command: Command
  var `case`: CaseDescription?
  var iterations: Int?
  /// Where the driver's numbers are: a `.npy` file, or a folder of them.
  var input: String?
  /// Where an answer goes.
  var output: String?
}

/// What is measured, with every extent.
///
/// Equal descriptions are one case, built once and kept.
struct CaseDescription: Decodable, Hashable {
  enum Kind: String, Decodable {
    case chains, product, network, training, agent
  }

  var kind: Kind
  var threads: Int?
  var batch: Int?
  /// A network's file.
  var model: String?
  /// Exact convolutions, or fast ones that round otherwise.
  var variant: Variant?
  /// Whether a network's images are channels-last in memory.
  var channelsLast: Bool?
  /// The part of its multiply-accumulates that a network keeps; without it the network stays whole.
  var keptMACs: Double?
  /// Extents of a product.
  var rows: Int?
  var k: Int?
  var outputs: Int?
  /// Widths of an agent's hidden layers.
  var hiddenLayers: [Int]?
  /// Where the action enters its critic.
  var actionEntry: String?

  /// A field that the kind of case needs.
  func need<Value>(_ field: KeyPath<CaseDescription, Value?>, _ name: String) throws -> Value {
    guard let value = self[keyPath: field] else {
      throw BenchmarkError.request("a case of kind '\(kind.rawValue)' needs the field '\(name)'")
    }
    return value
  }
}

/// What the driver is told; fields that do not belong to the question are left out.
struct Reply: Encodable {
  var error: String?
  var cpuPath: String?
  /// The processor that OpenBLAS took this one for.
  var openBLAS: String?
  var variants: [String]?
  /// Elapsed time of all iterations.
  var wallSeconds: Double?
  /// Processor time of all threads over all iterations.
  var cpuSeconds: Double?
  /// What one iteration does: operations, images, steps or updates.
  var work: Double?
  /// The loss of each training step.
  var losses: [Double]?
  /// Multiply-accumulates of an example, and the output channels of each convolution.
  var macs: Int?
  var widths: [Int]?
  /// Resident memory: before the model is loaded, at most since the process began, and at most after
  /// loading it less what there was before.
  var baselineBytes: Int?
  var peakBytes: Int?
  var increaseBytes: Int?
}

/// What can be wrong with a request.
enum BenchmarkError: Error, CustomStringConvertible {
  case request(String)
  case wrong(what: String, error: Double)
  case file(String)

  var description: String {
    switch self {
    case .request(let problem): problem
    case .wrong(let what, let error): "\(what) is wrong by \(error) of its largest element"
    case .file(let problem): problem
    }
  }
}
