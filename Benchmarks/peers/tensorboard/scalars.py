#!/usr/bin/env python3
"""Reads a run's event files with TensorBoard's own reader and holds them against the run's journals.

    pip install tensorboard
    scalars.py RUN

Every episode of every journal must come back once, with its reward, validation score, costs and the number
of its actions; the learning agent's figures must be there. Prints a line for each agent; exits with 1 at the
first difference.
"""

import json
import pathlib
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def float32(value):
    """A number as an event holds it."""
    return struct.unpack("f", struct.pack("f", value))[0]


def check(name, journal, folder):
    episodes = [json.loads(line) for line in journal.read_text().splitlines()]
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "histograms": 0})
    events.Reload()
    tags = events.Tags()
    expected = {}
    for episode in episodes:
        step = episode["episode"]
        if "return" in episode:
            expected.setdefault("return/episode", {})[step] = episode["return"]
            expected.setdefault("return/steps", {})[step] = episode["steps"]
        else:
            expected.setdefault("reward/episode", {})[step] = episode["reward"]
            expected.setdefault("accuracy/validation", {})[step] = episode["validation"]
            for cost, value in episode["cost"].items():
                expected.setdefault(f"cost/{cost}", {})[step] = value
    for tag, values in expected.items():
        found = [(event.step, event.value) for event in events.Scalars(tag)]
        wanted = [(step, float32(value)) for step, value in sorted(values.items())]
        assert found == wanted, f"{name}: {tag} differs"
    for tag in tags["scalars"]:
        steps = [event.step for event in events.Scalars(tag)]
        assert steps == sorted(set(steps)), f"{name}: {tag} holds an episode twice"
    for tag in tags["histograms"]:
        if tag in ("actions/requested", "actions/executed"):
            field = tag.split("/")[1]
            for event, episode in zip(events.Histograms(tag), episodes):
                value = event.histogram_value
                assert value.num == len(episode[field]), f"{name}: {tag} lacks actions"
                assert sum(value.bucket) == value.num, f"{name}: {tag}'s buckets"
                assert abs(value.sum - sum(episode[field])) < 1e-9 * max(1, abs(value.sum))
                assert (value.min, value.max) == (min(episode[field]), max(episode[field]))
    if name == "ddpg":
        learned = [tag for tag in tags["scalars"] if tag.startswith("agent/")]
        assert len(learned) == 4, f"{name}: only {learned}"
    count = sum(len(events.Scalars(tag)) for tag in tags["scalars"])
    print(
        f"{name}: {len(episodes)} episodes, {len(tags['scalars'])} scalars with {count} values, "
        f"{len(tags['histograms'])} histograms"
    )


def main():
    run = pathlib.Path(sys.argv[1])
    agents = sorted((run / "tensorboard").iterdir())
    own = json.loads((run / "run.json").read_text())["agent"]
    assert any(folder.name == own for folder in agents), "no events of the run's own agent"
    for folder in agents:
        suffix = "" if folder.name == own else f"-{folder.name}"
        check(folder.name, run / f"episodes{suffix}.jsonl", folder)


if __name__ == "__main__":
    main()
