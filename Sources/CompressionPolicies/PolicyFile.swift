// A policy and the text of its file.
extension CompressionPolicy {
  /// The policy that the bytes of a file hold.
  /// - Throws: `PolicyError`: not JSON, another schema version, a field that is missing, unknown or
  ///   of another type, or the first rule that is broken.
  public init(file bytes: some Sequence<UInt8>) throws(PolicyError) {
    let document: JSONValue
    do throws(JSONError) {
      document = try CanonicalJSON.parse(bytes: bytes)
    } catch {
      throw .notJSON(error)
    }
    try self.init(document: document)
  }

  /// The policy that the text of a file holds.
  /// - Throws: `PolicyError`, as `init(file:)` of bytes does.
  public init(file text: String) throws(PolicyError) {
    try self.init(file: text.utf8)
  }

  /// The policy that a JSON value holds.
  /// - Throws: `PolicyError`, of every kind but `notJSON`.
  public init(document: JSONValue) throws(PolicyError) {
    let version: Int
    do throws(JSONError) {
      // The version comes first: of another version, nothing else is known.
      version = try document.int(at: "schemaVersion")
    } catch {
      throw .field(error)
    }
    guard version == Self.schemaVersion else {
      throw .schemaVersion(expected: Self.schemaVersion, found: version)
    }
    do throws(JSONError) {
      try self.init(JSONReader(document))
    } catch {
      throw .field(error)
    }
    try validate()
  }

  /// The text of the policy's file; equal policies have equal texts.
  /// - Throws: `PolicyError.broken` with the first rule that is broken.
  public func fileText() throws(PolicyError) -> String {
    try validate()
    do throws(JSONError) {
      return try CanonicalJSON.file(json)
    } catch {
      throw .field(error)
    }
  }
}
