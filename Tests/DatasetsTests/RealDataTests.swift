import Foundation
import Tensors
import Testing

@testable import Datasets

/// The real data sets, whose checksums NumPy computed.
@Suite(.enabled(if: RealData.folder != nil, RealData.message))
struct RealDataTests {
  func load(_ text: String, _ folder: String) throws -> LabelledImages {
    let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
    let fields = parts.count > 1 ? ",\(parts[1])" : ""
    let specification = try DataSpecification("\(parts[0])\(RealData.path(folder))\(fields)")
    return try .load(specification, defaultSplit: .test)
  }

  func byteSum(_ images: LabelledImages) -> Int {
    guard case .bytes(let bytes) = images.storage else { return -1 }
    return bytes.reduce(0) { $0 + Int($1) }
  }

  @Test func cifar10() throws {
    let test = try load("cifar10:", "cifar-10")
    #expect(test.count == 10_000 && test.shape == [3, 32, 32])
    #expect(
      (0..<10).map { label in test.labels.filter { $0 == label }.count }
        == Array(repeating: 1000, count: 10))
    #expect(byteSum(test) == 3_732_740_007)
    let train = try load("cifar10:,split=train", "cifar-10")
    #expect(train.count == 50_000)
    #expect(byteSum(train) == 18_537_712_937)
  }

  @Test func fashionMNIST() throws {
    let test = try load("idx:", "fashion-mnist")
    #expect(test.count == 10_000 && test.shape == [1, 28, 28] && test.classCount == 10)
    #expect(byteSum(test) == 573_469_082)
    #expect(Array(test.labels.prefix(8)) == [9, 2, 1, 1, 6, 1, 4, 6])
    #expect(try load("idx:,split=train,limit=60000", "fashion-mnist").count == 60_000)
  }

  @Test func imageNetSample() throws {
    let images = try load("npy:,limit=40", "imagenet-sample/176")
    #expect(images.shape == [3, 176, 176] && images.classCount == 999)
    #expect(byteSum(images) == 424_571_412)
  }

  @Test func keywordSpotting() throws {
    let examples = try load("npy:", "kws-mfcc")
    #expect(examples.shape == [1, 49, 10] && examples.count == 500 && examples.classCount == 12)
    guard case .floats(let floats) = examples.storage else { return }
    #expect(floats.min() == -123.372314453125 && floats.max() == 25.14222526550293)
  }
}
