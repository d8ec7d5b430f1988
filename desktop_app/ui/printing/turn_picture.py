"""A turn as a picture for the clipboard: its input and its answer, in the theme of the window."""

from collections.abc import Iterator
from typing import Final

from PySide6.QtGui import QImage, QPainter

from desktop_app.interactions.interaction import Interaction
from desktop_app.ui.printing.pages import Placed
from desktop_app.ui.printing.sheet import PictureSource, Sheet
from desktop_app.ui.theme import BODY, Theme

HIGHEST: Final = 16_384
"""Pixels. More is refused by half of the programs that one would paste it into."""

WIDTH: Final = 720
_MARGIN: Final = 24


def turn_picture(
    theme: Theme, turn: Interaction, pictures: PictureSource, scale: float
) -> Iterator[QImage | None]:
    """Make the picture of a turn at a scale: `None` while something takes its time, then the
    picture, a null one where it would be too high.
    """
    sheet = Sheet(theme, WIDTH, BODY, pictures, theme.formulas)
    placed: list[Placed] = []
    bottom = _MARGIN
    most = HIGHEST / scale - _MARGIN
    for strip in sheet.turn(turn):
        if strip is None:
            yield None
            continue
        at = bottom + (strip.gap if placed else 0)
        placed.append(Placed(strip, 0, strip.height, at))
        bottom = at + strip.height
        if bottom > most:
            yield QImage()
            return
    yield _painted(theme, placed, bottom + _MARGIN, scale)


def _painted(theme: Theme, strips: list[Placed], height: int, scale: float) -> QImage:
    width = round((WIDTH + 2 * _MARGIN) * scale)
    image = QImage(width, round(height * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(theme.color("window"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for one in strips:
        painter.save()
        painter.translate(_MARGIN, one.at)
        one.strip.paint(painter, one.top, one.bottom)
        painter.restore()
    painter.end()
    return image
