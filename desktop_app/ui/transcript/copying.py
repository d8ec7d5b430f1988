"""What is taken out of the transcript: plain text as it is read, or Markdown as it was written.

Nothing here needs a view: turns that were never on screen are copied like those that are. What
leaves goes through `plain_copy`, and only as plain text.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QMimeData, QObject, QTimer, Signal
from PySide6.QtGui import QClipboard, QGuiApplication

from desktop_app.errors import AppError
from desktop_app.interactions.interaction import Interaction
from desktop_app.markdown.blocks import Block, Code, Plain
from desktop_app.markdown.stream import read_stream
from desktop_app.markdown.stretches import TOO_LONG, joint, stretches, text_of
from desktop_app.plain_text import plain_copy
from desktop_app.ui.transcript.selection import Extent, Mark
from desktop_app.ui.transcript.text_walk import TextWalk
from desktop_app.ui.transcript.turn_parts import TurnPart, part_at, parts_of, plain_blocks

GAP: Final = "\n\n"
"""What stands between two parts, and between two turns."""

AT_ONCE: Final = 0.05
SLICE: Final = 0.008
"""Seconds that a copy may take at first, and then at a time."""

_MARK: Final = re.compile(r"[\[\d\]]")


def put_text(text: str) -> None:
    """Put text on the clipboard, safe and without any formats."""
    QGuiApplication.clipboard().setText(plain_copy(text))


def put_primary(text: str) -> None:
    """Put text where the middle button of the mouse takes it from, on systems that have that."""
    clipboard = QGuiApplication.clipboard()
    if clipboard.supportsSelection():
        clipboard.setText(plain_copy(text), QClipboard.Mode.Selection)


def mime_of(text: str) -> QMimeData:
    """Wrap text to be dragged: formats would carry colours and hidden characters along."""
    data = QMimeData()
    data.setText(plain_copy(text))
    return data


# --- of a turn ------------------------------------------------------------------------------------


def answer_source(turn: Interaction) -> str:
    """The Markdown of an answer, without what was thought and done for it."""
    return _joined(part for part in parts_of(turn) if part.kind == "answer")


def turn_source(turn: Interaction) -> str:
    """The Markdown of a turn: the input as it was typed, then the answer."""
    return _joined(part for part in parts_of(turn) if part.kind in ("input", "answer"))


def _joined(parts: Iterable[TurnPart]) -> str:
    return GAP.join(part.source.strip("\n") for part in parts if part.source.strip("\n"))


# --- of a selection -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Piece:
    """What is selected of a part of a turn; without an `end` all that is behind its beginning."""

    number: int
    part: int
    begin: Mark
    end: Mark | None


def text_between(walk: TextWalk, extent: Extent) -> Iterator[str]:
    """The text of a selection, part by part, as it is read."""
    return _between(walk, extent, _text_of_part)


def source_between(walk: TextWalk, extent: Extent) -> Iterator[str]:
    """The Markdown of all blocks that a selection touches, as it was written.

    Of an input, which is no Markdown, it is what is selected.
    """
    return _between(walk, extent, _source_of_part)


def _between(
    walk: TextWalk, extent: Extent, take: Callable[[TextWalk, _Piece], Iterator[str]]
) -> Iterator[str]:
    """Put gaps between texts; an empty one gets none, but is passed on: it took its time."""
    walk = walk.kept()
    said = False
    for piece in _pieces_between(walk, extent):
        for text in take(walk, piece):
            yield f"{GAP}{text}" if said and text else text
            said = said or bool(text)


def _pieces_between(walk: TextWalk, extent: Extent) -> Iterator[_Piece]:
    """The parts of a selection. What is folded counts only where the selection lies in it."""
    first, last = walk.order(extent[0]), walk.order(extent[1])
    if first is None or last is None:
        return
    inside = first[:2] == last[:2]
    for number in range(first[0], last[0] + 1):
        if number >= walk.count:
            return  # asked anew meanwhile
        for part in range(len(walk.places(number))):
            here = number, part
            if first[:2] <= here <= last[:2] and (inside or not walk.is_folded(number, part)):
                upper = first[2:] if here == first[:2] else (0, 0)
                yield _Piece(number, part, upper, last[2:] if here == last[:2] else None)


def _text_of_part(walk: TextWalk, piece: _Piece) -> Iterator[str]:
    """The text of what is selected of a part, behind an empty one for each step of the reading."""
    blocks: tuple[Block, ...] = ()
    for read in walk.blocks_in_steps(piece.number, piece.part):
        blocks = read
        yield ""
    yield _text_of_blocks(blocks, piece.begin, piece.end)


def _text_of_blocks(blocks: Sequence[Block], begin: Mark, end: Mark | None) -> str:
    last, stop = (len(blocks) - 1, None) if end is None else end
    found: list[str] = []
    before: Block | None = None
    for at in range(begin[0], min(last + 1, len(blocks))):
        block = blocks[at]
        text = text_of(block)
        lower = stop if at == last and stop is not None else len(text)
        upper = begin[1] if at == begin[0] else 0
        if at == begin[0]:
            upper = _before_marker(block, text, upper, lower if at == last else len(text) + 1)
        upper = max(upper, _note_length(block))
        if taken := _without_marks(block, text, upper, lower):
            if before is not None:
                found.append(joint(before, block))
            found.append(taken)
            before = block
    return "".join(found)


def _before_marker(block: Block, text: str, begin: int, end: int) -> int:
    """Take the marker of the item that a selection begins with, unless it is all in that item."""
    for stretch in stretches(block):
        if stretch.begin == begin and stretch.marker and end > begin + len(stretch.text):
            return text.rfind("\n", 0, begin) + 1
    return begin


def _without_marks(block: Block, text: str, begin: int, end: int) -> str:
    """Part of a text without the marks of citations, which nobody has written."""
    taken = text[begin:end]
    if not _MARK.search(taken) or isinstance(block, Code | Plain):
        return taken
    found: list[str] = []
    for stretch in stretches(block):
        at = stretch.begin
        for span in stretch.spans:
            first, last = max(at, begin), min(at + len(span.text), end)
            if span.cite and first < last:
                found.append(text[begin:first])
                begin = last
            at += len(span.text)
    return "".join([*found, text[begin:end]])


def _note_length(block: Block) -> int:
    """How much of a text is not its own, but says that it is too long."""
    return len(TOO_LONG) + 1 if isinstance(block, Plain) and not block.continues else 0


def _source_of_part(walk: TextWalk, piece: _Piece) -> Iterator[str]:
    part = part_at(walk.turn(piece.number), walk.places(piece.number)[piece.part])
    if piece.begin == (0, 0) and piece.end is None:
        yield part.source.strip("\n")
    elif part.kind == "input":
        yield _text_of_blocks(plain_blocks(part.source), piece.begin, piece.end)
    else:
        stream = read_stream(part.shown or part.source)
        last = len(stream.blocks) - 1
        if piece.end is not None:
            last = min(last, piece.end[0] if piece.end[1] > 0 else piece.end[0] - 1)
        yield stream.source(min(piece.begin[0], last), last) if last >= 0 else ""


# --- very much text -------------------------------------------------------------------------------


class Copying(QObject):
    """Puts text on the clipboard that takes its time to be made: a little at once, then in slices.

    The clipboard keeps what it has until all of the text is there.
    """

    finished = Signal()
    """The text is on the clipboard."""

    failed = Signal(str)
    """Nothing was copied, and why."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pieces: Iterator[str] = iter(())
        self._made: list[str] = []
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Whether there is more to come."""
        return self._timer.isActive()

    def copy(self, pieces: Iterable[str]) -> None:
        """Copy all of these; what was begun before is given up."""
        self._pieces, self._made = iter(pieces), []
        self._timer.start()
        self._make(AT_ONCE)

    def stop(self) -> None:
        """Give it up, and leave the clipboard as it is."""
        self._timer.stop()
        self._pieces, self._made = iter(()), []

    def _go_on(self) -> None:
        self._make(SLICE)

    def _make(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        try:
            for piece in self._pieces:
                self._made.append(piece)
                if time.monotonic() > until:
                    return
        except AppError as error:
            self.stop()
            self.failed.emit(f"Nothing was copied. {error}")
            return
        text = "".join(self._made)
        self.stop()
        if text:
            put_text(text)
        self.finished.emit()
