"""A conversation as strips for paper: what was asked, what was answered, how it ended.

What the model thought and what its tools did is left out, as it is folded on screen.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from desktop_app.chat.media import MediaRef
from desktop_app.chat.media_files import kind_of_media, shows_picture
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
from desktop_app.ui.transcript.citations import Source
from desktop_app.ui.transcript.said import sources_of
from desktop_app.ui.transcript.status_line import words_for_end
from desktop_app.ui.transcript.styles import Formulas, Ground, Styles
from desktop_app.ui.transcript.turn_parts import (
    blocks_of,
    media_at,
    part_at,
    places_of,
    plain_blocks,
)

_TURN_GAP: Final = 26
_INPUT_GAP: Final = 18
_PART_GAP: Final = 12
_LINE_GAP: Final = 2
_LARGEST_INPUT: Final = QSize(300, 225)
_LARGEST: Final = QSize(640, 480)

PictureSource = Callable[[MediaRef], QImage | None]
"""Gives a picture, a null one where there is none, `None` while it is being made."""


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
                yield from self._file(MediaRef(one.sha256, one), gap, at_right=True)
                gap = _PART_GAP
        for place in places_of(turn):
            part = part_at(turn, place)
            if place.kind == "input":
                yield from self._bubble(part.source, gap)
                gap = _INPUT_GAP
            elif place.kind == "media":
                yield from self._file(media_at(turn, place), gap)
                gap = _PART_GAP
            elif place.kind == "answer" and (blocks := blocks_of(part)):
                yield from self._blocks(blocks, gap)
                gap = _PART_GAP
        for number, source in enumerate(sources_of(turn), 1):
            yield from self._blocks([_line_of(number, source)], gap, self._quiet)
            gap = _LINE_GAP
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

    def _file(self, ref: MediaRef, gap: int, *, at_right: bool = False) -> Iterator[Strip | None]:
        """A picture, or what a file is that is none."""
        while (picture := self._pictures(ref) if _is_picture(ref) else QImage()) is None:
            yield None
        if picture.isNull():
            yield from self._blocks([Paragraph((Span(_words_of(ref)),))], gap, self._quiet)
            return
        size, most = picture.size(), _LARGEST_INPUT if at_right else _LARGEST
        if size.width() > most.width() or size.height() > most.height():
            size = size.scaled(most, Qt.AspectRatioMode.KeepAspectRatio)
        if size.width() > self._width:
            size = size.scaled(self._width, size.height(), Qt.AspectRatioMode.KeepAspectRatio)
        yield PictureStrip(picture, size, self._width - size.width() if at_right else 0, gap)


def _is_picture(ref: MediaRef) -> bool:
    content = ref.content
    if isinstance(content, AttachmentContent):
        return content.width is not None
    return shows_picture(content)


def _words_of(ref: MediaRef) -> str:
    content = ref.content
    if isinstance(content, AttachmentContent):
        return f"{kind_word(content.kind)} {content.name}, {detail_words(content)}"
    return f"{kind_of_media(content)} of the answer"


def _line_of(number: int, source: Source) -> Paragraph:
    """A source on a line: its number, its title, where it is from."""
    where = f" – {source.host}" if source.host else ""
    return Paragraph((Span(f"{number}  "), Span(source.title, link=source.address), Span(where)))


def _end_of(turn: Interaction) -> str:
    """How a turn ended, where its answer does not say it."""
    if turn.failure is not None and turn.outcome in (Outcome.FAILED, Outcome.INTERRUPTED):
        return f"{turn.failure.sentence} {turn.failure.advice}".strip()
    return words_for_end(turn, last=False)
