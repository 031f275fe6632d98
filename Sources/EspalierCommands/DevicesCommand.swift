import ArgumentParser
import CompressionPolicies
import Espalier
import Foundation
import Hardware

struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices", abstract: "List the named devices, or one with its constants.")

  @Argument(help: "A device's name, or a path to its file, to see its constants.")
  var device: String?

  @Option(help: ArgumentHelp("A folder with devices of one's own.", valueName: "dir"))
  var devices: [String] = []

  @Flag(help: "Print the list as one JSON object on standard output.")
  var json = false

  func run() throws {
    let catalog = try DeviceCatalog(own: devices.map(\.fileURL))
    if let device {
      let isHost = device == HostDevice.name && !catalog.names.contains(device)
      let device = try isHost ? HostDevice.device : catalog.device(device)
      print(try json ? CanonicalJSON.line(device.json) : Self.constants(of: device))
      return
    }
    var found: [Device] = []
    for name in catalog.names {
      // One that cannot be read does not hide the others.
      do { found.append(try catalog.device(name)) } catch { Terminal.error(Sentence.of(error)) }
    }
    if !catalog.names.contains(HostDevice.name) { found.append(HostDevice.device) }
    if json {
      print(try CanonicalJSON.line(["devices": .array(found.map(\.json))]))
      return
    }
    var table = TextTable(["device", "model", "what it is"])
    for device in found { table.append([device.name, device.model, device.summary]) }
    print(table.text)
  }

  private static func constants(of device: Device) -> String {
    var table = TextTable(["constant", "value", "unit", "source"])
    for (name, constant) in device.constants.sorted(by: { $0.key < $1.key }) {
      table.append([name, constant.value.text, constant.unit, constant.source])
    }
    return "\(device.name) (\(device.model)): \(device.summary)\n\n\(table.text)"
  }
}

extension Device {
  fileprivate var json: JSONValue {
    [
      "name": name.json, "model": model.json, "summary": summary.json,
      "constants": .object(
        constants.mapValues { constant in
          [
            "value": constant.value.json, "unit": constant.unit.json,
            "source": constant.source.json,
          ]
        }),
    ]
  }
}

extension Device.Value {
  fileprivate var json: JSONValue {
    switch self {
    case .number(let number): Int(exactly: number)?.json ?? number.json
    case .text(let text): text.json
    case .list(let list): list.json
    }
  }

  fileprivate var text: String {
    switch self {
    case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
    case .text(let text): text
    case .list(let list): list.map(String.init).joined(separator: ",")
    }
  }
}
