"""A picture in a window of its own: it fits, zooms at a point, moves, is copied and saved."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from desktop_app.chat.media import MediaRef
from desktop_app.images.pixels import Pixels
from desktop_app.interactions.content import ImageContent
from desktop_app.ui.theme import Theme
from desktop_app.ui.viewer import LONGEST, Viewer
from tests.ui.windows import press

REF = MediaRef("turn/0/0", ImageContent(data="", mime_type="image/png"))


def pixels(width: int, height: int, color: str = "#30a050") -> Pixels:
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(color))
    return Pixels(width, height, width, height, bytes(image.constBits()))


@pytest.fixture
def window(theme: Theme, qtbot: QtBot) -> Iterator[Viewer]:
    parent = QWidget()
    qtbot.addWidget(parent)
    made = Viewer(theme, REF, parent)
    made.show()
    qtbot.waitExposed(made)
    yield made
    if isValid(made):
        made.close()


def test_it_asks_for_its_picture_and_shows_no_other(window: Viewer) -> None:
    asked = QSignalSpy(window.pixels_wanted)
    window.ask()
    assert asked.at(0) == [REF, LONGEST]
    window.show_pixels("another", LONGEST, pixels(10, 10))
    window.show_pixels(REF.key, 640, pixels(10, 10))
    assert window.canvas.pixmap.isNull()
    window.show_pixels(REF.key, LONGEST, pixels(400, 300))
    assert window.canvas.pixmap.size() == QSize(400, 300)
    assert window.canvas.accessibleName() == "Picture Picture 1.png, 400 × 300 pixels"


def test_a_small_picture_has_its_own_size_and_a_large_one_fits(window: Viewer) -> None:
    window.show_pixels(REF.key, LONGEST, pixels(40, 30))
    assert window.canvas.zoom == 1.0
    window.show_pixels(REF.key, LONGEST, pixels(3000, 100))
    assert window.canvas.zoom == pytest.approx(window.canvas.width() / 3000)
    seen = window.canvas.grab().toImage()
    middle = seen.rect().center()
    assert seen.pixelColor(middle).name() == "#30a050"
    assert seen.pixelColor(middle.x(), 10).name() != "#30a050"


def test_what_is_under_the_pointer_stays_there_when_one_zooms(window: Viewer) -> None:
    canvas = window.canvas
    window.show_pixels(REF.key, LONGEST, pixels(4000, 3000))
    canvas.zoom_to(1.0)
    at = QPointF(100, 80)
    before = canvas._in_picture(at)
    canvas.step(2, at)
    after = canvas._in_picture(at)
    assert (after - before).manhattanLength() < 1
    assert canvas.zoom == pytest.approx(1.5625)


def test_keys_zoom_and_move(window: Viewer) -> None:
    canvas = window.canvas
    window.show_pixels(REF.key, LONGEST, pixels(4000, 3000))
    fitted = canvas.zoom
    press(canvas, Qt.Key.Key_1)
    assert canvas.zoom == 1.0
    before = QPointF(canvas._center)
    press(canvas, Qt.Key.Key_Right)
    assert canvas._center.x() > before.x()
    press(canvas, Qt.Key.Key_Plus)
    assert canvas.zoom == 1.25
    press(canvas, Qt.Key.Key_Minus)
    press(canvas, Qt.Key.Key_0)
    assert canvas.zoom == fitted
    assert canvas.fits


def test_no_way_leads_out_of_the_picture(window: Viewer) -> None:
    canvas = window.canvas
    window.show_pixels(REF.key, LONGEST, pixels(4000, 3000))
    canvas.zoom_to(1.0)
    canvas.pan(10**6, -(10**6))
    corner = canvas._in_picture(QPointF(0, canvas.height()))
    assert corner == QPointF(0, 3000)
    canvas.zoom_to(1000)
    assert canvas.zoom == 16
    canvas.zoom_to(0)
    assert canvas.zoom == 0.05


def test_it_is_copied_and_saved(window: Viewer) -> None:
    window.show_pixels(REF.key, LONGEST, pixels(40, 30))
    press(window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().image()
    assert copied.size() == QSize(40, 30)
    assert copied.pixelColor(5, 5).name() == "#30a050"
    saved = QSignalSpy(window.save_requested)
    press(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert saved.at(0) == [REF]


def test_a_broken_picture_says_so(window: Viewer) -> None:
    window.show_pixels(REF.key, LONGEST, "its data is broken")
    assert window.canvas._words == "This picture cannot be shown: its data is broken."
    assert not window._copy.isEnabled()


def test_the_keyboard_is_shown_where_it_is_and_the_pointer_needs_no_ring(
    window: Viewer, theme: Theme
) -> None:
    canvas = window.canvas
    window.activateWindow()
    window._save.setFocus()
    for reason, seen in (
        (Qt.FocusReason.MouseFocusReason, False),
        (Qt.FocusReason.TabFocusReason, True),
    ):
        window._save.setFocus()
        canvas.setFocus(reason)
        edge = canvas.grab().toImage().pixelColor(0, canvas.height() // 2)
        assert (edge == theme.color("accent")) is seen


def test_escape_closes_it_for_good(window: Viewer, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not isValid(window))
