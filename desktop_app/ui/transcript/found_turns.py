"""What the search has to know of the transcript on screen, and what it wants of it."""

from collections.abc import Sequence

from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.markdown.blocks import Block
from desktop_app.ui.transcript.anchor import Anchor
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.column_area import ColumnArea
from desktop_app.ui.transcript.find import Match
from desktop_app.ui.transcript.shown import FoundView, Place
from desktop_app.ui.transcript.turn_parts import blocks_of, parts_of
from desktop_app.ui.transcript.turn_view import TurnView


class FoldedPart:
    """A part that is not in sight until somebody opens it."""

    def __init__(self, blocks: tuple[Block, ...]) -> None:
        self.blocks = blocks

    def set_found(self, found: Sequence[tuple[int, int, int]], now: int | None) -> None:
        """It is shown when it is opened."""


class FoundTurns:
    """The turns of a transcript, for a `Finder`."""

    def __init__(self, area: ColumnArea) -> None:
        self._area = area
        self._folded: dict[str, dict[int, FoldedPart]] = {}

    def __len__(self) -> int:
        return len(self._area.column.path)

    def key(self, number: int) -> str:
        """The key of a turn."""
        return self._area.column.path.key(number)

    def is_live(self, number: int) -> bool:
        """Whether the disk may be behind a turn: all that grow have a view."""
        return self._area.column.slot(number) is not None

    def read(self, number: int) -> Interaction:
        """A turn; it may have to be read first."""
        return self._area.column.path[number]

    @property
    def reader(self) -> tuple[int, Place]:
        """The turn at the top of the window, and where in it that is."""
        mark = self._area.top_mark
        if mark is None:
            return 0, (0, 0, 0)
        anchor = mark.anchor
        return mark.number, (anchor.part, anchor.block, 0) if anchor is not None else (0, 0, 0)

    @property
    def numbers(self) -> Sequence[int]:
        """The turns that have a view."""
        return [slot.number for slot in self._area.column.slots]

    def views(self, number: int) -> Sequence[tuple[int, FoundView]] | None:
        """The parts of a turn and their views; `None` while the turn has no view."""
        slot = self._area.column.slot(number)
        if slot is None:
            return None
        shown = slot.view.parts
        parts: dict[int, FoundView] = dict(self._folded_parts(slot.turn, {at for at, _ in shown}))
        parts.update(shown)
        return sorted(parts.items(), key=lambda pair: pair[0])

    def _folded_parts(self, turn: Interaction, shown: set[int]) -> dict[int, FoldedPart]:
        """The other parts; those of a turn that is whole are read once."""
        known = self._folded.get(turn.key, {})
        if turn.outcome is Outcome.STREAMING:
            known = {}
        missing = [at for at, _ in enumerate(parts_of(turn)) if at not in known and at not in shown]
        if missing:
            parts = parts_of(turn)
            known = {**known, **{at: FoldedPart(blocks_of(parts[at])) for at in missing}}
            self._folded[turn.key] = known
        return {at: part for at, part in known.items() if at not in shown}

    def forget(self) -> None:
        """Let go of what was read."""
        self._folded.clear()

    # --- going --------------------------------------------------------------------------------

    def go_to(self, number: int) -> None:
        """Show a turn."""
        self._area.bring_into_sight(number, None, 0, self._area.height())

    def reveal(self, number: int, match: Match) -> None:
        """Open what a match is folded in, and bring it into sight."""
        slot = self._area.column.slot(number)
        if slot is None:
            return
        view = slot.view.open_part(match.part)
        offset, length = 0, 0
        if view is not None:
            offset, length = self._place_in_block(slot.view, view, match)
        self._area.bring_into_sight(number, Anchor(match.part, match.block, 0.0), offset, length)

    def _place_in_block(self, turn: TurnView, view: BlocksView, match: Match) -> tuple[int, int]:
        """How far below the top of its block a match stands, and how high it is."""
        view.reveal(match.block, match.begin)
        rects = view.rects_of(match.block, match.begin, match.end)
        slot = self._area.column.slot_of(turn.turn.key)
        if slot is not None:
            self._area.column.fit_again(slot)  # what was an estimate may be exact now
        if not rects:
            return 0, 0
        top = round(rects[0].top()) - view.top_of(match.block)
        return top, round(rects[-1].bottom() - rects[0].top())
