"""A Gymnasium environment with Box spaces, spoken to line by line: `gymnasium_environment.py ID [key=value …]`.

In an environment file of Espalier:

    { "name": "mountain-car", "kind": "process",
      "command": ["python3", "gymnasium_environment.py", "MountainCarContinuous-v0"] }
"""

import json
import os
import sys

import gymnasium
import numpy

PROTOCOL = 1

# Standard output is for answers alone: whatever else prints goes to standard error.
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)


def value(text):
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def box(name, space):
    if not isinstance(space, gymnasium.spaces.Box):
        raise ValueError(f"the {name} is {space}: Espalier takes Box spaces alone")
    bounds = [[None if not numpy.isfinite(x) else float(x) for x in side.ravel()]
              for side in (space.low, space.high)]
    return {"low": bounds[0], "high": bounds[1]}


def plain(item):
    """What JSON can say of an info; anything else as its text."""
    if isinstance(item, dict):
        return {str(key): plain(part) for key, part in item.items()}
    if isinstance(item, (list, tuple)):
        return [plain(part) for part in item]
    if isinstance(item, (numpy.ndarray, numpy.generic)):
        return plain(item.tolist())
    return item if isinstance(item, (bool, int, float, str, type(None))) else str(item)


def flat(observation):
    return numpy.asarray(observation, numpy.float64).ravel().tolist()


def answer(environment, name, request):
    kind = request.get("request")
    if kind == "hello":
        return {"protocol": PROTOCOL, "role": "environment", "name": name,
                "observationSpace": box("observation space", environment.observation_space),
                "actionSpace": box("action space", environment.action_space)}
    if kind == "reset":
        observation, info = environment.reset(seed=request["seed"])
        return {"observation": flat(observation), "info": plain(info)}
    if kind == "step":
        space = environment.action_space
        action = numpy.array(request["action"], space.dtype).reshape(space.shape)
        observation, reward, terminated, truncated, info = environment.step(action)
        return {"observation": flat(observation), "reward": float(reward),
                "terminated": bool(terminated), "truncated": bool(truncated), "info": plain(info)}
    raise ValueError(f"expected hello, reset, step or close, found {kind!r}")


def make():
    """The environment that the arguments name; what is wrong with them ends the program in one sentence."""
    name, *options = sys.argv[1:] or sys.exit("usage: gymnasium_environment.py ID [key=value …]")
    wrong = next((option for option in options if "=" not in option), None)
    if wrong is not None:
        sys.exit(f"gymnasium_environment.py: expected key=value, found '{wrong}'")
    try:
        return name, gymnasium.make(name, **{key: value(text) for key, text in
                                             (option.split("=", 1) for option in options)})
    except Exception as error:  # an unknown ID, an option that it does not take, a package that is missing
        sys.exit(f"gymnasium_environment.py: {name}: {' '.join(str(error).split())}")


def main():
    name, environment = make()
    for line in sys.stdin:
        request = json.loads(line)
        if request.get("request") == "close":
            break
        try:
            reply = answer(environment, name, request)
        except Exception as error:  # the other side says what to do about it
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=answers, flush=True)
    environment.close()


if __name__ == "__main__":
    main()
