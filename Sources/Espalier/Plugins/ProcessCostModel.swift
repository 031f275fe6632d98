public import Hardware
public import Reinforcement
import Synchronization
import Units

/// A cost model that lives in a child process; see `Reinforcement/Process`.
///
/// The child is asked for one layer at a time. Behind `RememberedCosts`, where searches put every model, it
/// is asked once for each distinct pair of workload and bits.
public final class ProcessCostModel: CostModel {
  /// The device's name.
  public let device: String
  /// The bits that the child said it knows.
  public let supportedBits: SupportedBits
  private let conversation: Mutex<ProcessConversation>

  /// Starts a child and asks for its bits.
  ///
  /// - Parameter device: the name; nil takes the child's own.
  /// - Throws: `ProcessError`.
  public init(_ launch: ProcessConversation.Launch, device: String? = nil) throws(ProcessError) {
    let conversation = try ProcessConversation(launch, role: .cost)
    let own = conversation.introduction["device"]?.text.map { ForeignText.line($0, longest: 100) }
    supportedBits = SupportedBits(
      weights: try Self.bits("weightBits", conversation),
      activations: try Self.bits("activationBits", conversation))
    self.device = device ?? own ?? "process"
    self.conversation = Mutex(conversation)
  }

  private static func bits(
    _ name: String, _ conversation: ProcessConversation
  ) throws(ProcessError) -> [Int] {
    let field = conversation.introduction[name]
    let bits = (field?.list ?? []).compactMap { $0.number.flatMap { Int(exactly: $0) } }
    guard !bits.isEmpty, bits.count == field?.list?.count, bits.allSatisfy({ 1...64 ~= $0 }) else {
      throw conversation.wrong(name, "a list of bits from 1 to 64", field, "hello")
    }
    return bits
  }

  /// Asks the child.
  ///
  /// - Throws: `HardwareError.unsupportedBits`, `model` with what the child did.
  public func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost {
    try supportedBits.check(bits, device: device)
    let line = Self.request(workload, bits)
    let answer = conversation.withLock { Self.ask($0, line) }
    switch answer {
    case .success(let cost):
      return Cost(
        latency: Seconds(cost.latency), energy: Joules(cost.energy), cycles: cost.cycles,
        computeCycles: cost.cycles, stallCycles: 0, bound: .mixed)
    case .failure(let error):
      throw .model(device: device, reason: error.description)
    }
  }

  private static func ask(
    _ conversation: ProcessConversation, _ line: LineWriter
  ) -> Result<Numbers, ProcessError> {
    Result { () throws(ProcessError) in
      let answer = try conversation.ask("cost", line)
      func number(_ name: String) throws(ProcessError) -> Double? {
        let value = try conversation.number(name, in: answer, of: "cost")
        guard let value else { return nil }
        guard value >= 0 else {
          throw conversation.wrong(name, "a number from 0 on", answer[name], "cost")
        }
        guard value <= mostCost else {
          throw conversation.wrong(name, "at most 1e15", answer[name], "cost")
        }
        return value
      }
      guard let latency = try number("latencySeconds") else {
        throw conversation.wrong("latencySeconds", "a number from 0 on", nil, "cost")
      }
      let cycles = try number("cycles") ?? 0
      return Numbers(
        latency: latency, energy: try number("energyJoules") ?? 0,
        cycles: Int(min(cycles, 0x1p53).rounded()))
    }
  }

  /// Thirty million years, or what a city needs in as many seconds: more is an error of units.
  private static let mostCost = 1e15

  private struct Numbers: Sendable {
    let latency: Double
    let energy: Double
    let cycles: Int
  }

  private static func request(_ workload: Workload, _ bits: LayerBits) -> LineWriter {
    let numbers: [(String, Int)] = [
      ("batch", workload.batch), ("inputChannels", workload.inputChannels),
      ("outputChannels", workload.outputChannels), ("inputHeight", workload.input.height),
      ("inputWidth", workload.input.width), ("outputHeight", workload.output.height),
      ("outputWidth", workload.output.width), ("kernelHeight", workload.kernel.height),
      ("kernelWidth", workload.kernel.width), ("strideHeight", workload.stride.height),
      ("strideWidth", workload.stride.width), ("groups", workload.groups),
    ]
    var fields: Info = ["operation": .text(workload.operation.rawValue)]
    for (name, number) in numbers { fields[name] = .number(Double(number)) }
    var line = LineWriter(request: "cost")
    line.append("workload", .table(fields))
    line.append("weightBits", .number(Double(bits.weights.value)))
    line.append("activationBits", .number(Double(bits.activations.value)))
    return line
  }
}
