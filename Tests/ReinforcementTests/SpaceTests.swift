import Foundation
import Reinforcement
import Tensors
import Testing

@Suite struct SpaceTests {
  @Test func aSpaceContainsWhatLiesBetweenItsBounds() {
    let space = BoxSpace(-1...1, 0...4, 2...2)
    #expect(space.contains([0, 4, 2]))
    #expect(!space.contains([0, 4.1, 2]))
    #expect(!space.contains([0, 4]))
    #expect(!space.contains([.nan, 4, 2]))
    #expect(space.clamped([-7, 5, 0]) == [-1, 4, 2])
  }

  @Test func boundsThatMakeNoSpaceAreRefused() {
    #expect(throws: EnvironmentError.self) { try BoxSpace(low: [0, 1], high: [1]) }
    #expect(throws: EnvironmentError.self) { try BoxSpace(low: [0, 3], high: [1, 2]) }
    #expect(throws: EnvironmentError.self) { try BoxSpace(low: [.nan], high: [1]) }
    #expect(throws: EnvironmentError.self) {
      try JSONDecoder().decode(BoxSpace.self, from: Data(#"{"low":[1],"high":[0]}"#.utf8))
    }
  }

  @Test func drawsStayInsideAndReachEveryPart() {
    var generator = SeededGenerator(seed: 5)
    let space = BoxSpace(-3 ... -1, 0...10)
    let draws = (0..<1000).map { _ in space.sample(using: &generator) }
    #expect(draws.allSatisfy { space.contains($0) })
    #expect((draws.map { $0[1] }.min() ?? 9) < 0.1)
    #expect((draws.map { $0[1] }.max() ?? 0) > 9.9)
  }

  @Test func infoIsWhateverJSONSays() throws {
    let text = #"{"a":1.5,"b":true,"c":"x","d":[1,null,{"e":false}],"f":0}"#
    let info = try JSONDecoder().decode(Info.self, from: Data(text.utf8))
    #expect(info["a"] == 1.5)
    #expect(info["b"] == true)
    #expect(info["c"]?.text == "x")
    #expect(info["d"]?.list?[2].table?["e"] == false)
    #expect(info["f"]?.number == 0)
    let again = try JSONDecoder().decode(Info.self, from: JSONEncoder().encode(info))
    #expect(again == info)
  }
}
