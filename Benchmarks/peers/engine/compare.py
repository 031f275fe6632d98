#!/usr/bin/env python3
"""Times Espalier's engine and its peers alternately, and prints ratios of medians.

Usage: compare.py --engine EngineBenchmark [--models DIR] [--only CASE …] [--clock wall|cpu] [--rounds N]
                  [--block SECONDS] [--json FILE] [--markdown FILE] [--thresholds FILE]

Needs the packages of requirements.txt. Ends with 1 when a ratio is below its threshold or when ours and
theirs do not compute the same, with 2 for wrong usage. Cases that cannot be measured here are named.
"""

import os

# Before anything that reads them is imported.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import gc
import json
import pathlib
import sys
import tempfile

import torch

import cases
import measuring
import report
from contestants import Engine, Skip, Wrong


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", required=True, type=pathlib.Path, help="the built EngineBenchmark")
    parser.add_argument(
        "--models", default=os.environ.get("ESPALIER_MODELS"), help="folder of ONNX files")
    parser.add_argument(
        "--only", action="append", default=[], metavar="CASE", help="part of a case's name")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--block", type=float, default=0.3, metavar="SECONDS")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--thresholds", type=pathlib.Path, metavar="FILE")
    options = parser.parse_args()
    if not options.engine.exists():
        parser.error(f"there is no {options.engine}")
    if options.rounds < 1 or options.block <= 0:
        parser.error("--rounds and --block are positive")
    options.engine = options.engine.resolve()
    options.models = pathlib.Path(options.models) if options.models else None
    options.names = [
        name for name in cases.ALL
        if not options.only or any(part in name for part in options.only)]
    if not options.names:
        parser.error(f"no case of {', '.join(cases.ALL)} is named like that")
    thresholds = json.loads(options.thresholds.read_text()) if options.thresholds else {}
    if unknown := sorted(set(thresholds) - set(cases.ALL)):
        parser.error(f"{options.thresholds}: there is no case {unknown[0]}")
    return options, thresholds


def run(name, options):
    """One case, in a process of ours of its own."""
    engine = Engine(options.engine)
    try:
        variants = engine.ask("describe")["variants"]
        with tempfile.TemporaryDirectory() as folder:
            here = cases.Surroundings(
                engine, str(options.engine), options.models, pathlib.Path(folder), variants)
            make, arguments = cases.ALL[name]
            case = make(name, here, *arguments)
            return case.measure() if case.measure else measuring.turns(case, options)
    finally:
        engine.close()
        gc.collect()


def main():
    options, thresholds = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    load = [os.getloadavg()[0]]
    results, skipped, problems = [], {}, []
    for name in options.names:
        try:
            results.append(run(name, options))
            print(report.line(results[-1]), flush=True)
        except Skip as reason:
            skipped[name] = str(reason)
            print(f"{name}: not measured: {reason}", flush=True)
        except Wrong as difference:
            problems.append(f"{name}: {difference}")
            skipped[name] = f"WRONG: {difference}"
            print(f"{name}: WRONG: {difference}", flush=True)
    load.append(os.getloadavg()[0])
    engine = Engine(options.engine)
    facts = report.surroundings(options, engine.ask("describe"), os.cpu_count(), load)
    engine.close()
    if options.json:
        options.json.write_text(report.as_json(results, skipped, facts))
    table = report.as_markdown(results, skipped, facts, thresholds)
    if options.markdown:
        options.markdown.write_text(table)
    print("\n" + table)
    problems += report.failures(results, thresholds)
    problems += [
        f"{name}: it has a threshold and was not measured ({reason})"
        for name, reason in skipped.items()
        if name in thresholds and not reason.startswith("WRONG")]
    for problem in problems:
        print(f"compare.py: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


main()
