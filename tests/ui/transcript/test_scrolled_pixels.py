"""Pixels that are copied or left when one scrolls, or more comes in, are those of a new paint."""

import random
from collections.abc import Iterable
from typing import cast

import pytest
from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.interactions.events import InteractionCompleted, InteractionHeader, Usage
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


def is_as_painted(transcript: Transcript) -> bool:
    """Whether the window comes to look like a new paint of it: what had no time is painted later.

    A pixel at the edge of what was painted may differ, where a curve is smoothed.
    """
    for _ in range(50):
        QApplication.processEvents()
        seen, expected = on_screen(transcript), painted(transcript)
        if seen == expected:
            return True
        pixels = [memoryview(one.constBits()).cast("B") for one in (seen, expected)]
        if sum(a != b for a, b in zip(*pixels, strict=True)) < 12:
            return True
    return False


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


GROWING = (
    """See [the page] and [^1].

- one
- two

| a | b |
|---|---|
"""
    + "".join(f"| {n} | `{n * n}` |\n" for n in range(120))
    + """
```python
def area(radius):
    return 3.14 * radius ** 2
```

$$
x = \\frac{a}{b}
$$

"""
    + MIXED
    + """
[the page]: https://example.org
[^1]: A note that comes late.

> the end
"""
)


@pytest.mark.parametrize("follows", [True, False], ids=["at the end", "above"])
@pytest.mark.parametrize("size", [11, 150, 700])
def test_what_has_grown_looks_like_what_is_painted_anew(
    theme: Theme, qtbot: QtBot, qapp: QApplication, size: int, *, follows: bool
) -> None:
    transcript = Transcript(theme, lambda attachment: None)
    transcript.resize(1016, 500)
    qtbot.addWidget(transcript)
    growing = turn("go", "It begins.\n\n", done=False)
    transcript.set_turns([turn("question", MIXED), growing])
    transcript.show()
    qtbot.waitExposed(transcript)
    moves = random.Random(size)
    for at in range(0, len(GROWING), size):
        grow(transcript, growing, GROWING[at : at + size])
        if not follows:
            transcript.scroll_by(moves.choice((0, 0, 0, -90, 60)) if at > 200 else 0)
        elif moves.random() < 0.1:
            transcript.selecting.select_all()
        assert is_as_painted(transcript), GROWING[: at + size][-80:]
    header = InteractionHeader(id="v1", status="completed", usage=Usage(total_tokens=1284))
    growing.apply(InteractionCompleted(header))
    for change in (
        lambda: transcript.update_turn(growing),
        lambda: transcript.resize(800, 500),
        lambda: transcript.resize(1016, 420),
        lambda: theme.set_zoom(120),
        lambda: theme.set_zoom(100),
    ):
        change()
        assert is_as_painted(transcript)


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
