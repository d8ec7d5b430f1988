"""Whatever the network does, an answer ends: in time, with what came of it, and said once."""

from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.interactions.outcome import Outcome
from tests.faults.network import Fault, broken_rules, play_fault
from tests.faults.network_cases import FAULTS


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_ends_as_it_must(fault: Fault, tmp_path: Path) -> None:
    assert broken_rules(fault, play_fault(fault, tmp_path)) == []


def test_there_are_at_least_forty_of_every_kind() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 40
    ends = {fault.outcome for fault in FAULTS}
    assert ends == {Outcome.COMPLETE, Outcome.INTERRUPTED, Outcome.FAILED, Outcome.CANCELLED}


def test_a_rule_that_does_not_hold_is_told(tmp_path: Path) -> None:
    fault = next(one for one in FAULTS if one.name == "nothing more comes, and the server is away")
    seen = play_fault(fault, tmp_path)
    wrong = replace(
        fault, text="", creates=2, seconds=(0.0, 1.0), sentence="No.", notice="x", resumable=False
    )
    assert len(broken_rules(wrong, seen)) == 6
