import Networks
import Tensors
import Testing

@testable import Interchange

@Suite("Tensors of ONNX files")
struct ONNXTensorTests {
  private func array(_ tensor: [UInt8]) throws(ONNXDefect) -> TypedArray? {
    var file = FileBuilder.single("Cast", opset: 13, [("to", .int(1))], inputs: ["t"])
    file.tensors = [tensor]
    return try read(file).initializers["t"]
  }

  @Test("Raw bytes and typed lists hold the same")
  func rawAndTyped() throws {
    var raw = ProtoEncoder()
    for value in [Float(1.5), -2, 3.25] { raw.append(value.bitPattern) }
    let expected = try TypedArray(Tensor(shape: [3, 1], scalars: [1.5, -2, 3.25]))
    #expect(try array(FileBuilder.raw("t", [3, 1], type: 1, raw.bytes)) == expected)
    #expect(try array(FileBuilder.floats("t", [3, 1], [1.5, -2, 3.25])) == expected)

    var long = ProtoEncoder()
    for value in [Int64(-1), 1 << 40] { long.append(value) }
    #expect(try array(FileBuilder.raw("t", [2], type: 7, long.bytes)) == TypedArray([-1, 1 << 40]))
    #expect(try array(FileBuilder.integers("t", [2], [-1, 1 << 40])) == TypedArray([-1, 1 << 40]))
  }

  @Test("Small integers and truth values come from raw bytes or from a list of integers")
  func small() throws {
    func list(_ type: Int, _ values: [Int]) -> [UInt8] {
      FileBuilder.tensor("t", [values.count], type: type) {
        $0.block(5, ProtoEncoder.packed(values))
      }
    }
    #expect(try array(list(2, [0, 255]))?.integers == [0, 255])
    #expect(try array(FileBuilder.raw("t", [2], type: 2, [7, 200]))?.elementType == .uint8)
    #expect(try array(FileBuilder.raw("t", [2], type: 3, [7, 200]))?.integers == [7, -56])
    #expect(try array(FileBuilder.raw("t", [2], type: 9, [0, 2]))?.integers == [0, 1])
    #expect(try array(list(6, [-5, 8]))?.elementType == .int32)
    #expect(throws: ONNXDefect.tensor(name: "t", reason: "holds 256 as an element of one byte")) {
      try array(list(2, [256]))
    }
  }

  @Test("16-bit floats are widened exactly")
  func halves() throws {
    var bits = ProtoEncoder()
    for half: UInt16 in [0x3C00, 0xC100, 0x0001, 0x8000, 0x7BFF, 0xFC00, 0x03FF] {
      bits.append(half)
    }
    let halves = try array(FileBuilder.raw("t", [7], type: 10, bits.bytes))
    #expect(
      halves?.tensor?.scalars
        == [1, -2.5, 0x1p-24, -0.0, 65504, -.infinity, 1023 * 0x1p-24])
    let brain = FileBuilder.tensor("t", [2], type: 16) {
      $0.block(5, ProtoEncoder.packed([0x3F80, 0xC020]))
    }
    #expect(try array(brain)?.tensor?.scalars == [1, -2.5])
  }

  @Test("64-bit parameters of layers are rounded to 32 bits")
  func doubles() throws {
    var raw = ProtoEncoder()
    raw.append(Double(9_007_199_254_740_991).bitPattern)
    let tensor = FileBuilder.raw("t", [1], type: 11, raw.bytes)
    #expect(try array(tensor)?.elementType == .float64)
    var file = FileBuilder.single("Add", opset: 13, inputs: ["x", "t"])
    file.tensors = [tensor]
    let graph = try ONNXFile.decode(file.data(), file: "m").graph
    #expect(graph.initializers["t"]?.tensor?.scalars == [0x1p53])
  }

  @Test("Casts to 16-bit floats become casts to 32 bits, as constants of 16 bits do")
  func casts() throws {
    for type in [1, 10, 16] {
      let graph = try read(.single("Cast", opset: 13, [("to", .int(type))]))
      #expect(graph.nodes[0].attributes == ["to": .int(1)])
    }
    #expect(
      try read(.single("Cast", opset: 13, [("to", .int(7))])).nodes[0].attributes == [
        "to": .int(7)
      ])
  }

  @Test("Tensors that contradict themselves are refused")
  func contradictions() {
    func reason(_ tensor: [UInt8]) -> String? {
      do throws(ONNXDefect) {
        _ = try array(tensor)
        return nil
      } catch {
        return error.description
      }
    }
    #expect(
      reason(FileBuilder.raw("t", [2, 3], type: 1, [0, 0, 0, 0]))
        == "tensor 't' of shape 2×3 needs 24 bytes of elements, 4 found")
    #expect(
      reason(FileBuilder.floats("t", [3], [1, 2]))
        == "tensor 't' of shape 3 needs 3 elements, 2 found")
    #expect(reason(FileBuilder.floats("t", [-3], [1]))?.contains("negative extent, -3") == true)
    #expect(
      reason(FileBuilder.raw("t", [1 << 62, 1 << 62], type: 1, []))?.contains("no memory") == true)
    #expect(
      reason(FileBuilder.raw("t", [0, 1 << 62, 1 << 62], type: 1, []))?.contains("no memory")
        == true)
    #expect(
      reason(FileBuilder.raw("t", [1], type: 5, [1, 0]))
        == "tensor 't' has elements of type int16, which is not supported")
    #expect(
      reason(FileBuilder.raw("t", [2], type: 3, [1]))
        == "tensor 't' of shape 2 needs 2 bytes of elements, 1 found")
    #expect(reason(FileBuilder.raw("t", [1], type: 99, [1]))?.contains("number 99") == true)
    let external = FileBuilder.tensor("t", [1], type: 1) { $0.integer(14, 1) }
    #expect(reason(external)?.contains("in another file") == true)
  }
}
