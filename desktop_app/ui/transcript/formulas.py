"""Formulas by their source: how large they are, and how they are painted.

What has not been set yet has no size; who asks is told by `rendered` when it has.
"""

import re
from collections import OrderedDict
from itertools import islice
from typing import Final

from PySide6.QtCore import QObject, QPointF, QTimer, Signal
from PySide6.QtGui import QPainter, QPainterPath

from desktop_app.chat.typesetting import FormulaKey, Typeset, Typesetter
from desktop_app.formulas.picture import Picture
from desktop_app.ui.transcript.formula_rasters import Rasters, is_plain
from desktop_app.ui.transcript.formula_shapes import SCALE, Outlines, paint_formula
from desktop_app.values import value_class

_PICTURES: Final = 3000
_ELEMENTS: Final = 60_000
"""Points of all shapes that are kept put together: about 1.5 MB."""

_COMMAND: Final = re.compile(r"\\(?:begin|end|text\w*)\s*\{|\\[a-zA-Z]+|[{}^_\s]+")
_HIGH: Final = re.compile(r"\\(?:d?frac|sum|prod|int|binom)")
_TELL_MS: Final = 40
"""How long formulas that are done wait for others, so that a text is laid out once for many."""

_AT_ONCE: Final = 16
"""So many are told of at a time: to paint one for the first time takes half a millisecond."""


@value_class
class FormulaSize:
    """The room that a formula takes, in pixels; above and below the baseline."""

    width: float
    ascent: float
    descent: float


def guess_size(source: str, display: bool, pixel_size: int) -> FormulaSize:
    """Guess the room of a formula that is being set, so that little moves when it is there."""
    em = pixel_size * SCALE
    rows = max(_row_length(row) for row in source.split(r"\\"))
    high = _HIGH.search(source) is not None and display
    lines = source.count(r"\\") + 1
    height = em * (0.8 * high + 1.3 * lines)
    return FormulaSize(max(1, rows) * em * 0.5, height / 2 + em * 0.25, height / 2 - em * 0.25)


def _row_length(row: str) -> int:
    return len(_COMMAND.sub("x", row))


class Formulas(QObject):
    """All formulas of the transcript. Without a `typesetter` none is ever set."""

    rendered = Signal(object)
    """These formulas are set, or cannot be: a frozenset of `FormulaKey`."""

    def __init__(self, typesetter: Typesetter | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._typesetter = typesetter
        self._pictures: OrderedDict[FormulaKey, Picture | None] = OrderedDict()
        self._shapes: OrderedDict[FormulaKey, QPainterPath] = OrderedDict()
        self._elements = 0
        self._outlines = Outlines()
        self._rasters = Rasters()
        self._asked: set[FormulaKey] = set()
        self._done: set[FormulaKey] = set()
        self._tell = QTimer(self)
        self._tell.setObjectName("tell of formulas")
        self._tell.setSingleShot(True)
        self._tell.timeout.connect(self._tell_rendered)
        if typesetter is not None:
            typesetter.typeset.connect(self._take)

    @property
    def is_waiting(self) -> bool:
        """Whether a formula that was asked for is neither set nor given up."""
        return bool(self._asked or self._done)

    def size_of(self, source: str, display: bool, pixel_size: int) -> FormulaSize | None:
        """Say how large a formula is in a text of this size; `None`: not yet, or never."""
        key = (source, display)
        picture = self._find(key)
        if picture is None or key in self._done:  # nobody is to know before all know
            return None
        em = pixel_size * SCALE
        return FormulaSize(picture.width * em, picture.ascent * em, picture.descent * em)

    def has_failed(self, source: str, display: bool) -> bool:
        """Say whether a formula cannot be set: its source is shown for good."""
        key = (source, display)
        if self._typesetter is None:
            return True
        return key not in self._done and key in self._pictures and self._pictures[key] is None

    def paint(
        self, painter: QPainter, at: QPointF, source: str, display: bool, pixel_size: int
    ) -> None:
        """Paint a formula in the pen's colour; `at` is the left end of its baseline.

        One that is not set any more leaves its room empty until `rendered` says that it is.
        """
        key = (source, display)
        picture = self._find(key)
        if picture is None:
            return
        em = pixel_size * SCALE
        if is_plain(painter):
            self._rasters.paint(painter, at, key, picture, self._shape(key, picture), em)
        else:
            paint_formula(painter, at, picture, self._shape(key, picture), em)

    def _find(self, key: FormulaKey) -> Picture | None:
        if key in self._pictures:
            self._pictures.move_to_end(key)
            return self._pictures[key]
        if self._typesetter is not None and key not in self._asked:
            self._asked.add(key)
            self._typesetter.ask(key)
        return None

    def _shape(self, key: FormulaKey, picture: Picture) -> QPainterPath:
        known = self._shapes.get(key)
        if known is not None:
            self._shapes.move_to_end(key)
            return known
        shape = self._outlines.shape(picture)
        self._shapes[key] = shape
        self._elements += shape.elementCount()
        while self._elements > _ELEMENTS and len(self._shapes) > 1:
            _, dropped = self._shapes.popitem(last=False)
            self._elements -= dropped.elementCount()
        return shape

    def _take(self, answer: Typeset) -> None:
        self._outlines.learn(answer.outlines)
        self._asked.discard(answer.key)
        self._pictures[answer.key] = answer.picture
        if len(self._pictures) > _PICTURES:
            self._pictures.popitem(last=False)
        self._done.add(answer.key)
        if not self._asked:
            self._tell.start(0)
        elif not self._tell.isActive():
            self._tell.start(_TELL_MS)

    def _tell_rendered(self) -> None:
        done = frozenset(islice(self._done, _AT_ONCE))
        self._done -= done
        if self._done:
            self._tell.start(_TELL_MS)
        self.rendered.emit(done)
