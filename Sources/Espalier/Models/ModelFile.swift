public import Foundation
import Interchange
public import Networks

/// A network read from a file, with what identifies the file.
public struct ModelFile {
  /// The file's base name.
  public let name: String
  /// The SHA-256 of its bytes, in hexadecimal.
  public let sha256: String
  /// The network.
  public let graph: Graph

  /// Reads an ONNX file; one that was exported for a single example takes any batch.
  ///
  /// - Throws: `ONNXError` or `FileError` with the file, node and operator at fault.
  public init(_ url: URL) throws {
    let bytes = try WholeFile.read(url)
    name = url.lastPathComponent
    sha256 = SHA256.hex(bytes)
    graph = try ONNXFile.decode(
      bytes, file: url.lastPathComponent, options: ONNXReadOptions(freeBatch: true)
    ).graph
  }
}
