"""Code gets its colours beside the window."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.ui.colouring import Colouring
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.boxes import WordsBox
from desktop_app.ui.transcript.code_box import CodeBox
from desktop_app.ui.transcript.shaping import Shaped
from tests.ui.laying import boxes, lay_out_all

CODE = "Some text.\n\n```python\ndef f():  # 🚀\n    return 1\n```\n\nMore text.\n"


@pytest.fixture
def patient(qapp: QApplication) -> Iterator[Theme]:
    """A theme that colours code when its lexer is there."""
    made = Theme(qapp, "light", Colouring(at_once=False, parent=qapp))
    yield made
    made.colouring.deleteLater()
    made.deleteLater()


def ink(view: BlocksView, word: str) -> QColor:
    """The colour of a word where it is painted."""
    for line in lines(view):
        at = line.text.find(word)
        if at >= 0:
            place = line.position(at)
            looks = (look for begin, length, look in line.looks if begin <= place < begin + length)
            return next(looks).foreground().color()
    raise AssertionError(word)


def lines(view: BlocksView) -> list[Shaped]:
    """What Qt was given to lay out, line by line of code."""
    lay_out_all(view, 500)
    found: list[Shaped] = []
    for _, box in boxes(view):
        if isinstance(box, CodeBox):
            found.extend(box.laid(at).shaped for at in range(len(box.lines.units)))
        elif isinstance(box, WordsBox):
            found.append(box.text.shaped)
    return found


def shown(theme: Theme, qtbot: QtBot) -> BlocksView:
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    view.show_text(CODE)
    lay_out_all(view, 500)
    return view


def test_code_is_plain_at_first_and_coloured_once_its_lexer_is_there(
    patient: Theme, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(patient.colouring.loaded) as loaded:
        view = shown(patient, qtbot)
        assert ink(view, "return") == patient.color("c_text")
    assert loaded.args == ["python"]
    assert ink(view, "return") == patient.color("c_keyword")
    assert ink(view, "🚀") == patient.color("c_comment")
    assert ink(view, "More") == patient.color("text")


def test_colours_that_come_later_move_nothing(patient: Theme, qtbot: QtBot) -> None:
    with qtbot.waitSignal(patient.colouring.loaded):
        view = shown(patient, qtbot)
        height, text = lay_out_all(view, 500), view.plain_text
    assert lay_out_all(view, 500) == height
    assert view.plain_text == text


def test_later_code_of_the_language_is_coloured_at_once(patient: Theme, qtbot: QtBot) -> None:
    with qtbot.waitSignal(patient.colouring.loaded):
        shown(patient, qtbot)
    view = shown(patient, qtbot)
    assert ink(view, "return") == patient.color("c_keyword")


def test_colours_that_come_later_are_those_that_come_at_once(
    patient: Theme, theme: Theme, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(patient.colouring.loaded):
        later = shown(patient, qtbot)
    at_once = shown(theme, qtbot)
    assert [line.looks for line in lines(later)] == [line.looks for line in lines(at_once)]
    assert later.grab().toImage() == at_once.grab().toImage()


def test_a_language_that_nobody_knows_stays_plain(patient: Theme, qtbot: QtBot) -> None:
    view = BlocksView(patient, "Answer")
    qtbot.addWidget(view)
    with qtbot.waitSignal(patient.colouring.loaded):
        view.show_text("```nonesuch\nreturn\n```")
        assert ink(view, "return") == patient.color("c_text")
    assert ink(view, "return") == patient.color("c_text")


def test_common_languages_are_loaded_before_they_are_seen(qapp: QApplication, qtbot: QtBot) -> None:
    colouring = Colouring(at_once=False, parent=qapp)
    ready: list[str] = []
    colouring.loaded.connect(ready.append)
    colouring.warm_up()
    qtbot.waitUntil(lambda: "json" in ready)
    assert ready[:2] == ["python", "bash"]
    assert colouring.is_ready("python")
    qtbot.waitUntil(lambda: not colouring._timer.isActive())
    colouring.deleteLater()
