import Testing

@testable import CompressionPolicies

@Suite struct NearestNameTests {
  private let known = ["episodes", "batch", "budget", "validationImages", "calibrationImages"]

  @Test(arguments: [
    ("episods", "episodes"), ("Batch", "batch"), ("buget", "budget"),
    ("validationImage", "validationImages"), ("calibratonImgs", "calibrationImages"),
  ])
  func aSlipHasANearName(slip: String, name: String) {
    #expect(slip.nearest(among: known) == name)
  }

  @Test(arguments: ["colour", "ba", "", "x"])
  func anotherWordHasNone(word: String) {
    #expect(word.nearest(among: known) == nil)
  }
}
