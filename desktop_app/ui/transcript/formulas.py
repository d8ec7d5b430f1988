"""Formulas by their source: how large they are, and how they are painted.

What has not been set yet has no size; who asks is told by `rendered` when it has.
"""

from collections import OrderedDict
from typing import Final

from PySide6.QtCore import QObject, QPointF, QTimer, Signal
from PySide6.QtGui import QPainter, QPainterPath

from desktop_app.chat.typesetting import FormulaKey, Typeset, Typesetter
from desktop_app.formulas.picture import Picture
from desktop_app.ui.transcript.formula_shapes import SCALE, Outlines, paint_formula
from desktop_app.values import value_class

_PICTURES: Final = 3000
_ELEMENTS: Final = 150_000
"""Points of all shapes that are kept put together: about 4 MB."""

_TELL_MS: Final = 15
"""How long formulas that are done wait for others, so that a text is laid out once for many."""


@value_class
class FormulaSize:
    """The room that a formula takes, in pixels; above and below the baseline."""

    width: float
    ascent: float
    descent: float


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
        self._asked: set[FormulaKey] = set()
        self._done: set[FormulaKey] = set()
        self._tell = QTimer(self)
        self._tell.setObjectName("tell of formulas")
        self._tell.setSingleShot(True)
        self._tell.setInterval(_TELL_MS)
        self._tell.timeout.connect(self._tell_rendered)
        if typesetter is not None:
            typesetter.typeset.connect(self._take)

    @property
    def is_waiting(self) -> bool:
        """Whether a formula that was asked for is neither set nor given up."""
        return bool(self._asked or self._done)

    def size_of(self, source: str, display: bool, pixel_size: int) -> FormulaSize | None:
        """Say how large a formula is in a text of this size; `None`: not yet, or never."""
        picture = self._find((source, display))
        if picture is None:
            return None
        em = pixel_size * SCALE
        return FormulaSize(picture.width * em, picture.ascent * em, picture.descent * em)

    def has_failed(self, source: str, display: bool) -> bool:
        """Say whether a formula cannot be set: its source is shown for good."""
        key = (source, display)
        return key in self._pictures and self._pictures[key] is None

    def paint(
        self, painter: QPainter, at: QPointF, source: str, display: bool, pixel_size: int
    ) -> None:
        """Paint a formula in the pen's colour; `at` is the left end of its baseline.

        One that is not set any more leaves its room empty until `rendered` says that it is.
        """
        key = (source, display)
        picture = self._find(key)
        if picture is not None:
            shape = self._shape(key, picture)
            paint_formula(painter, at, picture, shape, pixel_size * SCALE)

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
        if not self._tell.isActive():
            self._tell.start()

    def _tell_rendered(self) -> None:
        done = frozenset(self._done)
        self._done.clear()
        self.rendered.emit(done)
