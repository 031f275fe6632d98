public import Calibration
import Compression
import CompressionPolicies
import Datasets
import Dispatch
import Foundation
import Interchange
import Networks
import Tensors

/// Quantises a network from a file and calibrates it: what `espalier calibrate` does.
public enum ModelCalibration {
  /// Calibrates and writes the ONNX file, whole or not at all.
  ///
  /// Images come from the training split in the order of the stream `images` of the seed, everything else
  /// from the streams that `Calibrator` names: the same request gives the same file, at any number of
  /// threads.
  ///
  /// Where it stands is saved in a file beside the output, `<output>.calibration`, and the same request goes
  /// on from there with the same bits; the file is gone when the output is there.
  ///
  /// - Parameter onProgress: hears of every iteration, with the seconds since the first.
  /// - Throws: `EspalierError.otherModel`, `.setting`, `.otherCalibration` for a saved state of another
  ///   request, `.calibrationInterrupted` when asked to stop; what reading the network, the policy and the
  ///   data throws; what `Calibrator` throws.
  public static func run(
    _ request: CalibrationRequest,
    onProgress: (CalibrationProgress, _ seconds: Double) -> Void = { _, _ in }
  ) throws -> CalibrationReport {
    let output = try ModelTraining.writable(request.output)
    let file = try ModelFile(request.model)
    let policy = try policy(of: request.bits, for: file)
    let identity = request.identity(
      model: file.sha256, policy: try policy.map { try CanonicalJSON.line($0.json) } ?? "")
    let saved = CalibrationCheckpoint.file(for: output)
    let state = try CalibrationCheckpoint.state(in: saved, identity: identity)
    let streams = RandomStreams(seed: UInt64(max(0, request.seed)))
    let images = try images(request, streams)
    let start = DispatchTime.now().uptimeNanoseconds
    func seconds() -> Double { Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9 }
    let calibrator = try Calibrator(
      file.graph, images: images, settings: request.settings, streams: streams,
      pool: WorkerPool(threads: request.threads))
    let decision = try decision(request, calibrator, images, streams, saved)
    let choices =
      try decision?.choices ?? Self.choices(request.bits, policy, calibrator.layers)
    var iteration = 0
    let result = try calibrator.calibrate(choices, from: state) { progress in
      iteration = progress.iteration
      onProgress(progress, seconds())
    } onState: { state in
      let isStopped = Interruption.isRequested
      if isStopped || iteration % max(1, request.checkpointEvery) == 0 {
        try CalibrationCheckpoint(identity: identity, state: state()).write(to: saved)
      }
      if isStopped {
        throw EspalierError.calibrationInterrupted(iterations: iteration, file: saved.path)
      }
    }
    let time = seconds()
    try ONNXFile.write(
      result.graph.removingUnused(), to: output,
      options: ONNXWriteOptions(opset: request.opset))
    try? FileManager.default.removeItem(at: saved)
    let size = try FileManager.default.attributesOfItem(atPath: output.path)[.size] as? Int
    if case .budget(let bits) = request.bits {
      try decision?.write(to: bits.policy, request, file, clips: request.settings.clips)
    }
    var report = CalibrationReport(
      request, result, calibrator.layers, choices, output: output, fileBytes: size ?? 0,
      images: images.shape[0], seconds: time)
    report.decision = decision?.summary
    return report
  }

  /// The bits that a budget leaves to be decided; nil where they are given.
  private static func decision(
    _ request: CalibrationRequest, _ calibrator: Calibrator, _ images: Tensor,
    _ streams: RandomStreams, _ saved: URL
  ) throws -> BitDecision? {
    guard case .budget(let bits) = request.bits else { return nil }
    return try BitDecision(
      bits, calibrator, images: images, clips: request.settings.clips, streams: streams,
      pool: WorkerPool(threads: request.threads)
    ) { _, _ in
      if Interruption.isRequested {
        throw EspalierError.calibrationInterrupted(iterations: 0, file: saved.path)
      }
    }
  }

  private static func policy(
    of bits: CalibrationRequest.Bits, for file: ModelFile
  ) throws -> CompressionPolicy? {
    guard case .policy(let url) = bits else { return nil }
    let policy = try CompressionPolicy(reading: url)
    guard file.sha256 == policy.model.sha256 else {
      throw EspalierError.otherModel(expected: policy.model.sha256, found: file.sha256)
    }
    return policy
  }

  private static func images(
    _ request: CalibrationRequest, _ streams: RandomStreams
  ) throws -> Tensor {
    let all = try LabelledImages.load(
      try DataSpecification(request.data), defaultSplit: .train)
    guard request.images <= all.count else {
      throw EspalierError.setting(
        name: "--images", expected: "at most \(all.count), the images of '\(all.name)'",
        found: "\(request.images)")
    }
    var stream = streams.stream("images")
    let chosen = stream.permutation(of: all.count).prefix(request.images).sorted()
    return try all.subset(chosen).tensor(request.preprocessing)
  }

  /// What is done to each layer.
  ///
  /// Weights have a scale for each channel whatever the policy says: with normalisations folded the
  /// channels of a layer differ too much to share one, and scales are not counted as bytes.
  private static func choices(
    _ bits: CalibrationRequest.Bits, _ policy: CompressionPolicy?, _ layers: [QuantizableLayer]
  ) throws -> [LayerQuantization] {
    if case .uniform(let weights, let activations, let ends) = bits {
      return layers.enumerated().map { position, layer in
        let own = position == 0 || position == layers.count - 1 ? ends : nil
        return LayerQuantization(
          layer: layer.name, weightBits: own ?? weights, activationBits: own ?? activations)
      }
    }
    return try (policy?.layers ?? []).map { try LayerQuantization($0) }
  }
}

extension LayerQuantization {
  /// What a policy says of a layer's bits.
  ///
  /// - Throws: `CompressionError.policyMismatch` for what calibration does not carry out.
  fileprivate init(_ layer: LayerPolicy) throws(CompressionError) {
    let cut = zip(
      [layer.keptInputChannels, layer.keptOutputChannels],
      [layer.inputChannels, layer.outputChannels]
    ).contains { kept, all in kept != nil && kept != all }
    guard !cut, layer.density == nil else {
      throw .policyMismatch(
        layer: layer.name, expected: "decisions about bits alone",
        found: layer.density == nil ? "channels that are cut off" : "'density'")
    }
    let name = layer.quantizer ?? Quantizer.linear.rawValue
    guard let quantizer = Quantizer(rawValue: name) else {
      throw .policyMismatch(
        layer: layer.name, expected: "a quantizer that is built in", found: "'\(name)'")
    }
    self.init(
      layer: layer.name, weightBits: layer.weightBits?.value ?? Self.untouched,
      activationBits: layer.activationBits?.value ?? Self.untouched, quantizer: quantizer)
  }
}

extension CalibrationReport {
  fileprivate init(
    _ request: CalibrationRequest, _ result: CalibrationResult, _ layers: [QuantizableLayer],
    _ choices: [LayerQuantization], output: URL, fileBytes: Int, images: Int, seconds: Double
  ) {
    let chosen = Dictionary(choices.map { ($0.layer, $0) }) { first, _ in first }
    let traces = Dictionary(
      (result.hessian?.traces ?? []).map { ($0.point.layer, $0) }
    ) { first, _ in first }
    self.init(
      model: output, method: request.settings.method.rawValue, images: images,
      iterations: request.settings.method == .nearest ? 0 : request.settings.rounding.iterations,
      seed: request.seed, loss: result.loss, nearestLoss: result.nearestLoss,
      changedWeights: result.changedWeights,
      weightBytes: QuantizedCost(layers, choices).weightBytes,
      originalWeightBytes: QuantizedCost(layers, []).weightBytes, fileBytes: fileBytes,
      seconds: seconds,
      layers: result.weights.map { name, weight in
        Layer(
          name: name, weightBits: chosen[name]?.weightBits ?? LayerQuantization.untouched,
          activationBits: chosen[name]?.activationBits ?? LayerQuantization.untouched,
          trace: traces[name]?.mean, traceError: traces[name]?.standardError, lossWeight: weight)
      })
  }
}
