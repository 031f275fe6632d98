/// Memory for what is needed only inside a call, kept from pass to pass.
///
/// A stack: what is borrowed last is given back first. It grows to the largest wish, so that passes
/// after the first allocate nothing. It belongs to one thread at a time.
final class Scratch {
  private var base = Scratch.allocate(1)
  private var capacity = 1
  private var used = 0
  /// The most bytes that were ever borrowed at once.
  private(set) var wanted = 0

  deinit { base.deallocate() }

  /// Makes sure that so many bytes are there, unless some are lent at the moment.
  func reserve(_ size: Int) {
    if used == 0 { grow(to: size) }
  }

  /// Only while nothing is borrowed.
  private func grow(to size: Int) {
    guard size > capacity else { return }
    base.deallocate()
    base = Scratch.allocate(size)
    capacity = size
  }

  private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
  }

  /// Runs `body` with room for `count` elements, whose values are left over from earlier calls.
  func withMemory<Element: BitwiseCopyable>(
    of type: Element.Type, count: Int, _ body: (UnsafeMutablePointer<Element>) -> Void
  ) {
    let size = (count * MemoryLayout<Element>.stride + 63) / 64 * 64
    if used == 0 { grow(to: size) }
    used += size
    wanted = max(wanted, used)
    defer {
      used -= size
      if used == 0 { grow(to: wanted) }
    }
    guard used <= capacity else {
      // Others stand on the stack, which must not move: this once, memory of its own.
      let own = Scratch.allocate(max(size, 64))
      defer { own.deallocate() }
      return body(own.bindMemory(to: type, capacity: count))
    }
    body((base + used - size).bindMemory(to: type, capacity: count))
  }
}
