internal import Units

/// The energy of a bit-serial device: operations, memory, and what it draws all the time.
///
///     E = binary operations · energyPerBinaryOperation + bits · energyPerMemoryBit + staticPower · latency
struct BitSerialEnergies: Sendable {
  private let perOperation: Double
  private let perBit: Double
  private let power: Double

  /// Energies with a device's constants `energyPerBinaryOperation` (J), `energyPerMemoryBit` (J) and
  /// `staticPower` (W).
  ///
  /// - Throws: `HardwareError.constant`.
  init(_ reader: inout DeviceReader) throws(HardwareError) {
    perOperation = try reader.number("energyPerBinaryOperation", orZero: true)
    perBit = try reader.number("energyPerMemoryBit", orZero: true)
    power = try reader.number("staticPower", orZero: true)
  }

  func energy(binaryOperations: Double, memoryBits: Int, latency: Seconds) -> Joules {
    Joules(
      binaryOperations * perOperation + Double(memoryBits) * perBit + power * latency.value)
  }
}

extension LayerBits {
  /// The one-bit products that one multiplication of a weight by an activation takes: w · a.
  var binaryProducts: Double { Double(weights.value) * Double(activations.value) }
}
