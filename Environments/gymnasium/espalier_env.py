"""Espalier's environments as Gymnasium environments.

    from espalier_env import EspalierEnv
    environment = EspalierEnv("resnet20-cifar10-amc", options=["--data", "cifar10:DIR"])

Each runs as `espalier serve ENVIRONMENT` in a child process of its own and is spoken to line by line. The
process ends with `close()`, with the object itself, or with Python.
"""

import json
import os
import shlex
import signal
import subprocess
import tempfile
import weakref

import gymnasium
import numpy

PROTOCOL = 1


class EspalierError(RuntimeError):
    """What Espalier answered or did instead of a step."""


def _end(process, complaints):
    """Ends a child with its process group and lets go of its pipes; more than once does no harm."""
    try:
        process.stdin.close()
    except OSError:
        pass
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except OSError:
        pass
    process.wait()
    process.stdout.close()
    complaints.close()


class EspalierEnv(gymnasium.Env):
    """One environment of Espalier.

    `options` are those of `espalier serve`: a list such as `["--model", "FILE"]`, or one text that is parted
    as a shell does. `info["executed_action"]` is the action that was carried out, where it is not the one
    asked for; `info["settled"]` what the whole episode came to, where an environment tells that at its end.
    """

    metadata = {"render_modes": []}

    def __init__(self, environment, executable="espalier", options=()):
        self.render_mode = None
        parts = shlex.split(options) if isinstance(options, str) else [os.fspath(part) for part in options]
        # A file takes whatever is complained of: nothing need read it for the child to go on.
        self._complaints = tempfile.TemporaryFile()
        try:
            self._process = subprocess.Popen(
                [executable, "serve", environment, *parts], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=self._complaints, start_new_session=True)
        except OSError as error:
            self._complaints.close()
            raise EspalierError(f"{executable} could not be started: {error.strerror}") from error
        self._finalizer = weakref.finalize(self, _end, self._process, self._complaints)
        try:
            hello = self._ask({"request": "hello", "protocol": PROTOCOL, "role": "environment"})
            if hello.get("protocol") != PROTOCOL:
                raise EspalierError(f"espalier speaks version {hello.get('protocol')}, not {PROTOCOL}")
            self.observation_space = self._box(hello, "observationSpace")
            self.action_space = self._box(hello, "actionSpace")
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _box(hello, name):
        try:
            low = [-numpy.inf if bound is None else bound for bound in hello[name]["low"]]
            high = [numpy.inf if bound is None else bound for bound in hello[name]["high"]]
        except (KeyError, TypeError) as error:
            raise EspalierError(f"espalier answered 'hello' without '{name}'") from error
        return gymnasium.spaces.Box(
            numpy.array(low, numpy.float64), numpy.array(high, numpy.float64), dtype=numpy.float64)

    def _ask(self, request):
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except (OSError, ValueError):  # a broken pipe, or one that close() has closed
            line = b""
        if not line.endswith(b"\n"):
            raise self._failure(f"espalier ended while asked for '{request['request']}'")
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            found = line[:120].decode(errors="replace").strip()
            raise self._failure(f"espalier answered '{request['request']}' with {found!r}")
        if answer.get("error") is not None:
            raise EspalierError(str(answer["error"]) or "espalier answered with an error and no sentence")
        return answer

    def _failure(self, sentence):
        """The error with the last line of what the child complained of, which says why."""
        if self._complaints.closed:
            return EspalierError(f"{sentence}: it has been closed")
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            pass
        size = self._complaints.seek(0, os.SEEK_END)
        self._complaints.seek(max(0, size - 4000))
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        return EspalierError(f"{sentence}: {lines[-1]}" if lines else sentence)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        # Without a seed each episode has the next one of this environment's own generator.
        own = int(self.np_random.integers(2**53)) if seed is None else seed
        answer = self._ask({"request": "reset", "seed": own})
        return self._observation(answer), answer.get("info", {})

    def step(self, action):
        answer = self._ask({"request": "step", "action": numpy.asarray(action, float).tolist()})
        info = answer.get("info", {})
        if "executedAction" in answer:
            info["executed_action"] = numpy.array(answer["executedAction"], numpy.float64)
        if "settled" in answer:
            info["settled"] = answer["settled"]
        if "reward" not in answer:
            raise self._failure("espalier answered 'step' without 'reward'")
        return (self._observation(answer), float(answer["reward"]),
                answer.get("terminated", False), answer.get("truncated", False), info)

    def _observation(self, answer):
        if "observation" not in answer:
            raise self._failure("espalier answered without 'observation'")
        return numpy.array(answer["observation"], numpy.float64)

    def close(self):
        finalizer = getattr(self, "_finalizer", None)
        if finalizer is not None:
            finalizer()
