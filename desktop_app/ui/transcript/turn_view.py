"""One turn on screen: the input, the steps of the answer, what it waits for, how it ended."""

from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.chat.pause import Pause
from desktop_app.images.pixels import Pixels
from desktop_app.interactions.content import AttachmentContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.interactions.steps import FunctionResultStep
from desktop_app.overriding import override
from desktop_app.ui.buttons import IconButton
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.anchor import Anchor
from desktop_app.ui.transcript.audio_card import MediaCard
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.bubble import Bubble
from desktop_app.ui.transcript.copying import answer_source, put_text
from desktop_app.ui.transcript.lines import OpeningLine, StepLine, ThoughtLine
from desktop_app.ui.transcript.model_image import ModelImage
from desktop_app.ui.transcript.pictures import PictureRow, ThumbnailSource
from desktop_app.ui.transcript.step_lines import words_of
from desktop_app.ui.transcript.step_views import StepView, StepViews
from desktop_app.ui.transcript.turn_foot import BLOCK_GAP, STEP_GAP, TurnFoot
from desktop_app.ui.transcript.turn_parts import input_text
from desktop_app.ui.transcript.turn_places import PartView, anchor_at, text_in, y_of
from desktop_app.values import value_class

INPUT_GAP: Final = 22
ACTIONS_HEIGHT: Final = 28
ACTIONS_GAP: Final = 6
ACTIONS_STEP: Final = 32


@value_class
class TurnState:
    """How a person has left a view: `opened` are the parts that they opened; `as_table`: they
    chose to see JSON as a table.
    """

    opened: frozenset[int] = frozenset()
    as_table: bool = False


class TurnView(QWidget):
    """Shows an interaction; its owner says when something of it has changed."""

    height_changed = Signal()
    """It needs another height."""

    retry = Signal(str)
    """The turn of this key is to be asked again."""

    resume = Signal(str)
    """The answer of the turn of this key is to go on."""

    refuse = Signal(str)
    """The calls of functions of the turn of this key are to be refused."""

    link_clicked = Signal(str, str)
    """A link is to be opened: its address, and the text that stands for it."""

    media_requested = Signal(object)
    """Something is to be done with a picture or a sound: a `MediaRequest`."""

    citation_reached = Signal(object, str, QRect, bool)
    """The pointer or the keyboard has come to a mark: the `Source`, the words that the mark is for,
    where it is on the screen, whether by the keyboard. There is no source where it was left."""

    def __init__(
        self,
        theme: Theme,
        turn: Interaction,
        thumbnail: ThumbnailSource,
        parent: QWidget,
        state: TurnState | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.turn = turn
        self._dirty: set[int] = set()
        self._steps = StepViews(theme, turn, self, self._connect_view)
        self._steps.as_table = state is not None and state.as_table
        self._steps.sources.link_clicked.connect(self.link_clicked)
        attachments = [one for one in turn.input if isinstance(one, AttachmentContent)]
        text = input_text(turn)
        self._pictures = PictureRow(theme, attachments, thumbnail, self) if attachments else None
        self._bubble = Bubble(theme, text, self) if text else None
        if self._pictures is not None:
            self._pictures.media_requested.connect(self.media_requested)
        if self._bubble is not None:
            self._bubble.link_clicked.connect(self.link_clicked)
            self._bubble.height_changed.connect(self.height_changed)
        self._results = [self._make_result(step) for step in turn.results]
        self.foot = TurnFoot(theme, turn, self)
        self.foot.retry.connect(self.retry)
        self.foot.resume.connect(self.resume)
        self.foot.refuse.connect(self.refuse)
        self.foot.height_changed.connect(self.height_changed)
        self._copy = IconButton(theme, "copy", "Copy answer", ACTIONS_HEIGHT, self)
        self._copy.clicked.connect(self._copy_answer)
        self._table = IconButton(theme, "table-2", "", ACTIONS_HEIGHT, self)
        self._table.clicked.connect(self._toggle_table)
        self._table.hide()
        self._steps.sources.stackUnder(self.foot.status)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)  # as `PaintedText` has it
        self.update_all()
        for part, view in enumerate(self._parts):
            if state is not None and part in state.opened and isinstance(view, OpeningLine):
                view.set_open(True)

    @property
    def state(self) -> TurnState:
        """How the person has left it."""
        parts = enumerate(self._parts)
        lines = ((part, view) for part, view in parts if isinstance(view, OpeningLine))
        opened = frozenset(part for part, line in lines if line.is_open)
        return TurnState(opened, self._steps.as_table)

    @property
    def _parts(self) -> list[PartView]:
        """Everything that is read in it, from the top."""
        bubble = [self._bubble] if self._bubble is not None else []
        return [*bubble, *self._results, *self._steps.order]

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        parts = (self._pictures, self._bubble, *self._results, self._steps)
        found = [stop for part in parts if part is not None for stop in part.stops]
        return [*found, *self.foot.stops, self._copy, self._table]

    # --- what changes -------------------------------------------------------------------------

    def mark_dirty(self, position: int) -> None:
        """Note that a step has grown; it is shown with the next `flush`."""
        self._dirty.add(position)

    @property
    def dirty(self) -> bool:
        """Whether something waits to be shown."""
        return bool(self._dirty) or any(text.is_reading for _, text in self.parts)

    def flush(self) -> bool:
        """Show what has grown; say whether the height may have changed."""
        changed = self._steps.show(self._dirty) if self._dirty else False
        self._dirty.clear()
        return self._update_status() or changed

    def update_all(self) -> None:
        """Show the turn as it is now."""
        self._dirty.update(range(len(self.turn.steps)))
        self.flush()
        over = not self._goes_on
        if over:
            self._steps.finish()
        self._update_failure()
        self._copy.setVisible(over and bool(answer_source(self.turn)))
        self._update_table()
        self.update()

    def set_last(self, last: bool) -> None:
        """Say whether it is the last turn: only that can be asked again."""
        if last != self.foot.last:
            self.foot.last = last
            self._update_status()
            self._update_failure()

    def set_waiting(self, words: str) -> None:
        """Say what the turn waits for."""
        self.foot.waiting = words
        if self._update_status():
            self.height_changed.emit()

    def set_pause(self, pause: Pause | None) -> None:
        """Say what stands before the next try."""
        self.foot.pause = pause
        self._update_status()
        self.height_changed.emit()

    def open_thoughts(self) -> None:
        """Open what the model thought."""
        for view in self._steps.order:
            if isinstance(view, ThoughtLine):
                view.set_open(True)

    def tick(self) -> None:
        """A second has passed: show how long the model has been thinking."""
        self._dirty.update(self._steps.ticking())
        self.foot.tick()

    def show_thumbnail(self, sha256: str, png: bytes) -> None:
        """Show a thumbnail that was made meanwhile."""
        if self._pictures is not None:
            self._pictures.show_thumbnail(sha256, png)

    def show_upload(self, sha256: str, share: float) -> None:
        """Show how far the upload of an attachment is."""
        if self._pictures is not None and (self.turn.outcome is Outcome.STREAMING or share < 0):
            self._pictures.show_upload(sha256, share)

    def show_pixels(self, key: str, made: Pixels | str) -> None:
        """Show a picture of the answer that was decoded meanwhile, or why it cannot be."""
        self._steps.show_pixels(key, made)

    # --- steps --------------------------------------------------------------------------------

    def _make_result(self, step: FunctionResultStep) -> StepLine:
        line = StepLine(self._theme, self)
        line.show_words(words_of([step]))
        line.link_clicked.connect(self.link_clicked)
        line.height_changed.connect(self.height_changed)
        return line

    def _connect_view(self, view: StepView) -> None:
        match view:
            case BlocksView():
                view.link_clicked.connect(self.link_clicked)
                view.citation_reached.connect(self._reach_citation)
                view.height_changed.connect(self.height_changed)
            case OpeningLine():
                view.link_clicked.connect(self.link_clicked)
                view.height_changed.connect(self.height_changed)
            case ModelImage():
                view.media_requested.connect(self.media_requested)
                view.height_changed.connect(self.height_changed)
            case MediaCard():
                view.media_requested.connect(self.media_requested)
        view.stackUnder(self._steps.sources)  # a reader goes in this order
        view.show()

    def _reach_citation(self, number: int, cited: str, mark: QRect, now: bool) -> None:
        self.citation_reached.emit(self._steps.source(number), cited, mark, now)

    def _copy_answer(self) -> None:
        put_text(answer_source(self.turn))

    def _toggle_table(self) -> None:
        self._steps.as_table = not self._steps.as_table
        self._update_table()
        self.mark_dirty(0)
        if self.flush():
            self._steps.finish()
            self.height_changed.emit()

    def _update_table(self) -> None:
        self._table.setVisible(self._steps.has_table)
        shown = self._steps.as_table
        self._table.set_icon(
            "braces" if shown else "table-2", "Show as JSON" if shown else "Show as a table"
        )

    # --- how it goes --------------------------------------------------------------------------

    @property
    def _goes_on(self) -> bool:
        """Whether there is an answer to come."""
        return self.turn.outcome in (Outcome.WAITING, Outcome.STREAMING)

    def _update_status(self) -> bool:
        return self.foot.update_status(silent=self._steps.is_silent)

    def _update_failure(self) -> None:
        self.foot.update_failure(self._copy)
        self.height_changed.emit()

    # --- pixels -------------------------------------------------------------------------------

    def fit(self, width: int) -> int:
        """Lay out in a column of a width; return and take the height it needs."""
        top = 0
        if self._pictures is not None:
            top += self._pictures.fit(width)
        if self._bubble is not None:
            top += STEP_GAP if top else 0
            size = self._bubble.fit(width)
            self._bubble.move(width - size.width(), top)
            top += size.height()
        for line in self._results:
            top += STEP_GAP if top else 0
            line.move(0, top)
            top += line.fit(width)
        gap = STEP_GAP if self._results else INPUT_GAP
        for view in self._steps.order:
            if isinstance(view, BlocksView) and not view.blocks:
                view.hide()
                continue
            view.show()
            top += gap
            view.move(0, top)
            top += view.fit(width)
            closed = isinstance(view, OpeningLine) and not view.is_open
            gap = STEP_GAP if closed else BLOCK_GAP
        sources = self._steps.sources
        sources.setVisible(bool(sources.rows))
        if sources.rows:
            top += BLOCK_GAP
            sources.move(0, top)
            top += sources.fit(width)
            gap = BLOCK_GAP
        top = self.foot.fit(top, gap, width)
        if not self._goes_on and not self.turn.unsent:
            top += ACTIONS_GAP
            self._copy.move(-6, top)
            self._table.move(-6 + (0 if self._copy.isHidden() else ACTIONS_STEP), top)
            top += ACTIONS_HEIGHT
        foot = 0 if width != self.width() else min(top, self.height()) - ACTIONS_HEIGHT
        if self.size() != QSize(width, top):
            self.resize(width, top)
            self.update(0, foot, width, top - foot)  # the figures stand at the lower edge
        return top

    def lay_out(self, top: int, bottom: int) -> bool:
        """Lay out what stands between two heights; say whether anything stands elsewhere now."""
        changed = False
        for view in self._parts:
            above, below = top - view.y(), bottom - view.y()
            if view.isHidden() or above >= view.height() or below <= 0:
                continue
            if not isinstance(view, ModelImage | MediaCard):
                changed = view.lay_out(above, below) or changed
        if changed:
            self.fit(self.width())
        return changed

    def lay_out_growth(self) -> int:
        """Lay out what was added to its texts; return by how many pixels that makes it higher."""
        return sum(text.lay_out_growth() for _, text in self.parts)

    @property
    def parts(self) -> list[tuple[int, BlocksView]]:
        """The texts that are shown of it, each with the number of its part."""
        texts = ((number, text_in(view)) for number, view in enumerate(self._parts))
        return [(number, text) for number, text in texts if text is not None]

    def open_part(self, part: int) -> BlocksView | None:
        """Open a part that is folded; return where its text is shown."""
        view = self._parts[part]
        if isinstance(view, OpeningLine):
            view.set_open(True)
        return text_in(view)

    def anchor_at(self, y: int) -> Anchor:
        """The topmost thing that does not end above a height."""
        return anchor_at(self, self._parts, y)

    def y_of(self, anchor: Anchor) -> int:
        """Where a point of it stands."""
        return y_of(self, self._parts, anchor)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the figures of the turn: tokens and seconds."""
        figures = self._figures()
        if not figures or self._goes_on:
            return
        painter = QPainter(self)
        painter.setFont(self._theme.font(12, figures=True))
        painter.setPen(self._theme.color("quiet"))
        rect = QRectF(0, self.height() - ACTIONS_HEIGHT, self.width(), ACTIONS_HEIGHT)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(rect, flags, figures)

    def _figures(self) -> str:
        usage = self.turn.usage
        if usage is None or usage.total_tokens is None:
            return ""
        return f"{usage.total_tokens:,} tokens"
