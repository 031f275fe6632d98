import Testing

@testable import Networks

@Suite struct ScratchTests {
  @Test func nestedMemoryIsApart() {
    let scratch = Scratch()
    for round in 0..<3 {
      scratch.withMemory(of: Float.self, count: 100) { outer in
        outer.update(repeating: Float(round), count: 100)
        scratch.withMemory(of: Double.self, count: 1000) { inner in
          inner.update(repeating: -1, count: 1000)
          scratch.withMemory(of: Float.self, count: 0) { _ in }
        }
        #expect((0..<100).allSatisfy { outer[$0] == Float(round) })
      }
    }
  }

  @Test func memoryIsTheSameOnceItIsLargeEnough() {
    let scratch = Scratch()
    var places: [UInt] = []
    for count in [10, 2000, 2000, 10, 500] {
      scratch.withMemory(of: Float.self, count: count) { places.append(UInt(bitPattern: $0)) }
    }
    #expect(Set(places.dropFirst()).count == 1)
    #expect(places.allSatisfy { $0 % 64 == 0 })
  }
}
