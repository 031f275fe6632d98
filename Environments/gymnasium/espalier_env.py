"""Espalier's environments as Gymnasium environments.

    from espalier_env import EspalierEnv
    environment = EspalierEnv("resnet20-cifar10-amc", options=["--data", "cifar10:DIR"])

Each runs as `espalier serve ENVIRONMENT` in a child process of its own and is spoken to line by line.
"""

import json
import os
import signal
import subprocess

import gymnasium
import numpy

PROTOCOL = 1


class EspalierError(RuntimeError):
    """What Espalier answered instead of a step."""


class EspalierEnv(gymnasium.Env):
    """One environment of Espalier; `options` are those of `espalier serve`, such as `--model FILE`.

    `info["executed_action"]` is the action that was carried out, where it is not the one asked for;
    `info["settled"]` what the whole episode came to, where an environment tells that at its end.
    """

    metadata = {"render_modes": []}

    def __init__(self, environment, executable="espalier", options=()):
        self.render_mode = None
        self._process = subprocess.Popen(
            [executable, "serve", environment, *options], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, bufsize=1, start_new_session=True)
        hello = self._ask({"request": "hello", "protocol": PROTOCOL, "role": "environment"})
        if hello.get("protocol") != PROTOCOL:
            self.close()
            raise EspalierError(f"espalier speaks version {hello.get('protocol')}, not {PROTOCOL}")
        self.observation_space = self._box(hello["observationSpace"])
        self.action_space = self._box(hello["actionSpace"])

    @staticmethod
    def _box(space):
        low = [-numpy.inf if bound is None else bound for bound in space["low"]]
        high = [numpy.inf if bound is None else bound for bound in space["high"]]
        return gymnasium.spaces.Box(
            numpy.array(low, numpy.float64), numpy.array(high, numpy.float64), dtype=numpy.float64)

    def _ask(self, request):
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except (BrokenPipeError, ValueError):
            line = ""
        if not line:
            raise EspalierError(f"espalier ended while asked for '{request['request']}'")
        answer = json.loads(line)
        if "error" in answer:
            raise EspalierError(answer["error"])
        return answer

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        # Without a seed each episode has the next one of this environment's own generator.
        own = int(self.np_random.integers(2**53)) if seed is None else seed
        answer = self._ask({"request": "reset", "seed": own})
        return numpy.array(answer["observation"], numpy.float64), answer.get("info", {})

    def step(self, action):
        answer = self._ask({"request": "step", "action": numpy.asarray(action, float).tolist()})
        info = answer.get("info", {})
        if "executedAction" in answer:
            info["executed_action"] = numpy.array(answer["executedAction"], numpy.float64)
        if "settled" in answer:
            info["settled"] = answer["settled"]
        return (numpy.array(answer["observation"], numpy.float64), float(answer["reward"]),
                answer["terminated"], answer["truncated"], info)

    def close(self):
        process = getattr(self, "_process", None)
        if process is None or process.poll() is not None:
            return
        try:
            process.stdin.close()
            process.wait(timeout=5)
        except (OSError, subprocess.TimeoutExpired):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        process.stdout.close()
