"""Gymnasium's own check of our environments: `test_espalier_env.py EXECUTABLE [ENVIRONMENT [OPTION …]]`."""

import sys
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
    try:
        served.step([0.0] * (served.action_space.shape[0] + 1))
        raise AssertionError("an action of the wrong length was accepted")
    except EspalierError:
        pass
    served.close()
    print(f"{environment}: check_env passes", *sorted({str(w.message) for w in caught}), sep="\n  ")


if __name__ == "__main__":
    executable = sys.argv[1]
    if len(sys.argv) > 2:
        check(sys.argv[2], executable, sys.argv[3:])
    else:
        for name in ["pendulum", "glyphs-amc", "glyphs-haq"]:
            check(name, executable, [])
