"""Results as a table, as JSON, and held against thresholds."""

import dataclasses
import datetime
import json
import pathlib
import platform
import subprocess

import numpy
import onnxruntime


def line(result):
    judged = result.judged
    return (f"{result.name}: {number(result.ours.value)} {result.unit}, {judged.label} "
            f"{number(judged.value)}: {judged.ratio:.2f} [{judged.low:.2f}, {judged.high:.2f}]")


def number(value):
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def processor():
    try:
        for text in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if text.startswith("model name"):
                return text.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def output(*command, folder=None):
    """The first line that a command prints."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        return done.stdout.strip().splitlines()[0]
    except (OSError, IndexError, subprocess.CalledProcessError):
        return "unknown"


def surroundings(options, engine, cores, load):
    import torch

    here = pathlib.Path(__file__).parent
    return {
        "date": datetime.date.today().isoformat(),
        "commit": output("git", "describe", "--always", "--dirty", folder=here),
        "processor": processor(), "processors": cores,
        "path": engine["cpuPath"], "openBLAS": engine["openBLAS"],
        "load": [round(x, 2) for x in load],
        "system": f"{platform.system()} {platform.release()}",
        "clock": options.clock, "rounds": options.rounds, "block": options.block,
        "versions": {
            "swift": output("swift", "--version"), "python": platform.python_version(),
            "numpy": numpy.__version__, "onnxruntime": onnxruntime.__version__,
            "torch": torch.__version__}}


def as_json(results, skipped, facts):
    return json.dumps(
        {"surroundings": facts, "skipped": skipped,
         "results": [dataclasses.asdict(result) for result in results]}, indent=2) + "\n"


def as_markdown(results, skipped, facts, thresholds):
    versions = facts["versions"]
    lines = [
        "# Results", "",
        "Written by `peers/engine/compare.py`, which `make benchmark` runs; `README.md` says how to read it.",
        "Ratios are ours to theirs: above 1 ours is better.", "",
        f"- {facts['date']}, commit {facts['commit']}",
        f"- {facts['processor']}, {facts['processors']} processors, {facts['system']}, kernels "
        f"`{facts['path']}`, OpenBLAS's for {facts['openBLAS']}; load {facts['load'][0]} when it began, {facts['load'][1]} when it ended",
        f"- {versions['swift']}; Python {versions['python']}, ONNX Runtime "
        f"{versions['onnxruntime']}, PyTorch {versions['torch']}, NumPy {versions['numpy']}",
        f"- {facts['rounds']} rounds in turns, blocks of {facts['block']} s, {facts['clock']} clock "
        "where the table says nothing else", "",
        "| case | | unit | ours | theirs | | ratio | rounds | at least |",
        "|---|---|---|---|---|---|---|---|---|"]
    for result in results:
        for other in sorted(result.others, key=lambda other: other.label != result.reference):
            judged = other.label == result.reference
            ratio = f"{other.ratio:.2f}"
            floor = thresholds.get(result.name, "–") if judged else ""
            clock = "" if result.clock == facts["clock"] else f" ({result.clock})"
            cells = [
                result.name if judged else "", result.title + clock if judged else "",
                result.unit if judged else "", number(result.ours.value) if judged else "",
                number(other.value), other.label, f"**{ratio}**" if judged else ratio,
                f"{other.low:.2f} to {other.high:.2f}", str(floor)]
            lines.append("| " + " | ".join(cells) + " |")
    notes = [f"- {result.name}: {result.note}" for result in results if result.note]
    lines += ["", *notes] if notes else []
    if skipped:
        lines += ["", "Not measured:", ""]
        lines += [f"- {name}: {reason}" for name, reason in skipped.items()]
    return "\n".join(lines) + "\n"


def failures(results, thresholds):
    """One sentence for each case that is below its threshold."""
    for result in results:
        floor = thresholds.get(result.name)
        # Written so that no number at all fails too.
        if floor is not None and not result.judged.ratio >= floor:
            yield (f"{result.name}: {result.judged.ratio:.3f} of {result.judged.label}, "
                   f"expected at least {floor}")
