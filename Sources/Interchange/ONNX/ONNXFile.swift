public import Foundation
public import Networks

/// ONNX in and out.
public enum ONNXFile {
  /// The oldest operator set that is read.
  public static let oldestOpset = 9
  /// The newest operator set that is read: the newest whose changes we know.
  public static let newestOpset = 28
  /// The version of the file format that is written.
  public static let irVersion = 8

  /// Reads a network and gives its nodes the meaning of `Graph.opset`.
  ///
  /// Constants become initializers, what follows from constants alone is computed, nodes are put
  /// in topological order and get unique names. A first extent that the file leaves open is the
  /// batch. Parameters of 16- and 64-bit floats become 32-bit floats.
  ///
  /// - Throws: `ONNXError` with the file and the node, tensor or value at fault.
  public static func read(
    _ url: URL, options: ONNXReadOptions = ONNXReadOptions()
  ) throws(ONNXError) -> ONNXModel {
    let data: Data
    do throws(FileError) {
      data = try WholeFile.read(url)
    } catch {
      throw .file(error)
    }
    return try decode(data, file: url.lastPathComponent, options: options)
  }

  /// Reads a network from the bytes of a file; `file` is what messages call it.
  ///
  /// - Throws: `ONNXError.model` with the node, tensor or value at fault.
  public static func decode(
    _ data: Data, file: String, options: ONNXReadOptions = ONNXReadOptions()
  ) throws(ONNXError) -> ONNXModel {
    do throws(ONNXDefect) {
      return try ModelImporter(options: options).model(from: data)
    } catch {
      throw .model(file: file, defect: error)
    }
  }

  /// Writes a network for operator set `Graph.opset`, or 19 where a node needs it, whole or not at
  /// all.
  ///
  /// Equal graphs give equal bytes. The batch is the symbolic extent `N`. Our own `FakeQuantize` becomes
  /// QuantizeLinear and DequantizeLinear: see `QuantizerLowering`.
  ///
  /// - Parameter options: another operator set, packed numbers, codebooks.
  /// - Throws: `ONNXError` when the file cannot be written or the graph has no form in ONNX.
  public static func write(
    _ graph: Graph, to url: URL, options: ONNXWriteOptions = ONNXWriteOptions(),
    producer: String = "espalier", version: String = ""
  ) throws(ONNXError) {
    let data = try encode(
      graph, file: url.lastPathComponent, options: options, producer: producer, version: version)
    do throws(FileError) {
      try AtomicFile.write(data, to: url)
    } catch {
      throw .file(error)
    }
  }

  /// The bytes that `write` would write; `file` is what messages call them.
  ///
  /// - Throws: `ONNXError.model` when the graph has no form in ONNX.
  public static func encode(
    _ graph: Graph, file: String, options: ONNXWriteOptions = ONNXWriteOptions(),
    producer: String = "espalier", version: String = ""
  ) throws(ONNXError) -> Data {
    do throws(ONNXDefect) {
      guard ONNXWriteOptions.opsets.contains(options.opset ?? Graph.opset) else {
        throw ONNXDefect.unsupportedFeature(
          "operator set \(options.opset ?? 0) was asked for, which is not one of "
            + "\(ONNXWriteOptions.opsets) and so is")
      }
      return try ModelExporter(producer: producer, version: version, options: options)
        .data(of: graph)
    } catch {
      throw .model(file: file, defect: error)
    }
  }
}
