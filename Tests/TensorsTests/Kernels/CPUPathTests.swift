import Foundation
import Tensors
import Testing

struct CPUPathTests {
  @Test("The environment variable forces the portable path")
  func path() {
    if ProcessInfo.processInfo.environment["ESPALIER_CPU"] == "portable" {
      #expect(Kernels.cpuPath == "portable")
    } else {
      #expect(["avx2", "portable"].contains(Kernels.cpuPath))
    }
  }
}
