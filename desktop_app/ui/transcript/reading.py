"""Reads Markdown that grows, or a long one that is there at once, slice by slice."""

import re
from time import monotonic
from typing import Final

from desktop_app.markdown.blocks import Block, Code, Plain
from desktop_app.markdown.stream import MarkdownStream, Update, end_of_marks
from desktop_app.ui.transcript.timing import NEVER, Deadline

_SLICE: Final = 2000
"""Characters that are read in one go; they take a few milliseconds."""

_MARKS: Final = 600
"""Marks in them, at most."""

_SLICE_OF_CODE: Final = 32_000
"""The same where nothing has to be parsed."""

_FENCE: Final = re.compile(r"^[ \t>]*(?:`{3,}|~{3,})[ \t]*$", re.MULTILINE)
"""What may end code."""


class Reading:
    """A text and how far it has been read. `text` is all that there is of it by now."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.text = ""
        self.stream = MarkdownStream()
        self._read_to = 0
        self._settled = 0
        self._slice = _SLICE
        self._spent = 0.0
        self._deadline = NEVER
        self._ends = False
        self._ended = False

    @property
    def is_done(self) -> bool:
        """Whether all that can be read has been."""
        return self._read_to == len(self.text) and self._ended >= self._ends

    @property
    def text_read(self) -> str:
        """What `stream` has read."""
        return self.text[: self._read_to]

    @property
    def has_ended(self) -> bool:
        """Whether it is whole, and read."""
        return self._ends and self._ended

    def unread_lines(self, length: int) -> int:
        """About how many lines of a length are still to be read."""
        left = len(self.text) - self._read_to
        return max(self.text.count("\n", self._read_to), left // max(1, length)) if left else 0

    def take(self, text: str) -> bool:
        """Have a text to read; say whether it goes on from the one before."""
        goes_on = text.startswith(self.text)
        if not goes_on:
            self._begin()
        self._ended = self._ended and text == self.text
        self.text = text
        return goes_on

    def let_go(self) -> None:
        """Keep nothing."""
        self._begin()

    def end(self) -> None:
        """The text is whole: what a late definition has changed is read again at its end."""
        self._ends, self._ended = True, False

    def read(self, deadline: Deadline) -> Update | None:
        """Read on, as far as there is time; return all that has changed by that.

        At least a slice is read, but only once before the same moment.
        """
        updates: list[Update] = []
        fresh, self._deadline = deadline is not self._deadline, deadline

        def is_time() -> bool:
            # What is open is read again with each slice: the next takes no less than the last.
            return deadline.left > self._spent

        while self._read_to < len(self.text) and ((fresh and not updates) or is_time()):
            began = monotonic()
            update = self.stream.feed(self._next_slice())
            updates.append(update)
            self._spent = monotonic() - began
            in_code = bool(update.open) and isinstance(update.open[-1], Code | Plain)
            self._slice = _SLICE_OF_CODE if in_code else _SLICE
        is_whole = self._ends and self._read_to == len(self.text)
        if is_whole and not self._ended and (not updates or is_time()):
            self._ended = True
            updates.append(self.stream.finish())
        return self._joined(updates) if updates else None

    def _next_slice(self) -> str:
        begin, end = self._read_to, min(len(self.text), self._read_to + self._slice)
        if self._slice == _SLICE:
            end = end_of_marks(self.text, begin, end, _MARKS)
        elif fence := _FENCE.search(self.text, begin + 1, end):
            end = min(fence.end() + 1, len(self.text))
        if end < len(self.text):
            end = self.text.rfind("\n", begin, end) + 1 or end
        self._read_to = end
        return self.text[begin:end]

    def _joined(self, updates: list[Update]) -> Update:
        settled: list[Block] = []
        mended: dict[int, Block] = {}
        for update in updates:
            for number, block in update.mended.items():
                if number < self._settled:
                    mended[number] = block
                else:
                    settled[number - self._settled] = block
            settled.extend(update.settled)
        self._settled += len(settled)
        return Update(tuple(settled), updates[-1].open, mended)
