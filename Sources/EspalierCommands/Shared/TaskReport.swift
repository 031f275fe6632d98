import Espalier
import Foundation

/// What learning a task came to, for people.
struct TaskReport {
  private let result: TaskResult

  init(_ result: TaskResult) { self.result = result }

  var text: String {
    let returns = String(format: "%.2f ± %.2f", result.meanReturn, result.deviation)
    return """
      \(result.agent): \(result.returns.count) episodes, \(result.steps) steps
      return without noise: \(returns) over \(result.evaluation.count) episodes
      run: \(result.run.folder.path)
      """
  }
}
