"""Chooses the model and thinking level of the turns to come: the only place that does."""

from functools import partial
from math import ceil
from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.interactions.models import Model
from desktop_app.overriding import override
from desktop_app.ui.buttons import ThemedButton
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.menus import Menu
from desktop_app.ui.painting import paint_box
from desktop_app.ui.theme import Theme

LEVEL_WORDS: Final = {
    None: "Model’s default",
    "minimal": "Minimal",
    "low": "Low",
    "medium": "Medium",
    "high": "High",
    "xhigh": "Extra high",
}


def _width(font: QFont, words: str) -> int:
    """In whole pixels and no less than the words take: eliding counts the parts of a pixel."""
    return ceil(QFontMetricsF(font).horizontalAdvance(words))


class ModelButton(ThemedButton):
    """Shows the choice, and opens the menu."""

    chosen = Signal(str, object)
    """The model of this name, and the thinking level, or `None` for the model's own."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._chevron = icon(theme, "chevron-down")
        self._models: list[Model] = []
        self._model = Model("", "")
        self._level: str | None = None
        self.setFixedHeight(32)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self.open_menu)

    def set_choice(self, models: list[Model], model: Model, level: str | None) -> None:
        """Show what is chosen, and what there is to choose from."""
        self._models = models
        self._model = model
        self._level = level if level in model.thinking_levels else None
        words = LEVEL_WORDS.get(self._level, "")
        self.setAccessibleName(f"Model {model.display_name}, thinking level {words}")
        self.setToolTip("Model and thinking level")
        self.updateGeometry()
        self.update()

    @property
    def _level_words(self) -> str:
        return LEVEL_WORDS.get(self._level, "") if self._level else ""

    @override
    def sizeHint(self) -> QSize:
        """Room for both words and the chevron."""
        model = _width(self.theme.font(13, 500), self._model.display_name)
        level = _width(self.theme.font(13), self._level_words)
        return QSize(8 + model + (8 + level if level else 0) + 6 + 16 + 8, 32)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint surface, words and chevron."""
        painter = QPainter(self)
        color = self.theme.color
        if self.isDown() or self.hovered:
            paint_box(painter, self.rect(), 8, color("pressed" if self.isDown() else "hover"))
        painter.setFont(self.theme.font(13, 500))
        painter.setPen(color("text"))
        name = self._model.display_name
        level = self._level_words
        room = self.width() - 38
        if level:
            room -= 8 + _width(self.theme.font(13), level)
        name = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(8, 0, room + 4, 32), middle, name)
        left = 8 + painter.fontMetrics().horizontalAdvance(name)
        if level:
            painter.setFont(self.theme.font(13))
            painter.setPen(color("quiet"))
            painter.drawText(QRectF(left + 8, 0, self.width(), 32), middle, level)
        paint_icon(painter, self._chevron, self.width() - 24, 8, 16, active=self.hovered)
        self.paint_focus(painter)

    def open_menu(self) -> None:
        """Offer the models, and the levels that the chosen one takes."""
        menu = Menu(self.theme, self)
        names = [model.name for model in self._models]
        if self._model.name and self._model.name not in names:
            self._add_model(menu, self._model)
        for model in self._models:
            self._add_model(menu, model)
        if self._model.thinking_levels:
            menu.addSeparator()
            for level in (None, *self._model.thinking_levels):
                words = f"Thinking: {LEVEL_WORDS.get(level, str(level)).lower()}"
                menu.add(
                    words,
                    partial(self.chosen.emit, self._model.name, level),
                    checked=level == self._level,
                )
        size = menu.sizeHint()
        corner = self.mapToGlobal(QPoint(self.width() - size.width(), -size.height() - 6))
        menu.popup(corner)

    def _add_model(self, menu: Menu, model: Model) -> None:
        level = self._level if self._level in model.thinking_levels else None
        menu.add(
            model.display_name,
            partial(self.chosen.emit, model.name, level),
            checked=model.name == self._model.name,
        )
