"""Tab reaches turns that are out of sight, and the transcript scrolls to them."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.transcript import Transcript
from tests.ui.test_transcript import long_turns

TAB = Qt.FocusReason.TabFocusReason


def shown(theme: Theme, qtbot: QtBot) -> Transcript:
    """A transcript at its first turn, which has the focus."""
    made = Transcript(theme, lambda attachment: None)
    made.resize(1016, 600)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.set_turns(long_turns(8))
    made._bar.setValue(0)
    answers(made)[0].setFocus(TAB)
    return made


def answers(transcript: Transcript) -> list[BlocksView]:
    """The answers that the keyboard can reach, from the top."""
    found = transcript.viewport().findChildren(BlocksView)
    reached = [one for one in found if one.isVisible() and one.accessibleName() != "Thoughts"]
    return sorted(reached, key=lambda one: one.mapTo(transcript.viewport(), QPoint()).y())


def top_of(transcript: Transcript, answer: BlocksView) -> int:
    return answer.mapTo(transcript.viewport(), QPoint()).y()


def test_the_turn_after_the_last_in_sight_can_be_reached_and_is_scrolled_to(
    theme: Theme, qtbot: QtBot
) -> None:
    transcript = shown(theme, qtbot)
    below = next(one for one in answers(transcript) if top_of(transcript, one) > 600)
    below.setFocus(TAB)
    assert below.hasFocus()
    assert 0 <= top_of(transcript, below) < 600
    assert transcript._bar.value() > 0


def test_the_turn_above_is_scrolled_to_as_well(theme: Theme, qtbot: QtBot) -> None:
    transcript = shown(theme, qtbot)
    transcript._bar.setValue(1400)
    before = transcript._bar.value()  # heights that were measured meanwhile have moved it
    above = next(one for one in answers(transcript) if top_of(transcript, one) < -600)
    above.setFocus(TAB)
    assert above.hasFocus()
    assert transcript._bar.value() < before
    assert 0 <= top_of(transcript, above) < 600


def test_what_is_in_sight_is_not_moved(theme: Theme, qtbot: QtBot) -> None:
    transcript = shown(theme, qtbot)
    at = transcript._bar.value()
    transcript.setFocus(TAB)
    answers(transcript)[0].setFocus(TAB)
    assert transcript._bar.value() == at


@pytest.mark.qt_log_ignore("not accepted by receiving widget")
def test_a_press_of_the_mouse_moves_nothing(theme: Theme, qtbot: QtBot) -> None:
    transcript = shown(theme, qtbot)
    transcript._bar.setValue(100)
    transcript.setFocus(TAB)
    first = answers(transcript)[0]
    assert top_of(transcript, first) < 0, "it is in sight, but not whole"
    qtbot.mousePress(first, Qt.MouseButton.LeftButton, pos=QPoint(20, 300))
    assert transcript._bar.value() == 100
    qtbot.mouseRelease(first, Qt.MouseButton.LeftButton, pos=QPoint(20, 300))


def test_a_reader_whose_turn_is_scrolled_away_is_not_taken_back(theme: Theme, qtbot: QtBot) -> None:
    transcript = shown(theme, qtbot)
    first = answers(transcript)[0]
    transcript._bar.setValue(transcript._bar.maximum())
    assert not first.isVisible()
    assert not first.hasFocus()
    assert transcript._bar.value() == transcript._bar.maximum()
    assert QApplication.focusWidget() is not first
