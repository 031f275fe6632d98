/// Reads one line of the protocol: a JSON value.
///
/// Written out, since a step is read in microseconds. `NaN` and `Infinity`, which some languages write, are
/// read as what they say, so that a message can name the field that holds them.
struct LineParser {
  /// Why a line is none.
  struct Fault: Error, Equatable {
    /// The byte at which reading stopped.
    let place: Int
  }

  private static let deepest = 64
  private let bytes: [UInt8]
  private var place = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The object that a line holds.
  ///
  /// - Throws: `Fault` for anything that is not one JSON object.
  static func object(_ bytes: [UInt8]) throws(Fault) -> Info {
    var parser = LineParser(bytes)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.place == bytes.count, case .table(let table) = value else {
      throw Fault(place: parser.place)
    }
    return table
  }

  private var next: UInt8 { place < bytes.count ? bytes[place] : 0 }

  private mutating func skipSpace() {
    while place < bytes.count, [0x20, 0x09, 0x0D].contains(bytes[place]) { place += 1 }
  }

  private mutating func value(depth: Int) throws(Fault) -> InfoValue {
    guard depth < Self.deepest else { throw Fault(place: place) }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return .table(try table(depth: depth))
    case UInt8(ascii: "["): return .list(try list(depth: depth))
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .truth(true))
    case UInt8(ascii: "f"): return try word("false", .truth(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N"): return try word("NaN", .number(.nan))
    case UInt8(ascii: "I"): return try word("Infinity", .number(.infinity))
    default: return .number(try number())
    }
  }

  private mutating func word(_ word: String, _ value: InfoValue) throws(Fault) -> InfoValue {
    for letter in word.utf8 { try take(letter) }
    return value
  }

  private mutating func take(_ byte: UInt8) throws(Fault) {
    guard next == byte, place < bytes.count else { throw Fault(place: place) }
    place += 1
  }

  private mutating func number() throws(Fault) -> Double {
    let start = place
    if next == UInt8(ascii: "-") { place += 1 }
    if next == UInt8(ascii: "I") {
      _ = try word("Infinity", .null)
      return -.infinity
    }
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"),
        UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"):
        place += 1
        continue
      default: break
      }
      break
    }
    guard let value = Double(String(decoding: bytes[start..<place], as: UTF8.self)) else {
      throw Fault(place: start)
    }
    return value
  }

  private mutating func list(depth: Int) throws(Fault) -> [InfoValue] {
    try take(UInt8(ascii: "["))
    var values: [InfoValue] = []
    skipSpace()
    if next == UInt8(ascii: "]") {
      place += 1
      return values
    }
    while true {
      values.append(try value(depth: depth + 1))
      skipSpace()
      if next == UInt8(ascii: "]") {
        place += 1
        return values
      }
      try take(UInt8(ascii: ","))
    }
  }

  private mutating func table(depth: Int) throws(Fault) -> Info {
    try take(UInt8(ascii: "{"))
    var values: Info = [:]
    skipSpace()
    if next == UInt8(ascii: "}") {
      place += 1
      return values
    }
    while true {
      skipSpace()
      let key = try text()
      skipSpace()
      try take(UInt8(ascii: ":"))
      values[key] = try value(depth: depth + 1)
      skipSpace()
      if next == UInt8(ascii: "}") {
        place += 1
        return values
      }
      try take(UInt8(ascii: ","))
    }
  }

  // MARK: - Texts

  private mutating func text() throws(Fault) -> String {
    try take(UInt8(ascii: "\""))
    var letters: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: letters, as: UTF8.self)
      case UInt8(ascii: "\\"): letters += try escaped()
      case 0..<0x20: throw Fault(place: place - 1)
      default: letters.append(byte)
      }
    }
    throw Fault(place: place)
  }

  private mutating func escaped() throws(Fault) -> [UInt8] {
    let letter = next
    place += 1
    switch letter {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
    case UInt8(ascii: "u"):
      var units = [try hexadecimal()]
      // Beyond the first 65,536 characters two of them stand for one.
      if (0xD800..<0xDC00).contains(units[0]), next == UInt8(ascii: "\\") {
        place += 1
        try take(UInt8(ascii: "u"))
        units.append(try hexadecimal())
      }
      return Array(String(decoding: units, as: UTF16.self).utf8)
    default: throw Fault(place: place - 1)
    }
  }

  private mutating func hexadecimal() throws(Fault) -> UInt16 {
    let end = place + 4
    guard end <= bytes.count,
      let unit = UInt16(String(decoding: bytes[place..<end], as: UTF8.self), radix: 16)
    else { throw Fault(place: place) }
    place = end
    return unit
  }
}
