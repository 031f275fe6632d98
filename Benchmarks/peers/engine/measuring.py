"""Turns about: a block of ours, a block of each peer, and again; medians and ratios of them."""

import dataclasses
import math
import statistics
import time


@dataclasses.dataclass
class Value:
    """What one contestant reached."""

    label: str
    value: float
    # Ours against it, larger is better for us; None for ours itself.
    ratio: float | None = None
    low: float | None = None
    high: float | None = None


@dataclasses.dataclass
class Result:
    name: str
    title: str
    unit: str
    clock: str
    ours: Value
    others: list
    # The one among the others that the case's ratio is about.
    reference: str
    note: str = ""

    @property
    def judged(self):
        return next(other for other in self.others if other.label == self.reference)


def calibrated(contestant, clock, seconds):
    """How many calls take about `seconds`; the calls made for that warm caches up as well."""
    contestant.time(1)
    iterations = 1
    while True:
        taken = getattr(contestant.time(iterations), clock)
        if taken >= seconds / 4:
            return max(1, math.ceil(seconds * iterations / taken))
        iterations *= 4


def turns(case, options):
    """Times the contestants of a prepared case alternately."""
    clock = case.clock or options.clock
    everyone = [case.ours, *case.others]
    iterations = {one.label: calibrated(one, clock, options.block) for one in everyone}
    seconds = {one.label: [] for one in everyone}
    for turn in range(options.rounds):
        # There and back, so that a machine that slows down favours nobody.
        for one in everyone if turn % 2 == 0 else reversed(everyone):
            if case.pause:
                time.sleep(case.pause)
            block = one.time(iterations[one.label])
            seconds[one.label].append(getattr(block, clock) / block.iterations)
    return result(case, clock, everyone, seconds)


def result(case, clock, everyone, seconds):
    def rates(one):
        return [case.scale * one.work / second for second in seconds[one.label]]

    def median(one):
        return case.scale * one.work / statistics.median(seconds[one.label])

    ours, others = Value(case.ours.label, median(case.ours)), []
    for other in case.others:
        ratios = [mine / theirs for mine, theirs in zip(rates(case.ours), rates(other))]
        others.append(Value(
            other.label, median(other), ours.value / median(other), min(ratios), max(ratios)))
    reference = case.reference or max(others, key=lambda other: other.value).label
    return Result(case.name, case.title, case.unit, clock, ours, others, reference, case.note)
