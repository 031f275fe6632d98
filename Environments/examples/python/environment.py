"""Move towards a target: an environment of one's own, without any package."""

import json
import random
import sys


def box(low, high):
    return {"low": [low], "high": [high]}


distance, left = 0.0, 0
for line in sys.stdin:
    request = json.loads(line)
    kind = request["request"]
    if kind == "close":
        break
    if kind == "hello":
        answer = {"protocol": 1, "role": "environment", "name": "target",
                  "observationSpace": box(-20, 20), "actionSpace": box(-1, 1)}
    elif kind == "reset":
        distance, left = random.Random(request["seed"]).uniform(-3, 3), 10
        answer = {"observation": [distance]}
    else:
        distance, left = distance - request["action"][0], left - 1
        answer = {"observation": [distance], "reward": -abs(distance), "truncated": left == 0}
    print(json.dumps(answer), flush=True)
