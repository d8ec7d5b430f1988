"""Texts that are laid out whole, as if all of them were in the window."""

from PySide6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.boxes import Box
from desktop_app.ui.transcript.cards import Cards
from desktop_app.ui.transcript.code_box import CodeBox
from desktop_app.ui.transcript.table_box import TableBox

END = 1 << 30


def lay_out_all(view: BlocksView, width: int = 720) -> int:
    """Lay out all of a text in a width; return its height."""
    view.read_all()
    view.fit(width)
    view.flow.lay_out(0, END)
    cards = Cards(view.flow)
    while cards.colour(0, END, float("inf"))[1]:
        pass
    height = view.fit(width)
    view.lay_out(0, height)
    return height


def shown(theme: Theme, qtbot: QtBot, text: str, width: int = 720) -> BlocksView:
    """A view of a text that is whole."""
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    view.show_text(text)
    view.finish()
    lay_out_all(view, width)
    return view


def boxes(view: BlocksView) -> list[tuple[QRectF, Box]]:
    """All boxes of a text that is laid out, and where they are in the view."""
    found: list[tuple[QRectF, Box]] = []
    for number, laid in view.flow.laid_between(0, END):
        top = view.top_of(number)
        found.extend(
            (QRectF(box.left, top + box.top, box.width, box.height), box) for box in laid.boxes
        )
    return found


def cards(view: BlocksView) -> list[tuple[QRectF, CodeBox]]:
    """The cards of code."""
    return [(rect, box) for rect, box in boxes(view) if isinstance(box, CodeBox)]


def grids(view: BlocksView) -> list[tuple[QRectF, TableBox]]:
    """The tables, and the pieces of long ones."""
    return [(rect, box) for rect, box in boxes(view) if isinstance(box, TableBox)]
