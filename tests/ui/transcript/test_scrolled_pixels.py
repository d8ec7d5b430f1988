"""Pixels that are copied when one scrolls are those that would be painted anew."""

import random
from collections.abc import Iterable
from typing import cast

from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.overriding import override
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.transcript import Transcript
from desktop_app.ui.transcript.turn_view import TurnView
from tests.ui.test_transcript import MIXED, grow, turn


class Painted(QObject):
    """Counts the pixels of a widget that are painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.pixels = 0
        widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            rects = cast("Iterable[QRect]", event.region())
            self.pixels += sum(rect.width() * rect.height() for rect in rects)
        return False


def on_screen(transcript: Transcript) -> QImage:
    """What the window has by now, not what it would paint."""
    image = transcript.screen().grabWindow(transcript.winId()).toImage()
    return image.convertToFormat(QImage.Format.Format_RGB32)


def painted(transcript: Transcript) -> QImage:
    return transcript.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def test_what_was_scrolled_looks_like_what_is_painted_anew(
    theme: Theme, qtbot: QtBot, qapp: QApplication
) -> None:
    transcript = Transcript(theme, lambda attachment: None)
    transcript.resize(1016, 500)
    qtbot.addWidget(transcript)
    last = turn("go", MIXED, done=False)
    transcript.set_turns([*(turn(f"question {n}", f"{MIXED}\n\n{n}") for n in range(12)), last])
    transcript.show()
    qtbot.waitExposed(transcript)
    qapp.processEvents()
    moves = random.Random(1)
    for number in range(40):
        if number % 10 == 9:
            transcript.jump_to_end()
            grow(transcript, last, "more *words* \n\n")
        else:
            transcript.scroll_by(moves.choice((-300, -120, -7, 60, 130)))
        qapp.processEvents()
        qtbot.waitUntil(lambda: not transcript._ahead_timer.isActive())
        qapp.processEvents()
        assert on_screen(transcript) == painted(transcript)


def test_only_what_comes_into_sight_is_painted(
    theme: Theme, qtbot: QtBot, qapp: QApplication
) -> None:
    transcript = Transcript(theme, lambda attachment: None)
    transcript.resize(1016, 500)
    qtbot.addWidget(transcript)
    transcript.set_turns([turn("question", "\n\n".join(["words"] * 200))])
    transcript.show()
    qtbot.waitExposed(transcript)
    qtbot.waitUntil(lambda: not transcript._ahead_timer.isActive())
    (view,) = transcript.viewport().findChildren(TurnView)
    transcript.scroll_by(-1000)
    qtbot.waitUntil(lambda: not transcript._ahead_timer.isActive())
    qapp.processEvents()
    ground, text = Painted(transcript.viewport()), Painted(view.parts[-1][1])
    transcript.scroll_by(-30)
    qapp.processEvents()
    assert 1016 * 30 <= ground.pixels < 1016 * 100
    assert 720 * 30 <= text.pixels < 720 * 100
