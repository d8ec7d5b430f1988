"""A conversation as strips for paper: what was asked, what was answered, how it ended.

What the model thought and what its tools did is left out, as it is folded on screen.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from desktop_app.interactions.content import AttachmentContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.markdown.blocks import Block, Heading, Paragraph, Span
from desktop_app.ui.chips import detail_words, kind_word
from desktop_app.ui.printing.pages import Strip
from desktop_app.ui.printing.strips import (
    BlockStrip,
    BubbleStrip,
    PictureStrip,
    bubble_room,
    strips_of,
)
from desktop_app.ui.transcript.status_line import words_for_end
from desktop_app.ui.transcript.styles import Formulas, Ground, Styles
from desktop_app.ui.transcript.turn_parts import blocks_of, parts_of, plain_blocks

_TURN_GAP: Final = 26
_INPUT_GAP: Final = 18
_PART_GAP: Final = 12
_LARGEST: Final = QSize(300, 225)

PictureSource = Callable[[AttachmentContent], QImage | None]
"""Gives the picture of a file, a null one where it has none, `None` while it is being made."""


class Sheet:
    """Lays out turns in a width; `size` is that of body text. Lengths are in pixels."""

    def __init__(
        self,
        ground: Ground,
        width: int,
        size: int,
        pictures: PictureSource,
        formulas: Formulas | None = None,
    ) -> None:
        self._width = width
        self._pictures = pictures
        self._styles = Styles(ground, size, formulas=formulas)
        self._title = Styles(ground, size + 4, formulas=formulas)
        self._quiet = Styles(ground, size - 1, "quiet", formulas)

    def title(self, words: str) -> Iterator[Strip | None]:
        """The title of a conversation."""
        return self._blocks([Heading(1, (Span(words),))], 0, self._title)

    def turn(self, turn: Interaction) -> Iterator[Strip | None]:
        """A turn; `None` where something takes its time."""
        gap = _TURN_GAP
        for one in turn.input:
            if isinstance(one, AttachmentContent):
                yield from self._attachment(one, gap)
                gap = _PART_GAP
        for part in parts_of(turn):
            if part.kind == "input":
                yield from self._bubble(part.source, gap)
                gap = _INPUT_GAP
            elif part.kind == "answer" and (blocks := blocks_of(part)):
                yield from self._blocks(blocks, gap)
                gap = _PART_GAP
        if words := _end_of(turn):
            yield from self._blocks([Paragraph((Span(words),))], gap, self._quiet)

    def _blocks(
        self, blocks: Iterable[Block], gap: int, styles: Styles | None = None
    ) -> Iterator[Strip | None]:
        first = True
        for strip in strips_of(blocks, self._width, styles or self._styles):
            if strip is not None and first:
                strip.gap = gap
                first = False
            yield strip

    def _bubble(self, text: str, gap: int) -> Iterator[Strip | None]:
        room = bubble_room(self._width, self._styles)
        (block,) = plain_blocks(text)
        laid: list[BlockStrip] = []
        for _ in range(2):
            # Once more in the width it has: what is written from right to left ends there.
            room = min(room, round(laid[0].natural_width + 1)) if laid else room
            laid.clear()
            for strip in strips_of([block], room, self._styles):
                if strip is None:
                    yield None
                else:
                    laid.append(strip)
        yield BubbleStrip(laid[0], room, self._width, self._styles, gap)

    def _attachment(self, attachment: AttachmentContent, gap: int) -> Iterator[Strip | None]:
        while (picture := self._pictures(attachment)) is None:
            yield None
        if picture.isNull():
            words = f"{kind_word(attachment.kind)} {attachment.name}, {detail_words(attachment)}"
            yield from self._blocks([Paragraph((Span(words),))], gap, self._quiet)
            return
        size = picture.size()
        if size.width() > _LARGEST.width() or size.height() > _LARGEST.height():
            size = size.scaled(_LARGEST, Qt.AspectRatioMode.KeepAspectRatio)
        yield PictureStrip(picture, size, self._width - size.width(), gap)


def _end_of(turn: Interaction) -> str:
    """How a turn ended, where its answer does not say it."""
    if turn.failure is not None and turn.outcome in (Outcome.FAILED, Outcome.INTERRUPTED):
        return f"{turn.failure.sentence} {turn.failure.advice}".strip()
    return words_for_end(turn, last=False)
