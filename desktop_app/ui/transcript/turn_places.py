"""Which point of a turn is at a height, and where it is after all has been laid out anew."""

from collections.abc import Sequence
from typing import TypeAlias

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from desktop_app.ui.transcript.anchor import Anchor
from desktop_app.ui.transcript.audio_card import MediaCard
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.bubble import Bubble
from desktop_app.ui.transcript.model_image import ModelImage
from desktop_app.ui.transcript.step_views import StepView

PartView: TypeAlias = Bubble | StepView


def text_in(view: PartView) -> BlocksView | None:
    """The text that a part shows, if it is open."""
    match view:
        case BlocksView():
            return view
        case ModelImage() | MediaCard():
            return None
        case _:
            return view.text_view


def anchor_at(turn: QWidget, parts: Sequence[PartView], y: int) -> Anchor:
    """The topmost thing that does not end above a height of a turn."""
    for part, view in enumerate(parts):
        if view.isHidden() or view.geometry().bottom() < y:
            continue
        text = text_in(view)
        if text is None or not text.blocks:
            return Anchor(part, 0, (y - view.y()) / max(1, view.height()))
        inside = y - text.mapTo(turn, QPoint()).y()
        block = text.block_at(inside)
        if inside > text.top_of(block) + text.height_of(block):
            block += 1  # it is in the gap above the next, which may be in the next part
        if block < len(text.blocks):
            share = (inside - text.top_of(block)) / max(1, text.height_of(block))
            return Anchor(part, block, share)
    foot = _foot(parts)
    return Anchor(len(parts), 0, (y - foot) / max(1, turn.height() - foot))


def y_of(turn: QWidget, parts: Sequence[PartView], anchor: Anchor) -> int:
    """Where a point of a turn stands."""
    for part, view in enumerate(parts):
        if part < anchor.part or view.isHidden():
            continue
        text = text_in(view)
        if text is None or not text.blocks:
            return view.y() + round(anchor.share * view.height())
        block = min(anchor.block, len(text.blocks) - 1)
        inside = text.top_of(block) + round(anchor.share * text.height_of(block))
        return text.mapTo(turn, QPoint()).y() + inside
    foot = _foot(parts)
    return foot + round(anchor.share * (turn.height() - foot))


def _foot(parts: Sequence[PartView]) -> int:
    return max((view.geometry().bottom() + 1 for view in parts), default=0)
