"""The views of what a turn's answer consists of, one for each part, in the order of the parts."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from PySide6.QtWidgets import QWidget

from desktop_app.images.pixels import Pixels
from desktop_app.interactions.content import ImageContent, TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.interactions.steps import (
    ModelOutputStep,
    ThoughtStep,
    ToolCallStep,
    ToolResultStep,
)
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.audio_card import MediaCard
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.citations import Source
from desktop_app.ui.transcript.json_view import json_answer
from desktop_app.ui.transcript.lines import OpeningLine, StepLine, ThoughtLine
from desktop_app.ui.transcript.model_image import ModelImage
from desktop_app.ui.transcript.said import sources_of
from desktop_app.ui.transcript.sources import SourceList
from desktop_app.ui.transcript.turn_parts import (
    PartPlace,
    media_at,
    part_at,
    places_of,
    words_at,
)

StepView: TypeAlias = BlocksView | OpeningLine | ModelImage | MediaCard

_Key: TypeAlias = tuple[str, int, int]
"""A part by its kind, its first step and its number there, which stay."""


class StepViews:
    """Keeps one view for each part of the answer; `added` is told of each new one."""

    def __init__(
        self, theme: Theme, turn: Interaction, parent: QWidget, added: Callable[[StepView], None]
    ) -> None:
        self._theme = theme
        self._turn = turn
        self._parent = parent
        self._added = added
        self._places: list[PartPlace] = []
        self._views: dict[_Key, StepView] = {}
        self._count = 0
        self._shapes: dict[int, tuple[str | int | None, ...]] = {}
        self.as_table = False
        self.sources = SourceList(theme, parent)
        self.sources.hide()

    @property
    def order(self) -> list[StepView]:
        """The views, from the top."""
        return [self._views[_key(place)] for place in self._places]

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in them, in this order."""
        return [*(stop for view in self.order for stop in view.stops), *self.sources.stops]

    @property
    def texts(self) -> list[BlocksView]:
        """Those that are text of the answer."""
        return [view for view in self.order if isinstance(view, BlocksView)]

    @property
    def is_silent(self) -> bool:
        """Whether nothing of an answer is there, nor a thought of it."""
        return not any(
            view.markdown_text if isinstance(view, BlocksView) else not isinstance(view, StepLine)
            for view in self.order
        )

    # --- what changes -------------------------------------------------------------------------

    def show(self, dirty: set[int]) -> bool:
        """Show what has grown; say whether the height may have changed."""
        changed = not self._is_shaped(dirty) and self._keep(
            [one for one in places_of(self._turn) if one.kind not in ("input", "result")]
        )
        said = False
        for place in self._places:
            grown = not dirty.isdisjoint(place.steps)
            said = said or (grown and place.kind == "answer")
            # A citation may come late, and change the numbers in other texts.
            if grown or (place.kind == "answer" and self.sources.rows):
                changed = self._show(place, self._views[_key(place)]) or changed
        return (said and self.sources.show_sources(sources_of(self._turn))) or changed

    def _is_shaped(self, dirty: set[int]) -> bool:
        """Whether what has grown is still in the parts that there were."""
        count = self._turn.step_count
        shapes = {position: self._shape(position) for position in dirty if position < count}
        same = self._count == count and all(self._shapes.get(at) == of for at, of in shapes.items())
        self._count = count
        self._shapes.update(shapes)
        return same

    def _shape(self, position: int) -> tuple[str | int | None, ...]:
        match self._turn.step(position):
            case ModelOutputStep(content=content):
                there = (
                    not isinstance(one, TextContent) or one.text != "" for one in content or ()
                )
                return ("answer", *there)
            case ToolCallStep(id=name):
                return ("call", name)
            case ToolResultStep(call_id=name):
                return ("result", name)
            case step:
                return (type(step).__name__,)

    def _keep(self, places: list[PartPlace]) -> bool:
        """Make the views that are missing, and drop those of which the part is gone."""
        if [_key(one) for one in places] == [_key(one) for one in self._places]:
            self._places = places
            return False
        self._places = places
        wanted = {_key(place): place for place in places}
        for key in [key for key in self._views if key not in wanted]:
            view = self._views.pop(key)
            view.hide()
            view.deleteLater()
        for key, place in wanted.items():
            if key not in self._views:
                view = self._views[key] = self._make(place)
                self._added(view)
                self._show(place, view)
        return True

    def _make(self, place: PartPlace) -> StepView:
        match place.kind:
            case "thought":
                return ThoughtLine(self._theme, self._parent)
            case "media":
                ref = media_at(self._turn, place)
                if isinstance(ref.content, ImageContent):
                    return ModelImage(self._theme, ref, self._parent)
                return MediaCard(self._theme, ref, self._parent)
            case "answer":
                view = BlocksView(self._theme, "Answer", self._parent)
                view.citation_clicked.connect(self._open_source)
                return view
            case _:
                return StepLine(self._theme, self._parent)

    def _show(self, place: PartPlace, view: StepView) -> bool:
        turn = self._turn
        match view:
            case ThoughtLine():
                position = place.steps[0]
                step = turn.step(position)
                assert isinstance(step, ThoughtStep)
                live = turn.step_is_open(position)
                return view.show_step(step, turn.step_seconds(position), live)
            case BlocksView():
                part = part_at(turn, place)
                shown = part.shown or part.source
                if part.shown and self.as_table and (answer := json_answer(part.source)):
                    shown = answer.table or shown
                return view.show_text(shown, part.marks)
            case StepLine():
                return view.show_words(words_at(turn, place))
            case ModelImage():
                return view.show_content(media_at(turn, place))
            case MediaCard():
                view.show_content(media_at(turn, place))
                return False
            case _:
                return False

    def finish(self) -> None:
        """The answer is whole."""
        for view in self.texts:
            view.finish()

    def ticking(self) -> set[int]:
        """The thoughts that are under way."""
        return {
            position
            for place in self._places
            if place.kind == "thought"
            for position in place.steps
            if self._turn.step_is_open(position)
        }

    @property
    def has_table(self) -> bool:
        """Whether the answer can be shown as a table."""
        answers = [place for place in self._places if place.kind == "answer"]
        if self._turn.outcome is Outcome.STREAMING or len(answers) != 1:
            return False
        part = part_at(self._turn, answers[0])
        answer = json_answer(part.source) if part.shown else None
        return answer is not None and bool(answer.table)

    def show_pixels(self, key: str, made: Pixels | str) -> None:
        """Show a picture that has been decoded."""
        for view in self._images():
            view.show_pixels(key, made)

    def _images(self) -> Iterator[ModelImage]:
        return (view for view in self.order if isinstance(view, ModelImage))

    # --- citations ----------------------------------------------------------------------------

    def source(self, number: int) -> Source | None:
        """What a number stands for."""
        found = self.sources.sources
        return found[number - 1] if 0 < number <= len(found) else None

    def _open_source(self, number: int) -> None:
        source = self.source(number)
        if source is not None and source.address:
            self.sources.link_clicked.emit(source.address, source.title)


def _key(place: PartPlace) -> _Key:
    return place.kind, place.steps[0], place.run
