import Foundation
import Testing

@testable import Espalier

@Suite struct SweepPlanTests {
  private func plan(
    seeds: [Int] = [1], budgets: [String] = [], devices: [String] = [], agents: [String] = ["ddpg"]
  ) throws -> SweepPlan {
    try SweepPlan(seeds: seeds, budgets: budgets, devices: devices, agents: agents)
  }

  @Test func everyCombinationHasItsName() throws {
    #expect(try plan(seeds: [1, 4]).entries.map(\.name) == ["seed-1", "seed-4"])
    let plan = try plan(
      seeds: [1, 2], budgets: ["macs=0.3,0.5", "weightBytes=300kB"], devices: ["a", "d/b.json"],
      agents: ["ddpg", "random"])
    #expect(plan.entries.count == 16)
    #expect(plan.entries[0].name == "ddpg-a-macs-0.3-seed-1")
    #expect(plan.entries[15].name == "random-b-macs-0.5-seed-2")
    #expect(plan.entries[15].budgets == ["macs=0.5", "weightBytes=300kB"])
    #expect(plan.entries[15].device == "d/b.json" && plan.entries[15].agent == "random")
    #expect(Set(plan.entries.map(\.name)).count == 16)
    // With one seed what is swept alone names a search.
    #expect(
      try self.plan(budgets: ["latency=uniform:3,uniform:4"]).entries.map(\.name)
        == ["latency-uniform-3", "latency-uniform-4"])
  }

  @Test(
    arguments: [
      ([1, 1], [], [], "--seed: expected each value once, found '1' twice"),
      ([1], ["macs=0.5,"], [], "--budget macs: expected values between commas, found nothing"),
      ([1], ["macs=0.5,0.5"], [], "--budget macs: expected each value once, found '0.5' twice"),
      ([1], [], ["x/a.json", "y/a.json"], "--device: expected each value once, found 'a' twice"),
    ] as [([Int], [String], [String], String)])
  func whatIsNoPlanIsRefused(
    _ seeds: [Int], _ budgets: [String], _ devices: [String], _ sentence: String
  ) {
    #expect { try plan(seeds: seeds, budgets: budgets, devices: devices) } throws: {
      "\($0)" == sentence
    }
  }

  @Test func aPlanHasItsLimit() {
    #expect(throws: EspalierError.self) {
      try plan(seeds: Array(0..<200), agents: (0..<200).map { "a\($0)" })
    }
  }
}
