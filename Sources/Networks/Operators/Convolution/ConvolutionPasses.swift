import Tensors

/// All that a convolution does at one place of a plan, with what follows from the shapes worked out.
///
/// The state holds the weights as the forward pass reads them, then as the gradient of the input
/// does, then for each of the two whether Winograd's convolution is in use.
struct ConvolutionPasses {
  let geometry: ConvolutionGeometry
  private let forward: ConvolutionForward
  private let inputGradient: ConvolutionInputGradient?
  private let weightGradient: ConvolutionWeightGradient?
  private let fastForward: WinogradConvolution?
  private let fastGradient: WinogradConvolution?
  private let fastWeightGradient: WinogradWeightGradient?
  private let forwardCheck: WinogradCheck?
  private let gradientCheck: WinogradCheck?

  /// Nil where there is nothing to compute.
  init?(_ geometry: ConvolutionGeometry, mode: ExecutionMode, arithmetic: Arithmetic) {
    guard !geometry.isEmpty else { return nil }
    self.geometry = geometry
    let differentiates = mode != .inference
    let isFast = arithmetic == .fast
    forward = ConvolutionForward(geometry)
    inputGradient = differentiates ? ConvolutionInputGradient(geometry) : nil
    fastWeightGradient = isFast && differentiates ? WinogradWeightGradient(geometry) : nil
    weightGradient =
      differentiates && fastWeightGradient == nil ? ConvolutionWeightGradient(geometry) : nil
    fastForward = isFast ? WinogradConvolution(geometry, gradient: false) : nil
    fastGradient =
      isFast && differentiates ? WinogradConvolution(geometry, gradient: true) : nil
    forwardCheck = fastForward.map { WinogradCheck($0) }
    gradientCheck = fastGradient.map { WinogradCheck($0) }
  }

  // MARK: - Packed weights

  private var directCount: Int {
    geometry.isDepthwise ? geometry.weightCount : geometry.groups * geometry.packedCount
  }

  private var forwardCount: Int { max(directCount, fastForward?.packedCount ?? 0) }

  private var directGradientCount: Int { inputGradient?.packedCount ?? 0 }

  private var gradientCount: Int { max(directGradientCount, fastGradient?.packedCount ?? 0) }

  /// The floats of the state.
  var stateCount: Int { forwardCount + gradientCount + 2 }

  /// Packs weights [M][C/g][kH][kW].
  func pack(
    _ weight: UnsafePointer<Float>, into state: UnsafeMutablePointer<Float>, _ scratch: Scratch
  ) {
    let flags = state + forwardCount + gradientCount
    flags[0] = pack(weight, fastForward, forwardCheck, into: state, scratch, directCount) {
      geometry.isDepthwise
        ? geometry.packDepthwise(weight, into: $0) : geometry.packForward(weight, into: $0)
    }
    guard let inputGradient else { return }
    guard !geometry.isDepthwise else { return }
    flags[1] = pack(
      weight, fastGradient, gradientCheck, into: state + forwardCount, scratch,
      directGradientCount
    ) { inputGradient.pack(weight, into: $0) }
  }

  /// Packs for Winograd's convolution where it holds, otherwise for the direct one; says which.
  private func pack(
    _ weight: UnsafePointer<Float>, _ fast: WinogradConvolution?, _ check: WinogradCheck?,
    into packed: UnsafeMutablePointer<Float>, _ scratch: Scratch, _ directCount: Int,
    _ packDirect: (UnsafeMutablePointer<Float>) -> Void
  ) -> Float {
    guard let fast, let check else {
      packDirect(packed)
      return 0
    }
    var isFast: Float = 0
    scratch.withMemory(of: Float.self, count: directCount) { direct in
      packDirect(direct)
      fast.pack(weight, into: packed)
      if check.holds(packed: packed, direct: direct, scratch) {
        isFast = 1
      } else {
        packed.update(from: direct, count: directCount)
      }
    }
    return isFast
  }

  // MARK: - Passes

  /// Writes the output.
  func runForward(
    input: UnsafePointer<Float>, state: UnsafePointer<Float>, epilogue: Kernels.Epilogue,
    _ workspace: Workspace
  ) {
    if let fastForward, state[forwardCount + gradientCount] != 0 {
      fastForward.run(input: input, packed: state, epilogue: epilogue, workspace)
    } else {
      forward.run(input: input, weights: state, epilogue: epilogue, workspace)
    }
  }

  /// Adds to the gradient of the input, or writes it.
  func runInputGradient(
    of outputGradient: UnsafePointer<Float>, state: UnsafePointer<Float>, accumulates: Bool,
    into gradient: UnsafeMutablePointer<Float>, _ workspace: Workspace
  ) {
    let weights = geometry.isDepthwise ? state : state + forwardCount
    if let fastGradient, state[forwardCount + gradientCount + 1] != 0 {
      let epilogue = Kernels.Epilogue(
        output: gradient, outputStride: geometry.channels, accumulate: accumulates)
      fastGradient.run(input: outputGradient, packed: weights, epilogue: epilogue, workspace)
    } else {
      inputGradient?.run(
        outputGradient: outputGradient, weights: weights, accumulates: accumulates,
        into: gradient, workspace)
    }
  }

  /// Adds to the gradient of the weights, or writes it.
  func addWeightGradient(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, accumulates: Bool,
    into gradient: UnsafeMutablePointer<Float>, _ workspace: Workspace
  ) {
    weightGradient?.run(
      input: input, outputGradient: outputGradient, accumulates: accumulates, into: gradient,
      workspace)
    fastWeightGradient?.run(
      input: input, outputGradient: outputGradient, accumulates: accumulates, into: gradient,
      workspace)
  }
}
