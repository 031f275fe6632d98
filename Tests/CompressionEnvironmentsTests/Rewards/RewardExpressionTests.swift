import Compression
import Foundation
import Testing

@testable import CompressionEnvironments

@Suite struct RewardExpressionTests {
  private func value(_ text: String) throws -> Double {
    let quantities = Array(CostQuantity.structural)
    func cost(_ scale: Int) -> NetworkCost {
      NetworkCost { scale * (1 + (quantities.firstIndex(of: $0) ?? 0)) }
    }
    return try RewardExpression(text).reward(
      RewardTerms(accuracy: 0.75, cost: cost(10), original: cost(40)))
  }

  @Test(arguments: [
    ("accuracy", 0.75), ("error", 0.25), ("macs", 10), ("flops", 20), ("parameters", 20),
    ("weightBytes", 30), ("peakActivationBytes", 40), ("originalMacs", 40),
    ("originalFlops", 80), ("originalParameters", 80), ("originalWeightBytes", 120),
    ("originalPeakActivationBytes", 160), ("1 - 2 - 3", -4), ("2*3+4", 10), ("2+3*4", 14),
    ("12/2/3", 2), ("-(1 + 2)*-3", 9), ("--4", 4), ("1.5e2", 150), ("2e-1", 0.2),
    ("min(3, 2)", 2), ("max(macs, 11)", 11), ("sqrt(parameters + 5)", 5), ("exp(0)", 1),
    ("log(exp(2))", 2),
  ])
  func arithmeticIsWhatItIsOnPaper(_ text: String, _ expected: Double) throws {
    #expect(abs(try value(text) - expected) < 1e-12)
  }

  @Test func thePapersRewardsHaveTheirNames() throws {
    #expect(try value("R_err") == 0.75)
    #expect(abs(try value("R_FLOPs") + 0.25 * log(20)) < 1e-12)
    #expect(abs(try value("R_Param") + 0.25 * log(20)) < 1e-12)
    #expect(try RewardExpression("R_Param").text == "R_Param")
  }

  @Test func bitsTimeAndEnergyHaveNames() throws {
    func cost(_ scale: Int) -> NetworkCost {
      NetworkCost { quantity in
        switch quantity {
        case .bitOps: 640 * scale
        // Picoseconds and femtojoules: rewards see seconds and joules.
        case .latency: 2_000_000_000 * scale
        case .energy: 3_000_000_000_000 * scale
        default: 10
        }
      }
    }
    func value(_ text: String) throws -> Double {
      try RewardExpression(text).reward(
        RewardTerms(accuracy: 0.75, originalAccuracy: 0.875, cost: cost(1), original: cost(4)))
    }
    for (text, expected) in [
      ("bitOps", 640), ("originalBitOps", 2560), ("latencySeconds", 0.002),
      ("originalLatencySeconds", 0.008), ("energyJoules", 0.003), ("originalEnergyJoules", 0.012),
      ("originalAccuracy", 0.875), ("latencySeconds / originalLatencySeconds", 0.25),
    ] {
      #expect(abs(try value(text) - expected) < 1e-12, "\(text)")
    }
    // λ = 0.1 of percents: −12.5 points.
    #expect(abs(try value("R_HAQ") + 1.25) < 1e-12)
    #expect(try RewardExpression("R_HAQ").text == "R_HAQ" && RewardExpression.haq.text == "R_HAQ")
    #expect(
      RewardExpression.haq.reward(
        RewardTerms(accuracy: 0.75, originalAccuracy: 0.875, cost: cost(1), original: cost(4)))
        == -1.25)
    #expect(RewardExpression.haq.comparesAccuracy && !RewardExpression.haq.countsCost)
    #expect(try RewardExpression("accuracy / latencySeconds").countsCost)
    #expect(try !RewardExpression("accuracy / bitOps").comparesAccuracy)
  }

  @Test(arguments: [
    ("accuracy", false), ("1 - error", false), ("R_err", false), ("R_FLOPs", true),
    ("min(accuracy, 1 / macs)", true), ("accuracy + originalMacs", true),
  ])
  func itIsKnownWhetherCostCounts(_ text: String, _ counts: Bool) throws {
    #expect(try RewardExpression(text).countsCost == counts)
  }

  @Test(arguments: [
    ("", 1, "the end"), ("accuracy +", 11, "the end"), ("eror", 1, "'eror'"),
    ("log flops", 1, "'log flops'"), ("log(flops", 10, "the end"), ("min(1)", 6, "')'"),
    ("ln(flops)", 1, "'ln(flops)'"), ("1 2", 3, "'2'"), ("1..2", 1, "'1..2'"),
    ("accuracy; exit()", 9, "'; exit()'"), (")", 1, "')'"), ("1e999", 1, "'1e999'"),
  ])
  func mistakesAreNamedWithTheirPlace(_ text: String, _ place: Int, _ found: String) throws {
    let error = #expect(throws: RewardError.self) { try RewardExpression(text) }
    #expect(error?.place == place)
    #expect(error?.found == found)
    #expect(!"\(try #require(error))".contains("\n"))
  }

  @Test func endlessNestingIsRefused() {
    let text = String(repeating: "(", count: 100_000)
    #expect(throws: RewardError.self) { try RewardExpression(text) }
  }

  @Test(arguments: ["+1", "*1"])
  func endlessTextIsRefused(_ part: String) throws {
    let text = "accuracy" + String(repeating: part, count: 200)
    #expect(abs(try value(text) - (part == "+1" ? 200.75 : 0.75)) < 1e-9)
    #expect(throws: RewardError.self) {
      try RewardExpression("accuracy" + String(repeating: part, count: 100_000))
    }
  }
}
