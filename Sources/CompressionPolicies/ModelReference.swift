extension CompressionPolicy {
  /// Which network a policy is about, by name and contents.
  public struct Model: Equatable, Sendable {
    /// The base name of its file: never a path, which would differ between machines.
    public var file: String
    /// The SHA-256 hash of the file's bytes, as 64 lowercase hexadecimal digits.
    public var sha256: String

    /// A network by the name and hash of its file.
    public init(file: String, sha256: String) {
      self.file = file
      self.sha256 = sha256
    }
  }
}

extension CompressionPolicy.Model: JSONRepresentable {
  /// Reads the fields.
  public init(_ reader: JSONReader) throws(JSONError) {
    try reader.refuseFields(otherThan: ["file", "sha256"])
    file = try reader.read("file")
    sha256 = try reader.read("sha256")
  }

  /// The fields.
  public var json: JSONValue { ["file": file.json, "sha256": sha256.json] }
}
