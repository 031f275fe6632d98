import Tensors
import Testing

struct ShapeTests {
  @Test("Broadcasting follows NumPy")
  func broadcast() {
    #expect(Shape([2, 3]).broadcast(with: [3]) == [2, 3])
    #expect(Shape([4, 1, 5]).broadcast(with: [3, 1]) == [4, 3, 5])
    #expect(Shape([]).broadcast(with: [2, 7]) == [2, 7])
    #expect(Shape([1]).broadcast(with: [0]) == [0])
    #expect(Shape([2, 3]).broadcast(with: [2]) == nil)
    #expect(Shape([2, 3]).broadcast(with: [4, 3]) == nil)
  }

  @Test("Strides, counts and negative axes")
  func layout() {
    let shape: Shape = [2, 3, 5]
    #expect(shape.strides == [15, 5, 1])
    #expect(shape.count == 30)
    #expect(shape.axis(-1) == 2)
    #expect(shape.axis(3) == nil)
    #expect(shape.axis(-4) == nil)
    #expect(shape.description == "2×3×5")
    #expect(Shape([]).description == "scalar")
    #expect(Shape([]).count == 1)
  }

  @Test("A tensor refuses elements that do not fill its shape")
  func elementCount() throws {
    #expect(throws: TensorError.elementCount(expected: 6, found: 5, shape: [2, 3])) {
      _ = try Tensor(shape: [2, 3], scalars: [1, 2, 3, 4, 5])
    }
    let tensor = Tensor(shape: [2, 3]) { Float($0) }
    #expect(try tensor.reshaped(to: [3, 2]).scalars == tensor.scalars)
    #expect(throws: TensorError.elementCount(expected: 4, found: 6, shape: [4])) {
      _ = try tensor.reshaped(to: [4])
    }
  }
}
