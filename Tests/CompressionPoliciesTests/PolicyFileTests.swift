import CompressionPolicies
import Testing
import Units

@Suite struct PolicyFileTests {
  @Test("A golden file is decoded and encoded to the same bytes", arguments: GoldenPolicies.names)
  func goldenRoundTrip(name: String) throws {
    let text = try GoldenPolicies.text(name)
    let policy = try CompressionPolicy(file: text)
    let written = try policy.fileText()
    #expect(written == text)
    #expect(Array(written.utf8) == Array(text.utf8))
    #expect(try CompressionPolicy(file: Array(written.utf8)) == policy)
  }

  @Test("The golden policy's fields are the ones in its file")
  func goldenFields() throws {
    let policy = try CompressionPolicy(file: GoldenPolicies.text("joint"))
    #expect(policy.device == "bitfusion")
    #expect(policy.original.macs == OperationCount(40_813_184))
    #expect(policy.compressed.energyJoules == Joules(3.25e-7))
    #expect(policy.compressed.fineTuned?.top1 == 91.9)
    #expect(policy.original.fineTuned == nil)
    #expect(policy.search.reward == -0.116)
    #expect(policy.pruning?.calibration?.positions == 10)
    #expect(
      policy.pruning?.calibration?.preprocessing == .meanAndDeviation(mean: [0.5], std: [0.25]))
    #expect(policy.layers[1].keptOutputIndices == [1, 4, 11])
    #expect(policy.layers[1].weightBits == BitWidth(4))
    #expect(policy.layers[2].activationBits == nil)
  }

  @Test("A policy made in code is the one in the golden file")
  func madeInCode() throws {
    let golden = try CompressionPolicy(file: GoldenPolicies.text("joint"))
    var layer = LayerPolicy(name: "stage1/block0/convolution1", operator: "Conv")
    layer.keepInputs([0, 2, 3, 5, 6], of: 7)
    layer.keepOutputs([1, 4, 11], of: 12)
    layer.weightBits = BitWidth(4)
    layer.activationBits = BitWidth(6)
    layer.quantizer = "linear"
    #expect(golden.layers[1] == layer)
  }

  @Test("What a search did not decide is absent, not null")
  func undecidedIsAbsent() throws {
    let layer = LayerPolicy(name: "classifier", operator: "Gemm")
    #expect(layer.json == ["name": "classifier", "operator": "Gemm"])
  }

  @Test("Order, spacing and number forms of a file do not matter to its canonical bytes")
  func canonical() throws {
    let text = try GoldenPolicies.text("smallest")
    let document = try CanonicalJSON.parse(text)
    #expect(try CompressionPolicy(file: CanonicalJSON.line(document)).fileText() == text)
    let other = text.replacing("\"seed\": 0", with: "\"seed\" :\t0.0e0")
    #expect(other != text)
    #expect(try CompressionPolicy(file: other).fileText() == text)
  }

  @Test("Cut at any byte, a policy is refused as no JSON or loses only its last newline")
  func truncated() throws {
    let bytes = Array(try GoldenPolicies.text("joint").utf8)
    for length in 0..<bytes.count - 1 {
      #expect {
        try CompressionPolicy(file: bytes.prefix(length))
      } throws: { error in
        guard case .notJSON = error as? PolicyError else { return false }
        return true
      }
    }
    #expect(throws: Never.self) { try CompressionPolicy(file: bytes.dropLast()) }
  }

  @Test("With any bit flipped, a policy is read or refused with a sentence, and never traps")
  func flippedBits() throws {
    let bytes = Array(try GoldenPolicies.text("joint").utf8)
    var accepted = 0
    for index in bytes.indices {
      for bit in 0..<8 {
        var flipped = bytes
        flipped[index] ^= 1 << UInt8(bit)
        do {
          let policy = try CompressionPolicy(file: flipped)
          // What is accepted can be written, and reads back as itself.
          #expect(try CompressionPolicy(file: policy.fileText()) == policy)
          accepted += 1
        } catch {
          #expect(!error.description.isEmpty)
        }
      }
    }
    // Digits, letters of free names and white space can change without harm.
    #expect(accepted > 100)
    #expect(accepted < bytes.count * 8)
  }
}
