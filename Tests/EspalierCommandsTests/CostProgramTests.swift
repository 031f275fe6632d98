import CompressionPolicies
import Foundation
import Testing

/// `espalier cost` and `espalier devices` as a user calls them, on the devices that come along.
@Suite(.serialized, .enabled(if: Program.isThere, Program.reason))
struct CostProgramTests {
  private let bench: Bench

  init() throws { bench = try Bench() }

  private func run(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(arguments, in: bench)
  }

  private func expectFailure(
    _ arguments: [String], _ words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try Program.run(arguments, in: bench)
    #expect(outcome.code == 1, "\(arguments)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, "\(outcome.output)", sourceLocation: sourceLocation)
    #expect(outcome.complaints.count == 1, "\(outcome.error)", sourceLocation: sourceLocation)
    #expect(outcome.error.contains(words), "\(outcome.error)", sourceLocation: sourceLocation)
  }

  // MARK: - What succeeds

  @Test func theListHoldsEveryDeviceAndEachMakesAModel() throws {
    let outcome = try run("devices", "--json")
    #expect(outcome.code == 0 && outcome.error.isEmpty)
    let devices = try CanonicalJSON.parse(outcome.output).elements(at: "devices")
    #expect(
      try Set(devices.map { try $0.string(at: "name") }).isSuperset(of: [
        "zynq-7020-bismo", "vu9p-bismo", "bitfusion-e", "bitfusion-s", "systolic-os", "systolic-ws",
        "systolic-is", "v100", "t4", "a100", "h100", "xeon", "host",
      ]))
    for device in devices {
      let name = try device.string(at: "name")
      for (_, constant) in try device.child(at: "constants").fields() {
        let reader = JSONReader(constant)
        #expect(try !reader.string(at: "unit").isEmpty && !reader.string(at: "source").isEmpty)
      }
      let priced = try run("cost", "tiny.onnx", "--device", name, "--json")
      #expect(priced.code == 0, "\(name): \(priced.error)")
      let total = try CanonicalJSON.parse(priced.output).child(at: "total")
      #expect(try total.double(at: "latencySeconds") > 0, "\(name)")
      #expect(try run("devices", name).output.contains("source"))
    }
  }

  @Test func layersAndTotalsAgree() throws {
    let json = try CanonicalJSON.parse(
      try run("cost", "tiny.onnx", "--device", "bitfusion-e", "--bits", "4/8", "--json").output)
    let layers = try json.elements(at: "layers")
    for field in ["macs", "weightBytes", "bitOps", "cycles", "computeCycles", "stallCycles"] {
      let sum = try layers.reduce(0) { $0 + (try $1.int(at: field)) }
      #expect(try json.child(at: "total").int(at: field) == sum)
    }
    #expect(try layers.allSatisfy { try $0.string(at: "bits") == "4/8" })
    #expect(try layers[0].child(at: "accesses").int(at: "dram_rd_bits") > 0)
    let bare = try run("cost", "tiny.onnx")
    #expect(bare.code == 0 && bare.output.contains("MACs") && !bare.output.contains("cycles"))
  }

  @Test func aPolicyIsPriced() throws {
    let searched = try run(
      "search", "./tiny", "--output", "r", "--agent", "uniform", "--quiet", "--threads", "1")
    #expect(searched.code == 0)
    let macs = try ["--quiet", "--policy=r/policy.json"].map { option in
      try CanonicalJSON.parse(
        try run("cost", "tiny.onnx", option, "--device", "systolic-os", "--json").output
      ).child(at: "total").int(at: "macs")
    }
    #expect(macs[1] < macs[0])
    try bench.network(seed: 2, to: "other.onnx")
    try expectFailure(
      ["cost", "other.onnx", "--policy", "r/policy.json"], "the policy is for another model")
  }

  @Test func devicesStandSideBySide() throws {
    let names = "bitfusion-e, systolic-ws"
    let json = try CanonicalJSON.parse(
      try run("cost", "tiny.onnx", "--compare", names, "--json").output)
    #expect(
      try json.elements(at: "devices").map { try $0.string(at: "device") }
        == ["bitfusion-e", "systolic-ws"])
    let text = try run("cost", "tiny.onnx", "--compare", names).output
    #expect(text.contains("ms of a layer") && text.contains("systolic-ws"))
  }

  @Test func bareWorkloadsArePriced() throws {
    try bench.write(
      "w.csv",
      "name,operator,inputChannels,outputChannels,kernel,outputHeight,outputWidth,batch\r\n"
        + "\"a, b\",conv,16,32,3,8,8,2\r\nfc,dense,64,10,,,,\r\n")
    let outcome = try run("cost", "--workloads", "w.csv", "--device", "bitfusion-e", "--json")
    #expect(outcome.code == 0 && outcome.error.isEmpty)
    let json = try CanonicalJSON.parse(outcome.output)
    let rows = try json.elements(at: "rows")
    #expect(try json.string(at: "device") == "bitfusion-e")
    #expect(try rows.map { try $0.string(at: "name") } == ["a, b", "fc"])
    #expect(try rows[0].int(at: "macs") == 2 * 64 * 32 * 9 * 16)
    // The batch is the device's where the row says nothing.
    #expect(try rows[1].int(at: "macs") == 16 * 640)
    for row in rows {
      #expect(
        try row.int(at: "cycles") == row.int(at: "computeCycles") + row.int(at: "stallCycles"))
      for memory in ["wbuf", "ibuf", "obuf", "dram"] {
        #expect(try row.child(at: "accesses").int(at: "\(memory)_rd_bits") > 0)
        #expect(try row.child(at: "accesses").int(at: "\(memory)_wr_bits") > 0)
      }
    }
  }

  @Test func aRooflineIsDrawn() throws {
    let outcome = try run(
      "cost", "tiny.onnx", "--device", "bitfusion-e", "--roofline", "r.svg", "--json")
    #expect(outcome.code == 0)
    #expect(try CanonicalJSON.parse(outcome.output).string(at: "roofline").hasSuffix("/r.svg"))
    #expect(try String(contentsOf: bench("r.svg"), encoding: .utf8).hasPrefix("<svg "))
  }

  @Test func aTableServesAsADevice() throws {
    let built = try run(
      "cost", "tiny.onnx", "--device", "bitfusion-e", "--build-table", "t.json", "--json")
    #expect(built.code == 0 && built.error.isEmpty)
    let totals = try ["bitfusion-e", "t.json"].map { device in
      try CanonicalJSON.parse(
        try run("cost", "tiny.onnx", "--device", device, "--bits", "3/5", "--json").output
      ).child(at: "total")
    }
    for field in ["latencySeconds", "energyJoules", "cycles"] {
      let (direct, looked) = (try totals[0].double(at: field), try totals[1].double(at: field))
      #expect(abs(direct - looked) <= 1e-12 * direct, "\(field)")
    }
    try expectFailure(
      ["cost", "tiny.onnx", "--device", "t.json", "--set", "rows=2"], "--set: expected a device")
    // The same table as comma-separated values.
    #expect(
      try run("cost", "tiny.onnx", "--device", "bitfusion-e", "--build-table", "t.csv").code == 0)
    let looked = try ["t.json", "t.csv"].map {
      try run("cost", "tiny.onnx", "--device", $0, "--json").output
    }
    #expect(looked[0] == looked[1] && !looked[0].isEmpty)
  }

  @Test func betweenTheBitsOfATableOnlyWhenAsked() throws {
    let built = try run(
      "cost", "tiny.onnx", "--device", "t4", "--build-table", "t.json", "--quiet")
    #expect(built.code == 0)
    let cost = ["cost", "tiny.onnx", "--device", "t.json", "--bits", "12/12"]
    try expectFailure(cost, "with 12/12 bits; it covers 0 of the network's ")
    let outcome = try Program.run(cost + ["--interpolate", "--json"], in: bench)
    #expect(outcome.code == 0)
    #expect(
      try CanonicalJSON.parse(outcome.output).child(at: "total").double(at: "latencySeconds") > 0)
  }

  @Test func aTableForAnotherBatchIsRefused() throws {
    #expect(
      try run("cost", "tiny.onnx", "--device", "bitfusion-e", "--build-table", "t.json").code == 0)
    try expectFailure(
      ["cost", "tiny.onnx", "--device", "t.json", "--batch", "3"],
      "field 'batch': expected 3, as in the network, found 16")
  }

  @Test func thisMachineIsMeasured() throws {
    let measured = try run(
      "cost", "tiny.onnx", "--measure", "--output", "host.json", "--threads", "1", "--json")
    #expect(measured.code == 0 && measured.error.isEmpty)
    let json = try CanonicalJSON.parse(measured.output)
    #expect(try json.double(at: "predictedSeconds") > 0 && json.int(at: "passes") >= 20)
    try expectFailure(["cost", "--workloads", "w.csv", "--device", "host"], "--device: expected ")
    try expectFailure(
      ["cost", "tiny.onnx", "--device", "host", "--set", "rows=1"], "--set: expected a device")
    let compared = try run(
      "cost", "tiny.onnx", "--compare", "host,t4", "--threads", "1", "--json")
    #expect(
      try CanonicalJSON.parse(compared.output).elements(at: "devices")
        .map { try $0.string(at: "device") } == ["host", "t4"])
    let priced = try run("cost", "tiny.onnx", "--device", "host.json", "--json")
    let total = try CanonicalJSON.parse(priced.output).child(at: "total")
    let predicted = try json.double(at: "predictedSeconds")
    #expect(try abs(total.double(at: "latencySeconds") / predicted - 1) < 1e-9)
  }

  // MARK: - What fails

  @Test(arguments: [
    ["cost"], ["cost", "tiny.onnx", "--workloads", "w.csv"], ["cost", "--workloads", "w.csv"],
    ["cost", "tiny.onnx", "--bits", "0/8"], ["cost", "tiny.onnx", "--bits", "8/8/8"],
    ["cost", "tiny.onnx", "--bits", "eight"], ["cost", "tiny.onnx", "--batch", "0"],
    ["cost", "tiny.onnx", "--roofline", "r.svg"], ["cost", "tiny.onnx", "--set", "rows=1"],
    ["cost", "tiny.onnx", "--device", "a", "--compare", "b"], ["cost", "tiny.onnx", "--measure"],
  ])
  func wrongUsageEndsWithTwo(_ arguments: [String]) throws {
    let outcome = try Program.run(arguments, in: bench)
    #expect(outcome.code == 2 && outcome.output.isEmpty && outcome.complaints.count == 1)
  }

  @Test func aDeviceThatCannotServeIsNamed() throws {
    try expectFailure(
      ["cost", "tiny.onnx", "--device", "bitfusion-f"],
      "there is no device 'bitfusion-f'; did you mean 'bitfusion-e'")
    try expectFailure(["cost", "tiny.onnx", "--device", "no/where.json"], "there is no file ")
    try expectFailure(
      ["cost", "tiny.onnx", "--device", "bitfusion-e", "--set", "row=4"],
      "constant 'row': expected one of ")
    try expectFailure(
      ["cost", "tiny.onnx", "--device", "bitfusion-e", "--set", "rows=-4"],
      "constant 'rows': expected a whole number of at least 1, found -4")
    try expectFailure(
      ["cost", "tiny.onnx", "--device", "bitfusion-e", "--bits", "8/32"],
      "device 'bitfusion-e' has no 32-bit activations")
    try bench.write(
      "d.json",
      #"{"name": "d", "summary": "s", "model": "bitfusion", "constants": {}}"#)
    try expectFailure(["cost", "tiny.onnx", "--device", "d.json"], "found nothing")
    try bench.write("d.json", #"{"name": "d", "summary": "s", "model": "bitfusion"}"#)
    try expectFailure(["cost", "tiny.onnx", "--device", "d.json"], "field 'constants'")
  }

  @Test func aBadRowIsNamed() throws {
    try bench.write("w.csv", "name,operator,m,n,k\na,gemm,1,2,3\nb,gemm,1,x,3\n")
    try expectFailure(
      ["cost", "--workloads", "w.csv", "--device", "systolic-os"],
      "w.csv: row 2 (line 3), column 'n': expected a whole number")
    try expectFailure(["cost", "--workloads", "no.csv", "--device", "systolic-os"], "no.csv")
  }

  @Test func anOutputThatCannotBeWrittenIsNamed() throws {
    try expectFailure(
      ["cost", "tiny.onnx", "--device", "bitfusion-e", "--roofline", "none/r.svg"],
      "there is no folder")
    try expectFailure(
      [
        "cost", "tiny.onnx", "--device", "bitfusion-e", "--build-table", "none/t.json",
      ], "there is no folder")
  }

  @Test func aDeviceWithoutARoofIsNotDrawn() throws {
    try expectFailure(
      ["cost", "tiny.onnx", "--device", "host", "--roofline", "r.svg", "--threads", "1"],
      "device 'host' has no roofline")
  }
}
