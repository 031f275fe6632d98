import Testing

@testable import CompressionEnvironments

@Suite struct ChoicesTests {
  private let counted = Choices.counted(3...41, step: 1)
  private let listed = Choices.listed(Array(3...41))

  @Test func countedByOneTheyAreTheListOfAllNumbers() {
    #expect(counted.least == listed.least && counted.most == listed.most)
    for number in 0...45 {
      #expect(counted.contains(number) == listed.contains(number))
      #expect(counted.choice(upTo: number) == listed.choice(upTo: number))
      guard listed.contains(number) else { continue }
      #expect(counted.next(below: number) == listed.next(below: number))
      #expect(counted.next(above: number) == listed.next(above: number))
      for bounds in [3...41, 10...20, 17...17] {
        for wanted in [0, Double(number), Double(number) + 0.25, Double(number) + 0.5, 50] {
          #expect(
            counted.choice(nearest: wanted, in: bounds)
              == listed.choice(nearest: wanted, in: bounds))
        }
      }
    }
  }

  @Test func whatFitsIsFoundAsInTheList() {
    for limit in 0...45 {
      #expect(counted.largest { $0 <= limit } == listed.largest { $0 <= limit })
      for most in [3, 12, 41] {
        #expect(
          counted.climb(from: 3, upTo: most) { $0 <= limit }
            == listed.climb(from: 3, upTo: most) { $0 <= limit })
      }
    }
  }

  @Test func agentsMoveOnMultiplesOfTheStepAndOnTheBounds() {
    let choices = Choices.counted(7...95, step: 10)
    #expect(choices.next(below: 95) == 90 && choices.next(below: 90) == 80)
    #expect(choices.next(below: 10) == 7 && choices.next(below: 7) == nil)
    #expect(choices.next(above: 7) == 10 && choices.next(above: 33) == 40)
    #expect(choices.next(above: 90) == 95 && choices.next(above: 95) == nil)
    #expect(choices.choice(nearest: 44, in: 7...95) == 40)
    #expect(choices.choice(nearest: 46, in: 7...95) == 50)
    #expect(choices.choice(nearest: 44, in: 43...48) == 43)
    #expect(choices.choice(nearest: 93, in: 7...95) == 95)
    #expect(choices.choice(nearest: 2, in: 7...95) == 7)
    #expect(choices.choice(upTo: 44) == 44)
  }
}
