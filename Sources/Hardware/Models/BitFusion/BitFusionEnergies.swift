/// What the parts of a Bit Fusion accelerator take, in picojoules; no part takes any at rest.
struct BitFusionEnergies: Sendable {
  /// One fusion unit in a cycle in which the array works.
  let fusionUnit: Double
  /// The fusion units.
  let units: Double
  /// A bit read from the weight buffer, and one written to it.
  let weightRead: Double, weightWrite: Double
  /// A bit of the input buffer.
  let inputRead: Double, inputWrite: Double
  /// A bit of the output buffer.
  let outputRead: Double, outputWrite: Double
  /// A bit of DRAM either way.
  let dram: Double

  /// The array and the buffers' other side for a tiling, whatever the order of the loops.
  func ofCompute(cycles: Int, moves: BitFusionTensors) -> Double {
    Double(cycles) * fusionUnit * units + Double(moves.weights) * weightRead
      + Double(moves.inputs) * inputRead + Double(moves.outputs) * (outputRead + outputWrite)
  }

  /// DRAM and the buffers' side towards it: weights and inputs come in, outputs go both ways.
  func ofTraffic(_ traffic: BitFusionTraffic) -> Double {
    Double(traffic.weights.bits) * (weightWrite + dram)
      + Double(traffic.inputs.bits) * (inputWrite + dram)
      + Double(traffic.outputs.bits) * (outputRead + outputWrite + 2 * dram)
  }
}
