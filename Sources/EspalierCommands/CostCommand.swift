import ArgumentParser
import CompressionPolicies
import Espalier
import Foundation
import Hardware
import Interchange
import Networks
import Tensors

struct CostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cost",
    abstract: "Price a network layer by layer: MACs, bytes, and latency and energy on a device.",
    discussion: """
      Figures are for the whole batch. Weight bytes are those of weights alone, without biases. A layer \
      that --bits and --policy say nothing of has 8 bits where the device has them, else the most it has, \
      and 32 without a device.
      """)

  @Argument(help: "The ONNX model.")
  var model: String?

  @OptionGroup var options: CostOptions

  @Option(
    help: ArgumentHelp(
      "A policy for the model: its kept channels and its bits are priced.", valueName: "file"))
  var policy: String?

  @Option(help: ArgumentHelp("Bits of weights and activations, such as 4/8.", valueName: "w/a"))
  var bits: BitsOption?

  @Option(
    help: ArgumentHelp("Examples in a pass; by default the device's, else 1.", valueName: "n"))
  var batch: Int?

  @Option(
    help: ArgumentHelp("Draw the layers under the device's roofline.", valueName: "file.svg"))
  var roofline: String?

  @Option(
    help: ArgumentHelp(
      "Price bare workloads, a row each, instead of a model.", valueName: "file.csv"))
  var workloads: String?

  @Flag(help: "Time every layer on this machine's processor and write a table of it to --output.")
  var measure = false

  @Option(
    help: ArgumentHelp(
      "Write what every layer costs at all bits of the device as a table (.json or .csv).",
      valueName: "file"))
  var buildTable: String?

  @Option(help: ArgumentHelp("The table that --measure writes (.json or .csv).", valueName: "file"))
  var output: String?

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    if (model == nil) == (workloads == nil) {
      throw ValidationError("Expected a model or --workloads, one of them.")
    }
    if let batch, !(1...Workload.largestExtent).contains(batch) {
      throw ValidationError("--batch: expected 1 to \(Workload.largestExtent).")
    }
    if workloads != nil, policy != nil || bits != nil || roofline != nil || buildTable != nil {
      throw ValidationError(
        "--workloads goes with neither --policy, --bits, --roofline nor --build-table.")
    }
    if options.device == nil {
      for (option, isGiven) in [
        ("--workloads", workloads != nil), ("--roofline", roofline != nil),
        ("--build-table", buildTable != nil),
      ] where isGiven {
        throw ValidationError("\(option) needs --device.")
      }
    }
    guard measure == (output != nil) else {
      throw ValidationError("--measure and --output are given together.")
    }
    if measure, workloads != nil || options.device != nil || options.compare != nil {
      throw ValidationError("--measure goes with neither --workloads, --device nor --compare.")
    }
  }

  func run() throws {
    if let workloads { return try price(workloads: workloads) }
    guard let model else { return }
    let shapes = try shapes(of: ModelFile(model.fileURL))
    if let output { return try measure(shapes.graph, to: output.fileURL) }
    let host = {
      try HostDevice.measured(on: shapes.graph, batch: batch ?? 1, threads: compute.threads)
    }
    if let devices = try options.compared(host: host) {
      return try show(devices.map { try price(shapes, on: $0) })
    }
    let device = try options.pricingDevice(host: host)
    if let buildTable, let device {
      return try build(buildTable.fileURL, of: shapes.graph, on: device)
    }
    let network = try price(shapes, on: device)
    let drawing = try device.flatMap { try draw(network, on: $0) }
    try show(network, drawing: drawing)
  }

  private typealias Shapes = (graph: Graph, bitsByLayer: [String: DecidedBits])

  private func shapes(of file: ModelFile) throws -> Shapes {
    guard let policy else { return (file.graph, [:]) }
    return try CompressionPolicy(reading: policy.fileURL).shapes(of: file)
  }

  private func price(_ shapes: Shapes, on device: PricingDevice?) throws -> PricedNetwork {
    try PricedNetwork(
      shapes.graph, on: device, batch: batch, bits: bits?.bits, bitsByLayer: shapes.bitsByLayer)
  }

  private func draw(_ network: PricedNetwork, on device: PricingDevice) throws -> URL? {
    guard let file = roofline?.fileURL else { return nil }
    try AtomicFile.write(Data(RooflineChart(network, on: device).svg.utf8), to: file)
    return file.absoluteURL
  }

  private func show(_ network: PricedNetwork, drawing: URL?) throws {
    guard compute.json else {
      print(CostReport.text(network))
      if let drawing, !compute.quiet { Terminal.write("drew \(drawing.path)") }
      return
    }
    var fields = network.json.objectValue ?? [:]
    if let drawing { fields["roofline"] = drawing.path.json }
    print(try CanonicalJSON.line(.object(fields)))
  }

  private func show(_ networks: [PricedNetwork]) throws {
    print(
      try compute.json
        ? CanonicalJSON.line(["devices": .array(networks.map(\.json))])
        : CostReport.comparison(networks))
  }

  private func price(workloads: String) throws {
    let device = try options.pricingDevice {
      throw EspalierError.setting(
        name: "--device", expected: "a device, or a table that --measure wrote, for --workloads",
        found: "'\(HostDevice.name)', which times the layers of a model")
    }
    guard let device else { return }
    let priced = try PricedWorkloads(workloads.fileURL, on: device, batch: batch)
    if !priced.otherColumns.isEmpty, !compute.quiet {
      Terminal.write("columns not read: \(priced.otherColumns.joined(separator: ", "))")
    }
    print(compute.json ? try CanonicalJSON.line(priced.json) : CostReport.text(priced))
  }

  private func build(_ file: URL, of graph: Graph, on device: PricingDevice) throws {
    let table = try CostTable(
      name: file.deletingPathExtension().lastPathComponent, of: graph, on: device, batch: batch,
      pool: WorkerPool(threads: compute.threads))
    try AtomicFile.write(table.bytes(for: file), to: file)
    let path = file.absoluteURL.path
    let bits = table.rows.first?.entries.count ?? 0
    print(
      compute.json
        ? try CanonicalJSON.line([
          "table": path.json, "device": table.device.json, "layers": table.rows.count.json,
          "bits": bits.json,
        ]) : "wrote \(path): \(table.rows.count) layers at \(bits) pairs of bits")
  }

  private func measure(_ graph: Graph, to file: URL) throws {
    let measurement = try HostMeasurement(graph, batch: batch ?? 1, threads: compute.threads)
    try AtomicFile.write(measurement.table().bytes(for: file), to: file)
    let path = file.absoluteURL.path
    if compute.json {
      var fields = measurement.json.objectValue ?? [:]
      fields["table"] = path.json
      print(try CanonicalJSON.line(.object(fields)))
    } else {
      print(HostReport.text(measurement))
      if !compute.quiet { Terminal.write("wrote \(path)") }
    }
  }
}
