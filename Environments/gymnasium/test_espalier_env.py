"""Gymnasium's own check of our environments, and of how `EspalierEnv` ends:
`test_espalier_env.py EXECUTABLE [ENVIRONMENT [OPTION …]]`."""

import gc
import os
import stat
import sys
import tempfile
import time
import warnings

from gymnasium.utils.env_checker import check_env

from espalier_env import EspalierEnv, EspalierError


def check(environment, executable, options):
    served = EspalierEnv(environment, executable, options)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check_env(served, skip_render_check=True)
    first, _ = served.reset(seed=3)
    second, _ = served.reset(seed=3)
    assert (first == second).all()
    fails(lambda: served.step([0.0] * (served.action_space.shape[0] + 1)), "components")
    served.close()
    served.close()
    fails(served.reset, "closed")
    print(f"{environment}: check_env passes", *sorted({str(w.message) for w in caught}), sep="\n  ")


def fails(action, sentence):
    try:
        action()
    except EspalierError as error:
        assert sentence in str(error) and "\n" not in str(error), error
        return
    raise AssertionError(f"nothing was raised, expected '{sentence}'")


def is_alive(number):
    try:
        with open(f"/proc/{number}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def check_ends(executable):
    """No child outlives its object, one whose __init__ failed included; failures are one sentence."""
    numbers = []
    for _ in range(3):
        served = EspalierEnv("pendulum", executable)
        served.reset(seed=1)
        numbers.append(served._process.pid)
    del served
    gc.collect()
    time.sleep(0.1)
    assert not any(map(is_alive, numbers)), "a child outlived its environment"
    fails(lambda: EspalierEnv("no-such-environment", executable), "no environment 'no-such-environment'")
    fails(lambda: EspalierEnv("pendulum", executable + "-not-there"), "could not be started")
    EspalierEnv("pendulum", executable, options="--set steps=7 --seed 2").close()
    served = EspalierEnv("pendulum", executable)
    os.killpg(served._process.pid, 9)
    fails(lambda: served.reset(seed=1), "ended while asked for 'reset'")
    served.close()
    assert served._process.stdin.closed and served._process.stdout.closed
    print("EspalierEnv: no child outlives it")


def check_garbage():
    """A program that answers with something else, and lives on."""
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "garbage")
        number = os.path.join(folder, "number")
        with open(program, "w") as file:
            file.write(f"#!/bin/sh\necho $$ > {number}\nread line\necho Welcome\nread line\nsleep 100\n")
        os.chmod(program, stat.S_IRWXU)
        fails(lambda: EspalierEnv("pendulum", program), "with 'Welcome'")
        with open(number) as file:
            assert not is_alive(int(file.read())), "a child outlived an __init__ that failed"
    print("EspalierEnv: garbage is an EspalierError")


if __name__ == "__main__":
    executable = sys.argv[1]
    if len(sys.argv) > 2:
        check(sys.argv[2], executable, sys.argv[3:])
    else:
        check_ends(executable)
        check_garbage()
        for name in ["pendulum", "glyphs-amc", "glyphs-haq"]:
            check(name, executable, [])
