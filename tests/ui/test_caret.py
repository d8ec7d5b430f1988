"""The caret of the message flashes all day: nothing else is repainted or wakes up for it."""

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.overriding import override
from desktop_app.ui.composer.composer import Composer
from desktop_app.ui.composer.message_edit import FLASHES_FOR
from desktop_app.ui.theme import Theme

FLASH = 1234


class PaintCount(QObject):
    """Counts how often a widget is painted."""

    count = 0

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


@pytest.fixture
def window(theme: Theme, qtbot: QtBot) -> QWidget:
    """A composer, and a field below it."""
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.addWidget(Composer(theme, lambda attachment: None, made))
    layout.addWidget(QLineEdit())
    made.resize(500, 200)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def parts(window: QWidget) -> tuple[Composer, QLineEdit]:
    composer, field = window.findChild(Composer), window.findChild(QLineEdit)
    assert composer is not None
    assert field is not None
    return composer, field


def test_a_flash_repaints_nothing_behind_the_message(window: QWidget, qtbot: QtBot) -> None:
    composer, _ = parts(window)
    composer.edit.setFocus()
    QApplication.processEvents()
    behind, message = PaintCount(), PaintCount()
    composer.installEventFilter(behind)
    composer.edit.viewport().installEventFilter(message)
    composer.edit._flash()
    qtbot.waitUntil(lambda: message.count > 0)
    assert behind.count == 0


def test_qt_flashes_nothing_while_the_message_has_the_focus(window: QWidget) -> None:
    composer, field = parts(window)
    field.setFocus()
    before = QApplication.cursorFlashTime()
    try:
        QApplication.setCursorFlashTime(FLASH)
        composer.edit.setFocus()
        assert QApplication.cursorFlashTime() == 0
        assert composer.edit._caret.interval() == FLASH // 2
        field.setFocus()
        assert QApplication.cursorFlashTime() == FLASH
        assert not composer.edit._caret.isActive()
    finally:
        QApplication.setCursorFlashTime(before)


def test_the_caret_stands_still_after_a_while_without_a_key(window: QWidget, qtbot: QtBot) -> None:
    composer, field = parts(window)
    field.setFocus()
    composer.edit.setFocus()
    shown: list[bool] = []
    while composer.edit._caret.isActive():
        composer.edit._flash()
        shown.append(composer.edit._caret_shown)
    assert len(shown) == FLASHES_FOR // composer.edit._caret.interval()
    assert False in shown
    assert shown[-1]
    qtbot.keyClicks(composer.edit, "a")
    assert composer.edit._caret.isActive()


def test_a_caret_that_is_not_to_flash_does_not(window: QWidget) -> None:
    composer, field = parts(window)
    field.setFocus()
    before = QApplication.cursorFlashTime()
    try:
        QApplication.setCursorFlashTime(0)
        composer.edit._flash_ms = 0
        composer.edit.setFocus()
        assert not composer.edit._caret.isActive()
    finally:
        QApplication.setCursorFlashTime(before)
