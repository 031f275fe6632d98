import Units

/// The rules that a policy keeps beyond having the right fields, each a sentence.
public enum PolicyRule: String, CaseIterable, Sendable {
  // Of names and numbers anywhere.
  case namesAreNotEmpty, namesHoldNoPath, hashIsSHA256
  case countsAreNotNegative, extentsArePositive
  case measurementsAreFinite, measurementsAreNotNegative, percentagesAreInRange
  // Of the whole.
  case layerNamesAreUnique, reconstructionNamesItsCalibration
  // Of one layer.
  case keptChannelsNameTheirExtent, somethingIsKept, keptDoesNotExceedChannels
  case keptIndicesAreSorted, keptIndicesAreUnique, keptIndicesAreInRange
  case keptIndicesMatchTheirCount, keepRatioMatchesItsCounts
  case densityIsAFraction, bitsAreInRange, quantizerHasBits

  /// The rule in words.
  public var sentence: String {
    switch self {
    case .namesAreNotEmpty: "a name is not empty"
    case .namesHoldNoPath: "a policy holds base names, never a path"
    case .hashIsSHA256: "a SHA-256 hash is 64 lowercase hexadecimal digits"
    case .countsAreNotNegative: "a count is not negative"
    case .extentsArePositive: "a number of channels, images or positions is at least 1"
    case .measurementsAreFinite: "a measurement is a finite number"
    case .measurementsAreNotNegative: "a cost or a ridge is not negative"
    case .percentagesAreInRange: "a top-1 accuracy is a percentage from 0 to 100"
    case .layerNamesAreUnique: "a layer's name stands once"
    case .reconstructionNamesItsCalibration:
      "a reconstruction other than \"none\", or a normalization other than \"keep\", names the "
        + "calibration data it used"
    case .keptChannelsNameTheirExtent:
      "what is kept of some channels stands beside their number and the number kept"
    case .somethingIsKept: "at least one channel is kept"
    case .keptDoesNotExceedChannels: "no more channels are kept than there are"
    case .keptIndicesAreSorted: "kept indices ascend"
    case .keptIndicesAreUnique: "kept indices do not repeat"
    case .keptIndicesAreInRange: "kept indices run from 0 to one less than the channels"
    case .keptIndicesMatchTheirCount: "there are as many kept indices as kept channels"
    case .keepRatioMatchesItsCounts:
      "keepRatio is keptInputChannels / inputChannels to within a millionth"
    case .densityIsAFraction: "density is above 0 and at most 1"
    case .bitsAreInRange:
      "a bit width lies in \(BitWidth.quantizable.lowerBound)…\(BitWidth.quantizable.upperBound)"
    case .quantizerHasBits: "a quantizer stands beside the bits it quantizes to"
    }
  }
}
