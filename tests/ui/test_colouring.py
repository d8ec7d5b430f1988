"""Code gets its colours beside the window."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.ui.colouring import Colouring
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.answer_view import AnswerView

CODE = "Some text.\n\n```python\ndef f():  # 🚀\n    return 1\n```\n\nMore text.\n"


@pytest.fixture
def patient(qapp: QApplication) -> Iterator[Theme]:
    """A theme that colours code when its lexer is there."""
    made = Theme(qapp, "light", Colouring(at_once=False, parent=qapp))
    yield made
    made.colouring.deleteLater()
    made.deleteLater()


def ink(view: AnswerView, word: str) -> QColor:
    found = view.document().find(word)
    assert found.hasSelection(), word
    cursor = QTextCursor(view.document())
    cursor.setPosition(found.selectionStart() + 1)
    return cursor.charFormat().foreground().color()


def shown(theme: Theme, qtbot: QtBot) -> AnswerView:
    view = AnswerView(theme, "Answer")
    qtbot.addWidget(view)
    view.show_text(CODE)
    view.fit(500)
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
        height, text = view.fit(500), view.toPlainText()
    assert view.fit(500) == height
    assert view.toPlainText() == text


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
    assert later.document().toHtml() == at_once.document().toHtml()


def test_a_language_that_nobody_knows_stays_plain(patient: Theme, qtbot: QtBot) -> None:
    view = AnswerView(patient, "Answer")
    qtbot.addWidget(view)
    with qtbot.waitSignal(patient.colouring.loaded):
        view.show_text("```nonesuch\nreturn\n```")
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
