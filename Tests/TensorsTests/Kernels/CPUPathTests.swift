import Foundation
import Tensors
import Testing

struct CPUPathTests {
  @Test("The environment variable forces a path that every processor of its kind has")
  func path() {
    switch ProcessInfo.processInfo.environment["ESPALIER_CPU"] {
    case "portable": #expect(Kernels.cpuPath == "portable")
    case "avx2": #expect(["avx2", "neon", "portable"].contains(Kernels.cpuPath))
    default: #expect(["avx512", "avx2", "neon", "portable"].contains(Kernels.cpuPath))
    }
  }
}
