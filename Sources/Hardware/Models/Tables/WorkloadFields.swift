/// A workload as the fields of a file.
struct WorkloadFields: Codable, Equatable {
  var operation: String
  var batch: Int?
  var inputChannels: Int
  var outputChannels: Int
  var inputHeight: Int?
  var inputWidth: Int?
  var outputHeight: Int
  var outputWidth: Int
  var kernelHeight: Int?
  var kernelWidth: Int?
  var strideHeight: Int?
  var strideWidth: Int?
  var groups: Int?

  /// The fields' names, in the order in which files write them.
  static let names = [
    "operation", "batch", "inputChannels", "outputChannels", "inputHeight", "inputWidth",
    "outputHeight", "outputWidth", "kernelHeight", "kernelWidth", "strideHeight", "strideWidth",
    "groups",
  ]

}

extension WorkloadFields {
  init(_ workload: Workload) {
    operation = workload.operation.rawValue
    batch = workload.batch
    inputChannels = workload.inputChannels
    outputChannels = workload.outputChannels
    inputHeight = workload.input.height
    inputWidth = workload.input.width
    outputHeight = workload.output.height
    outputWidth = workload.output.width
    kernelHeight = workload.kernel.height
    kernelWidth = workload.kernel.width
    strideHeight = workload.stride.height
    strideWidth = workload.stride.width
    groups = workload.groups
  }

  /// The workload; what is left out is 1, and the input then output · stride.
  ///
  /// - Throws: `HardwareError.file` for another operation; `workload` for extents.
  func workload(file: String, place: String) throws(HardwareError) -> Workload {
    guard let operation = Workload.Operation(rawValue: operation) else {
      throw .file(
        name: file, place: "\(place), operation",
        expected: "convolution, dense, product, pooling or elementwise", found: "'\(operation)'")
    }
    var input: Workload.Extents?
    if let inputHeight, let inputWidth { input = .init(inputHeight, inputWidth) }
    return try Workload(
      operation, batch: batch ?? 1, inputChannels: inputChannels, outputChannels: outputChannels,
      input: input, output: .init(outputHeight, outputWidth),
      kernel: .init(kernelHeight ?? 1, kernelWidth ?? 1),
      stride: .init(strideHeight ?? 1, strideWidth ?? 1), groups: groups ?? 1)
  }
}

extension Workload {
  /// Names and values of all fields but the place in the network, in the order of `WorkloadFields.names`.
  var fields: [(String, String)] {
    let numbers = [
      batch, inputChannels, outputChannels, input.height, input.width, output.height, output.width,
      kernel.height, kernel.width, stride.height, stride.width, groups,
    ]
    return Array(
      zip(WorkloadFields.names, [operation.rawValue] + numbers.map(String.init)))
  }

  /// A few words for messages.
  var summary: String {
    "\(operation.rawValue) \(inputChannels) → \(outputChannels), \(kernel.height)×\(kernel.width), "
      + "to \(output.height)×\(output.width), batch \(batch)"
  }
}
