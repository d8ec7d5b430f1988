"""Whatever the network does, an answer ends: in time, with what came of it, and said once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.interactions.outcome import Outcome
from desktop_app.ui.buttons import Button
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.failure_card import FailureCard
from desktop_app.ui.transcript.status_line import StatusLine
from desktop_app.ui.transcript.turn_view import TurnView
from tests.faults.cases.all import FAULTS
from tests.faults.network import Fault, broken_rules, play_fault


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, "light")
    yield made
    made.deleteLater()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_ends_as_it_must_and_is_shown(
    fault: Fault, tmp_path: Path, theme: Theme, qtbot: QtBot
) -> None:
    seen = play_fault(fault, tmp_path)
    assert broken_rules(fault, seen) == []
    assert seen.turn is not None
    window = QWidget()
    qtbot.addWidget(window)
    view = TurnView(theme, seen.turn, lambda _attachment: None, window)
    view.set_last(True)
    failed = fault.outcome in (Outcome.FAILED, Outcome.INTERRUPTED)
    buttons = ["Continue"] * fault.resumable + ["Retry"] * failed
    assert _shown_by(view) == (
        [(fault.sentence, seen.advice, buttons)] if failed else [],
        "Stopped" if fault.outcome is Outcome.CANCELLED else "",
    )


def _shown_by(view: TurnView) -> tuple[list[tuple[str, str, list[str]]], str]:
    """Each card of a failure: its title, its advice and its buttons; and the line of the end."""
    cards: list[tuple[str, str, list[str]]] = []
    for card in view.findChildren(FailureCard):
        title, advice, *_ = card.findChildren(QLabel)
        found = [one for one in card.findChildren(Button) if not one.isHidden()]
        words = [one.text() for one in found if one.text() != "Details"]
        cards.append((title.text(), advice.text(), words))
    line = view.findChild(StatusLine)
    assert line is not None
    return cards, line.accessibleName().partition(".")[0]


def test_there_are_at_least_forty_of_every_kind() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 40
    ends = {fault.outcome for fault in FAULTS}
    well = {Outcome.COMPLETE, Outcome.INTERRUPTED, Outcome.FAILED, Outcome.CANCELLED}
    assert ends == {*well, Outcome.WAITING}


def test_a_rule_that_does_not_hold_is_told(tmp_path: Path) -> None:
    fault = next(one for one in FAULTS if one.name == "nothing more comes, and the server is away")
    seen = play_fault(fault, tmp_path)
    wrong = replace(
        fault, text="", creates=2, seconds=(0.0, 1.0), sentence="No.", notice="x", resumable=False
    )
    assert len(broken_rules(wrong, seen)) == 6
