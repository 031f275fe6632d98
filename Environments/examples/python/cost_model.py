"""A cost model of one's own: a processor with as many multipliers as weights have bits to spare."""

import json
import sys


def cost(layer, weight_bits, activation_bits):
    macs = (layer["batch"] * layer["outputHeight"] * layer["outputWidth"] * layer["outputChannels"]
            * layer["kernelHeight"] * layer["kernelWidth"] * layer["inputChannels"] // layer["groups"])
    if layer["operation"] in ("pooling", "elementwise"):
        macs = 0
    return {"latencySeconds": macs * weight_bits * activation_bits / 64e9, "energyJoules": macs * 1e-12}


for line in sys.stdin:
    request = json.loads(line)
    kind = request["request"]
    if kind == "close":
        break
    if kind == "hello":
        answer = {"protocol": 1, "role": "cost", "device": "python",
                  "weightBits": list(range(1, 9)), "activationBits": list(range(1, 9))}
    else:
        answer = cost(request["workload"], request["weightBits"], request["activationBits"])
    print(json.dumps(answer), flush=True)
