import Foundation

extension ChildProcess {
  /// The ends of a child's pipes that stay here, and its number, which is also that of its group.
  struct Started {
    let number: pid_t
    let input: Int32
    let output: Int32
    let errors: Int32
  }

  /// Starts a program in a process group of its own, in a working folder, with pipes to it.
  ///
  /// The child's signals are as a fresh process has them. Python is asked not to hold back what it prints.
  ///
  /// - Throws: `StartFault` with the reason that the system gives.
  static func start(
    _ command: [String], in folder: URL?, mark: Mark
  ) throws(StartFault) -> Started {
    guard let program = command.first, !program.isEmpty else {
      throw StartFault(reason: "the command is empty")
    }
    guard command.allSatisfy({ !$0.utf8.contains(0) }) else {
      throw StartFault(reason: "the command holds a zero byte")
    }
    guard isThere(program, from: folder) else {
      throw StartFault(reason: "there is no program '\(program)'")
    }
    var pipes: [(read: Int32, write: Int32)] = []
    func closeAll() { for pipe in pipes { _ = (close(pipe.read), close(pipe.write)) } }
    for _ in 0..<3 {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else {
        let reason = String(cString: strerror(errno))
        closeAll()
        throw StartFault(reason: reason)
      }
      // Other children are not to hold them open.
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      pipes.append((ends[0], ends[1]))
    }
    var number: pid_t = 0
    let ends = [pipes[0].read, pipes[1].write, pipes[2].write]
    // The shell changes the folder and gives way to the program: same process, same group.
    let move = folder.map { ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", $0.path] } ?? []
    let failure = spawn(move + command, ends: ends, mark: mark, &number)
    guard failure == 0 else {
      closeAll()
      throw StartFault(reason: String(cString: strerror(failure)).lowercased())
    }
    for end in ends { close(end) }
    let kept = Started(
      number: number, input: pipes[0].write, output: pipes[1].read, errors: pipes[2].read)
    for end in [kept.input, kept.output, kept.errors] {
      _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
    }
    return kept
  }

  /// Why a program does not start.
  struct StartFault: Error, Equatable {
    let reason: String
  }

  /// Whether a program can be run: a path, seen from the folder, or a name on the search path.
  private static func isThere(_ program: String, from folder: URL?) -> Bool {
    if program.contains("/") {
      let base = folder ?? URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
      let path = program.hasPrefix("/") ? program : base.appendingPathComponent(program).path
      return FileManager.default.isExecutableFile(atPath: path)
    }
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return folders.split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }

  private static func spawn(
    _ command: [String], ends: [Int32], mark: Mark, _ number: inout pid_t
  ) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, end) in ends.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, end, Int32(descriptor))
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var usual = sigset_t()
    sigemptyset(&usual)
    for signal in [SIGPIPE, SIGINT, SIGTERM] { sigaddset(&usual, signal) }
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var variables = ProcessInfo.processInfo.environment
    variables[Mark.variable] = mark.value
    variables["PYTHONUNBUFFERED"] = variables["PYTHONUNBUFFERED"] ?? "1"
    return withStrings(command) { arguments in
      withStrings(variables.map { "\($0.key)=\($0.value)" }) { environment in
        posix_spawnp(&number, command[0], &actions, &attributes, arguments, environment)
      }
    }
  }

  /// Texts as C has them: a list of pointers with a null at its end.
  private static func withStrings<Value>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
  ) -> Value {
    let pointers = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }
}
