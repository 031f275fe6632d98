import Networks
import Tensors
import TestSupport
import Testing

/// A convolution to be checked: shapes, attributes, and what the output's extents should be.
struct ConvolutionCase: CustomTestStringConvertible, Sendable {
  let name: String
  let input: Shape
  let weight: Shape
  var strides: [Int]?
  var dilations: [Int]?
  /// What is padded; written as the attribute `pads` unless `autoPad` says it.
  var pads: [Int]?
  var group = 1
  var autoPad: String?
  let output: [Int]
  var hasBias = true

  var testDescription: String { name }

  var attributes: [String: Attribute] {
    var attributes: [String: Attribute] = [
      "group": .int(group), "kernel_shape": .ints(Array(weight.extents.dropFirst(2))),
    ]
    if let strides { attributes["strides"] = .ints(strides) }
    if let dilations { attributes["dilations"] = .ints(dilations) }
    if let autoPad {
      attributes["auto_pad"] = .string(autoPad)
    } else if let pads {
      attributes["pads"] = .ints(pads)
    }
    return attributes
  }

  var graph: Graph {
    SingleNode.graph(
      "Conv",
      [
        .input(input), .constant(.normal(weight, seed: 2, scale: 0.5)),
        hasBias ? .constant(.normal([weight[0]], seed: 3)) : nil,
      ], attributes: attributes)
  }

  /// The definition, in double.
  func exact(_ x: Tensor, _ w: Tensor, _ bias: Tensor?) -> [Double] {
    let windows = Windows(
      input: Array(input.extents.dropFirst(2)), kernel: Array(weight.extents.dropFirst(2)),
      strides: strides, dilations: dilations, pads: pads, output: output)
    let (inputArea, outputArea) = (windows.input.reduce(1, *), output.reduce(1, *))
    let (taps, perGroup) = (windows.kernel.reduce(1, *), weight[0] / group)
    var result: [Double] = []
    for image in 0..<input[0] {
      for filter in 0..<weight[0] {
        for position in 0..<outputArea {
          var sum = Double(bias?.scalars[filter] ?? 0)
          for tap in windows.taps(of: position) {
            guard let at = tap.position else { continue }
            for channel in 0..<weight[1] {
              let plane = image * input[1] + filter / perGroup * weight[1] + channel
              sum +=
                Double(x.scalars[plane * inputArea + at])
                * Double(w.scalars[(filter * weight[1] + channel) * taps + tap.tap])
            }
          }
          result.append(sum)
        }
      }
    }
    return result
  }

  static let all: [ConvolutionCase] = twoDimensional + grouped + oneDimensional

  /// Large enough for Winograd's convolution, forward and backward; few extents fill a tile.
  static let winograd: [ConvolutionCase] = [
    .init(
      name: "odd channels", input: [2, 19, 9, 15], weight: [21, 19, 3, 3], pads: [1, 1, 1, 1],
      output: [9, 15]),
    .init(
      name: "without padding or bias", input: [3, 32, 14, 10], weight: [16, 32, 3, 3],
      output: [12, 8], hasBias: false),
    .init(
      name: "asymmetric pads", input: [2, 24, 8, 11], weight: [40, 24, 3, 3], pads: [2, 0, 1, 2],
      output: [9, 11]),
    .init(
      name: "more images than shards", input: [21, 16, 8, 8], weight: [33, 16, 3, 3],
      pads: [1, 1, 1, 1], output: [8, 8]),
    .init(
      name: "one large image", input: [1, 16, 47, 33], weight: [16, 16, 3, 3], pads: [1, 1, 1, 1],
      output: [47, 33]),
    .init(
      name: "blocks within an image", input: [2, 48, 34, 67], weight: [35, 48, 3, 3],
      pads: [1, 1, 1, 1], output: [34, 67]),
  ]

  static let twoDimensional: [ConvolutionCase] = [
    .init(
      name: "3×3, pad 1", input: [2, 3, 7, 5], weight: [4, 3, 3, 3], pads: [1, 1, 1, 1],
      output: [7, 5]),
    .init(
      name: "3×3 without padding or bias", input: [3, 5, 6, 8], weight: [7, 5, 3, 3],
      output: [4, 6], hasBias: false),
    .init(
      name: "3×3, stride 2, pad 1, tails of panels", input: [2, 17, 8, 9], weight: [19, 17, 3, 3],
      strides: [2, 2], pads: [1, 1, 1, 1], output: [4, 5]),
    .init(
      name: "stride 2×3, asymmetric pads", input: [2, 3, 9, 10], weight: [5, 3, 3, 4],
      strides: [2, 3], pads: [1, 0, 2, 3], output: [5, 4]),
    .init(
      name: "dilation 2×3", input: [2, 4, 9, 11], weight: [3, 4, 3, 3], dilations: [2, 3],
      pads: [2, 1, 1, 3], output: [8, 9]),
    .init(
      name: "stride and dilation of one factor", input: [2, 2, 11, 9], weight: [3, 2, 3, 2],
      strides: [2, 2], dilations: [2, 2], pads: [1, 1, 2, 1], output: [5, 5]),
    .init(
      name: "1×1", input: [3, 5, 4, 6], weight: [18, 5, 1, 1], output: [4, 6]),
    .init(
      name: "1×1, stride 2", input: [2, 6, 7, 5], weight: [4, 6, 1, 1], strides: [2, 2],
      output: [4, 3]),
    .init(
      name: "1×1, stride 3, padded", input: [2, 3, 4, 5], weight: [4, 3, 1, 1], strides: [3, 3],
      pads: [2, 1, 0, 1], output: [2, 3]),
    .init(
      name: "5×5, pad 2", input: [2, 2, 6, 9], weight: [3, 2, 5, 5], pads: [2, 2, 2, 2],
      output: [6, 9]),
    .init(
      name: "even kernel 2×4", input: [2, 3, 5, 7], weight: [3, 3, 2, 4], pads: [0, 1, 1, 2],
      output: [5, 7]),
    .init(
      name: "padding beyond the kernel", input: [2, 3, 4, 3], weight: [2, 3, 2, 1],
      pads: [3, 2, 2, 3], output: [8, 8]),
    .init(
      name: "kernel of the whole image", input: [2, 3, 4, 5], weight: [6, 3, 4, 5], output: [1, 1]),
    .init(
      name: "one image in bands", input: [1, 3, 41, 13], weight: [4, 3, 3, 3], pads: [1, 1, 1, 1],
      output: [41, 13]),
    .init(
      name: "one image in bands, stride 2", input: [1, 3, 61, 23], weight: [4, 3, 3, 3],
      strides: [2, 2], pads: [0, 1, 1, 0], output: [30, 11]),
    .init(
      name: "one image, 1×1 in bands", input: [1, 6, 20, 13], weight: [5, 6, 1, 1],
      output: [20, 13]),
    .init(
      name: "more images than shards", input: [19, 2, 4, 3], weight: [3, 2, 3, 3],
      pads: [1, 1, 1, 1], output: [4, 3]),
    .init(
      name: "SAME_UPPER, stride 2", input: [2, 3, 8, 7], weight: [4, 3, 3, 2], strides: [2, 2],
      pads: [0, 0, 1, 1], autoPad: "SAME_UPPER", output: [4, 4]),
    .init(
      name: "SAME_LOWER, stride 2", input: [2, 3, 8, 7], weight: [4, 3, 3, 2], strides: [2, 2],
      pads: [1, 1, 0, 0], autoPad: "SAME_LOWER", output: [4, 4]),
    .init(
      name: "VALID, dilation 2", input: [2, 3, 8, 7], weight: [4, 3, 3, 2], dilations: [2, 2],
      autoPad: "VALID", output: [4, 5]),
  ]

  static let grouped: [ConvolutionCase] = [
    .init(
      name: "2 groups", input: [2, 6, 5, 7], weight: [4, 3, 3, 3], pads: [1, 1, 1, 1], group: 2,
      output: [5, 7]),
    .init(
      name: "3 groups, stride 2, dilation 2", input: [2, 6, 9, 8], weight: [9, 2, 3, 2],
      strides: [2, 1], dilations: [2, 2], pads: [2, 1, 1, 0], group: 3, output: [4, 7]),
    .init(
      name: "2 groups, 1×1", input: [2, 6, 5, 4], weight: [8, 3, 1, 1], group: 2, output: [5, 4]),
    .init(
      name: "depthwise 3×3", input: [2, 11, 6, 5], weight: [11, 1, 3, 3], pads: [1, 1, 1, 1],
      group: 11, output: [6, 5]),
    .init(
      name: "depthwise without padding", input: [3, 8, 6, 5], weight: [8, 1, 3, 2], group: 8,
      output: [4, 4]),
    .init(
      name: "depthwise 5×3, stride 2, dilation 2, asymmetric", input: [2, 9, 12, 10],
      weight: [9, 1, 5, 3], strides: [2, 2], dilations: [2, 2], pads: [3, 1, 2, 2], group: 9,
      output: [5, 5]),
    .init(
      name: "depthwise, one image in bands", input: [1, 5, 40, 9], weight: [5, 1, 3, 3],
      pads: [1, 1, 1, 1], group: 5, output: [40, 9]),
    .init(
      name: "depth multiplier 2", input: [2, 4, 6, 5], weight: [8, 1, 3, 3], pads: [1, 1, 1, 1],
      group: 4, output: [6, 5]),
  ]

  static let oneDimensional: [ConvolutionCase] = [
    .init(name: "1-D, 3, pad 1", input: [2, 4, 9], weight: [5, 4, 3], pads: [1, 1], output: [9]),
    .init(
      name: "1-D, stride 2, dilation 3, asymmetric", input: [3, 4, 17], weight: [6, 2, 3],
      strides: [2], dilations: [3], pads: [2, 1], group: 2, output: [7]),
    .init(
      name: "1-D, depthwise", input: [2, 6, 10], weight: [6, 1, 4], pads: [1, 2], group: 6,
      output: [10]),
    .init(name: "1-D, 1", input: [2, 6, 10], weight: [3, 6, 1], output: [10]),
  ]
}
