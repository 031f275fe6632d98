import CompressionPolicies

extension JSONValue {
  /// The fields with their paths, in the order of their names; lists stay whole.
  func flattened(_ path: JSONPath = JSONPath()) -> [(path: String, text: String)] {
    guard let fields = objectValue, !fields.isEmpty else {
      let text = stringValue ?? (try? CanonicalJSON.line(self)) ?? ""
      return [("\(path)", text)]
    }
    return fields.sorted { $0.key < $1.key }.flatMap { key, value in
      value.flattened(path.appending(key))
    }
  }
}
