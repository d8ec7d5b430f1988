"""Fuzzes what reads bytes from outside, guided by coverage.

    python3 packaging/dev.py faults fuzz TARGET [--seconds N] [--corpus FOLDER] [--found FOLDER]

It needs atheris, which is in no lock as it has no wheel for every system and Python that Castor
runs on: `.venv/bin/python -m pip install atheris`. An input that fails is kept in a folder and
said in the report; `--input FILE` tries it again, also without atheris.
"""

import argparse
import importlib.util
import json
import logging
import multiprocessing
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

TARGET_NAMES = ("stream", "errors", "markdown", "rows", "names")
PACKAGES = (
    *("desktop_app.gemini", "desktop_app.interactions", "desktop_app.markdown"),
    *("desktop_app.store", "desktop_app.chat", "markdown_it", "mdit_py_plugins"),
)
SLOW_SECONDS = 60
_SHORTEST_ROUND = 10
_MISSING = "faults: atheris is missing; install it with: .venv/bin/python -m pip install atheris\n"


def main(words: Sequence[str]) -> int:
    """Fuzz one target for so many seconds of processor time; print what was found."""
    parser = argparse.ArgumentParser(prog="faults fuzz")
    parser.add_argument("target", choices=TARGET_NAMES)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--found", type=Path, help="where an input is written that fails")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--input", type=Path)
    options = parser.parse_args(words)
    if options.input is not None:
        return _try_again(options.target, options.input.read_bytes())
    if importlib.util.find_spec("atheris") is None:
        sys.stderr.write(_MISSING)
        return 2
    with tempfile.TemporaryDirectory() as made:
        corpus = options.corpus or Path(made)
        found = options.found or Path(tempfile.mkdtemp(prefix="castor-fuzz-"))
        return _fuzz(options.target, options.seconds, corpus, found, options.seed)


def _try_again(name: str, data: bytes) -> int:
    from tests.faults.targets import TARGETS

    failure = ""
    try:
        TARGETS[name](data)
    except Exception:  # noqa: BLE001 - whatever it is, it is the finding
        failure = traceback.format_exc()
    print(json.dumps({"target": name, "failure": failure}, indent=1))
    return 1 if failure else 0


def _fuzz(name: str, seconds: int, corpus: Path, found: Path, seed: int) -> int:
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    before = {*found.iterdir()}
    begin, rounds, code, spent = time.monotonic(), 0, 0, 0.0
    while spent < seconds and not code:
        # libFuzzer counts time on the wall, and ends the process that it runs in.
        left = max(_SHORTEST_ROUND, round(seconds - spent))
        process = multiprocessing.get_context("spawn").Process(
            target=_run, args=(name, left, str(corpus), str(found), seed + rounds)
        )
        process.start()
        process.join()
        code, rounds, spent = process.exitcode or 0, rounds + 1, _spent()
    findings = sorted(str(file) for file in {*found.iterdir()} - before)
    if not any(found.iterdir()):
        found.rmdir()
    report = {
        "target": name,
        "processor_seconds": round(spent, 1),
        "seconds": round(time.monotonic() - begin, 1),
        "rounds": rounds,
        "seed": seed,
        "corpus": sum(1 for _ in corpus.iterdir()),
        "exit": code,
        "findings": findings,
        "repeat": [f"faults fuzz {name} --input {file}" for file in findings],
    }
    print(json.dumps(report, indent=1))
    return 1 if findings or code else 0


def _spent() -> float:
    """Seconds of processor time that the processes we waited for took."""
    times = os.times()
    return times.children_user + times.children_system


def _run(name: str, seconds: int, corpus: str, found: str, seed: int) -> None:
    atheris = importlib.import_module("atheris")
    logging.disable()
    os.dup2(2, 1)  # standard output is for the report
    with atheris.instrument_imports(include=list(PACKAGES)):
        from tests.faults import targets
    for number, data in enumerate(targets.seeds(name)):
        (Path(corpus) / f"seed-{number:03}").write_bytes(data)
    arguments = [
        *("fuzz", corpus, f"-max_total_time={seconds}", f"-artifact_prefix={found}/{name}-"),
        *(f"-seed={seed}", f"-timeout={SLOW_SECONDS}", f"-max_len={targets.LONGEST}"),
        *("-rss_limit_mb=4096", "-print_final_stats=1"),
    ]
    atheris.Setup(arguments, targets.TARGETS[name])
    atheris.Fuzz()
