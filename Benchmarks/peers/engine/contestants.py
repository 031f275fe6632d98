"""What takes part: our engine as a child process, and a peer's function in this one."""

import dataclasses
import gc
import json
import subprocess
import time


@dataclasses.dataclass
class Block:
    """How long a number of calls took together."""

    iterations: int
    wall: float
    cpu: float


class Skip(Exception):
    """A case cannot be measured here; the message says why."""


class Wrong(Exception):
    """Ours and theirs do not compute the same, or ours does not compute at all."""


class Engine:
    """A process of EngineBenchmark; its cases live as long as it does."""

    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def ask(self, command, **fields):
        try:
            self.process.stdin.write(json.dumps({"command": command, **fields}) + "\n")
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Wrong(f"EngineBenchmark ended at '{command}' {fields}")
        reply = json.loads(line)
        if "error" in reply:
            raise Wrong(f"EngineBenchmark: {reply['error']}")
        return reply

    def close(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.wait()


class Ours:
    """A case of the engine."""

    def __init__(self, engine, label="espalier", **description):
        self.engine, self.label, self.description = engine, label, description
        self.work = None

    def time(self, iterations):
        reply = self.engine.ask("time", case=self.description, iterations=iterations)
        self.work = reply["work"]
        return Block(iterations, reply["wallSeconds"], reply["cpuSeconds"])


class Peer:
    """A function of this process."""

    def __init__(self, label, call, work=1):
        self.label, self.call, self.work = label, call, work

    def time(self, iterations):
        gc.collect()
        # Python's own housekeeping is not the peer's.
        gc.disable()
        try:
            wall, cpu = time.perf_counter(), time.process_time()
            for _ in range(iterations):
                self.call()
            return Block(iterations, time.perf_counter() - wall, time.process_time() - cpu)
        finally:
            gc.enable()
