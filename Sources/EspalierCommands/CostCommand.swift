import ArgumentParser
import CompressionPolicies
import Espalier
import Foundation
import Hardware
import Interchange
import Networks

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

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    if (model == nil) == (workloads == nil) {
      throw ValidationError("Expected a model or --workloads, one of them.")
    }
    if let batch, !(1...Workload.largestExtent).contains(batch) {
      throw ValidationError("--batch: expected 1 to \(Workload.largestExtent).")
    }
    if workloads != nil {
      if options.device == nil { throw ValidationError("--workloads needs --device.") }
      if policy != nil || bits != nil || roofline != nil {
        throw ValidationError("--workloads goes with neither --policy, --bits nor --roofline.")
      }
    }
    if roofline != nil, options.device == nil {
      throw ValidationError("--roofline needs --device.")
    }
  }

  func run() throws {
    if let workloads { return try price(workloads: workloads) }
    guard let model else { return }
    let file = try ModelFile(model.fileURL)
    let shapes = try shapes(of: file)
    if let devices = try options.compared() {
      return try show(devices.map { try price(shapes, on: $0) })
    }
    let device = try options.pricingDevice()
    let network = try price(shapes, on: device)
    var fields = network.json.objectValue ?? [:]
    if let roofline, let device {
      let chart = try RooflineChart(network, on: device)
      try AtomicFile.write(Data(chart.svg.utf8), to: roofline.fileURL)
      fields["roofline"] = roofline.fileURL.absoluteURL.path.json
    }
    if compute.json {
      print(try CanonicalJSON.line(.object(fields)))
    } else {
      print(CostReport.text(network))
      if let roofline, !compute.quiet {
        Terminal.write("drew \(roofline.fileURL.absoluteURL.path)")
      }
    }
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

  private func show(_ networks: [PricedNetwork]) throws {
    print(
      try compute.json
        ? CanonicalJSON.line(["devices": .array(networks.map(\.json))])
        : CostReport.comparison(networks))
  }

  private func price(workloads: String) throws {
    guard let device = try options.pricingDevice() else { return }
    let priced = try PricedWorkloads(workloads.fileURL, on: device, batch: batch)
    if !priced.otherColumns.isEmpty, !compute.quiet {
      Terminal.write("columns not read: \(priced.otherColumns.joined(separator: ", "))")
    }
    print(compute.json ? try CanonicalJSON.line(priced.json) : CostReport.text(priced))
  }
}
