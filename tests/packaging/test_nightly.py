"""The nightly run names what there is: every harness of the fault kit, and every target."""

import re
from pathlib import Path

from tests.faults.fuzz import TARGET_NAMES

ROOT = Path(__file__).resolve().parents[2]
NIGHTLY = (ROOT / ".github" / "workflows" / "nightly.yml").read_text("utf-8")
HARNESSES = {
    file.stem
    for file in (ROOT / "tests" / "faults").glob("[a-z]*.py")
    if not file.stem.startswith("test_") and "\ndef main(" in file.read_text("utf-8")
}


def test_every_harness_that_there_is_runs_at_night_and_no_other_is_named() -> None:
    named = set(re.findall(r"\bfaults ([a-z_]+)", NIGHTLY))
    assert named == HARNESSES


def test_every_target_is_fuzzed() -> None:
    (listed,) = re.findall(r"target: \[(.+)\]", NIGHTLY)
    assert tuple(listed.split(", ")) == TARGET_NAMES


def test_the_issues_counts_are_those_of_the_night() -> None:
    for words in (
        *("kill --count 1000", "power --count 2000", "damage --count 300", "cancels --count 1000"),
        *("machine --count 500 --steps 50", "--seconds 600", "HYPOTHESIS_PROFILE: nightly"),
    ):
        assert words in NIGHTLY


def test_no_job_runs_without_a_limit() -> None:
    jobs = re.findall(r"^  [a-z]+:\n    runs-on", NIGHTLY, re.MULTILINE)
    assert len(jobs) == NIGHTLY.count("timeout-minutes:") == 4
