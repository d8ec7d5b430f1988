"""Selecting, copying and dragging in the transcript, which gives its events here.

Text is painted by views that know nothing of each other; one selection goes through all of them.
"""

from collections.abc import Iterator
from typing import Final, Protocol

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.chat.notices import Notice, NoticeKind
from desktop_app.errors import AppError
from desktop_app.interactions.place import Place
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.column import Column
from desktop_app.ui.transcript.copying import (
    Copying,
    mime_of,
    put_primary,
    source_between,
    text_between,
)
from desktop_app.ui.transcript.dragging import Carry, carry
from desktop_app.ui.transcript.mouse import MouseSelecting, Scrolled
from desktop_app.ui.transcript.pointing import Pointing
from desktop_app.ui.transcript.selecting_keys import Extension, wish_of
from desktop_app.ui.transcript.selection import Selection
from desktop_app.ui.transcript.text_walk import TextWalk
from desktop_app.ui.transcript.turn_menu import HasEntries, Target, TurnAction, make_menu
from desktop_app.ui.transcript.turn_parts import Spot
from desktop_app.ui.transcript.turn_view import TurnView

_MARGIN: Final = 24
"""So much is seen above and below the end that the keyboard moves."""

_AT_ONCE: Final = 100
"""Turns whose text is made ready for the middle button, and for a drag."""


class Window(Scrolled, Protocol):
    """The transcript, as far as a selection needs it."""

    def go_to(self, place: Place, /) -> None:
        """Scroll so that a place stands at the upper edge, whatever was there."""
        ...


class Selecting(QObject):
    """Selects by mouse and keyboard, across turns and whatever of them is in sight."""

    noticed = Signal(object)
    """A `Notice` says what could not be done, or what takes its time."""

    def __init__(
        self, theme: Theme, window: Window, column: Column, parent: QObject, start: Carry = carry
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._window = window
        self._start = start
        self._x: int | None = None
        self._others: list[TurnAction] = []
        self.pointing = Pointing(column, window.viewport())
        self.walk = TextWalk(self.pointing)
        self.selection = Selection(self.walk)
        self._copying = Copying(self)
        self._copying.failed.connect(self._warn)
        self._copying.finished.connect(self._say_copied)
        self._slow = False
        self._mouse = MouseSelecting(window, self.pointing, self.selection, self)
        self._mouse.changed.connect(self._show_moved)
        self._mouse.finished.connect(self._offer)
        self._mouse.drag_begun.connect(self._drag)

    # --- what the transcript says -------------------------------------------------------------

    def forget(self) -> None:
        """Other turns are shown: nothing is selected."""
        self._mouse.stop()
        self.selection.forget()
        self.show()

    def follow(self) -> None:
        """Turns have come, changed, or gone."""
        self.selection.follow()
        self.show()

    def show(self) -> None:
        """Paint the selection in all views there are."""
        for view in self.pointing.views:
            self.show_in(view)

    def show_in(self, view: TurnView) -> None:
        """Paint the selection in a view, which may be new."""
        for part, text in view.parts:
            marks = self.selection.within(view.turn.key, part)
            text.set_selection(*(marks or (None, None)))

    def take(self, event: QMouseEvent) -> bool:
        """Take an event of the mouse in the viewport; say whether it was for here."""
        return self._mouse.take(event)

    def _show_moved(self) -> None:
        self._x = None
        self.show()

    # --- the keyboard -------------------------------------------------------------------------

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is for here: without a selection there is nothing to let go of."""
        wish = wish_of(event)
        return wish is not None and (wish != "clear" or self.selection.extent is not None)

    def take_key(self, event: QKeyEvent) -> bool:
        """Take a key; say whether it was for here."""
        try:
            return self._take_key(event)
        except AppError as error:  # the next turn cannot be read
            self._warn(str(error))
            return True

    def _take_key(self, event: QKeyEvent) -> bool:
        wish = wish_of(event)
        match wish:
            case None:
                return False
            case "copy":
                self.copy()
            case "select_all":
                self.select_all()
            case "clear" if self.selection.extent is None:
                return False
            case "clear":
                self.selection.clear()
                self._show_moved()
            case Extension():
                self._extend(wish)
        event.accept()
        return True

    def select_all(self) -> None:
        """Select the whole conversation."""
        self.selection.select_all()
        self._show_moved()
        self._offer()

    def select_turn(self, key: str) -> None:
        """Select a turn."""
        self.selection.select_turn(key)
        self._show_moved()
        self._offer()

    def _extend(self, wish: Extension) -> None:
        if self.selection.caret is None and (begin := self._first_seen()) is not None:
            self.selection.begin(begin)
        caret = self.selection.caret
        if caret is None:
            return
        x = self._x
        match wish.by:
            case "line" | "edge" | "page":
                x = self._extend_in_sight(caret, wish)
            case by:
                x = None
                self.selection.extend_by(by, forward=wish.forward)
        self.show()
        self._reveal()
        self._x = x
        self._offer()

    def _first_seen(self) -> Spot | None:
        """Where the keyboard begins: in the text that has the focus, or at the top."""
        viewport = self._window.viewport()
        focused = QApplication.focusWidget()
        if focused is not None and viewport.isAncestorOf(focused):
            top = focused.mapTo(viewport, QPoint()).y()
            return self.pointing.spot_at(QPoint(0, min(max(top, 0), viewport.height() - 1)))
        return self.pointing.spot_at(QPoint(0, 0))

    def _extend_in_sight(self, caret: Spot, wish: Extension) -> int | None:
        """Go by a line or a page, or to an end of the line; return the column that is kept."""
        self._reveal()
        here = self.pointing.caret(caret)
        if here is None:
            return None
        viewport = self._window.viewport()
        x = here.left() if self._x is None else self._x
        step = 1 if wish.forward else -1
        found: Spot | None
        match wish.by:
            case "edge":
                edge = viewport.width() if wish.forward else 0
                found = self.pointing.spot_at(QPoint(edge, here.center().y()))
            case "page":
                height = viewport.height() - 2 * here.height()
                self._window.scroll_by(step * height)
                y = here.center().y()
                found = self.pointing.spot_at(QPoint(x, min(max(y, 0), viewport.height() - 1)))
                if found == caret:
                    found = self.walk.end() if wish.forward else self.walk.begin()
            case _:
                found = self.pointing.beside(caret, x, step)
        if found is not None:
            self.selection.extend_to(found)
        return None if wish.by == "edge" else x

    def _reveal(self) -> None:
        """Scroll to the end that moves: first to its turn, where that has no view."""
        caret = self.selection.caret
        if caret is None:
            return
        if self.pointing.caret(caret) is None:
            self._window.go_to(Place(caret.turn, caret.part, caret.block))
        rect = self.pointing.caret(caret)
        if rect is None:
            return
        bottom = self._window.viewport().height() - _MARGIN
        if rect.top() < _MARGIN:
            self._window.scroll_by(rect.top() - _MARGIN)
        elif rect.bottom() > bottom:
            self._window.scroll_by(rect.bottom() - bottom)

    # --- what is taken ------------------------------------------------------------------------

    def copy(self) -> None:
        """Copy what is selected as plain text."""
        if (extent := self.selection.extent) is not None:
            self._copy(text_between(self.walk, extent))

    def copy_source(self) -> None:
        """Copy what is selected as the Markdown that was written."""
        if (extent := self.selection.extent) is not None:
            self._copy(source_between(self.walk, extent))

    def _copy(self, pieces: Iterator[str]) -> None:
        self._slow = False
        self._copying.copy(pieces)
        if self._copying.busy:
            self._slow = True
            self._say("Copying. It is a lot of text.", NoticeKind.INFO)

    def _say_copied(self) -> None:
        if self._slow:
            self._say("Copied.", NoticeKind.OK)

    def _warn(self, sentence: str) -> None:
        self._say(sentence, NoticeKind.WARN)

    def _say(self, sentence: str, kind: NoticeKind) -> None:
        self.noticed.emit(Notice(sentence, kind, topic="copying"))

    def _offer(self) -> None:
        """Have what is selected ready for the middle button."""
        if text := self._text_at_once():
            put_primary(text)

    def _drag(self) -> None:
        if text := self._text_at_once():
            self._start(self._window.viewport(), mime_of(text), QPixmap())

    def _text_at_once(self) -> str:
        """What is selected, unless it is so much that nobody would wait for it."""
        extent = self.selection.extent
        if extent is None:
            return ""
        first, last = (self.walk.number_of(spot.turn) for spot in extent)
        if first is None or last is None or last - first >= _AT_ONCE:
            return ""
        try:
            return "".join(text_between(self.walk, extent))
        except AppError:  # a copy of it tells that
            return ""

    # --- the menu -----------------------------------------------------------------------------

    def open_menu(self, event: QContextMenuEvent) -> None:
        """Open the menu where it was asked for: by the mouse, or by a key."""
        viewport = self._window.viewport()
        point = event.pos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            point = self._end_of_keyboard()
        menu = make_menu(self._theme, viewport, self.target_at(point), self, self._others)
        menu.popup(viewport.mapToGlobal(point))

    def offer(self, action: TurnAction) -> None:
        """Have one more entry in the menu of every turn."""
        self._others.append(action)

    def _end_of_keyboard(self) -> QPoint:
        """Where the keyboard is: at the end of the selection, or at the widget with the focus."""
        viewport = self._window.viewport()
        caret = self.selection.caret
        rect = self.pointing.caret(caret) if caret is not None else None
        if rect is not None and viewport.rect().contains(rect.center()):
            return rect.bottomLeft()
        focused = QApplication.focusWidget()
        if focused is not None and viewport.isAncestorOf(focused):
            return focused.mapTo(viewport, focused.rect().center())
        return viewport.rect().center()

    def target_at(self, point: QPoint) -> Target:
        """What is there to be taken at a point."""
        view = self.pointing.view_at(point)
        return Target(
            turn=view.turn if view is not None else None,
            selected=self.selection.extent is not None,
            link=self.pointing.link_at(point),
            code=self.pointing.code_at(point),
            widget=_with_entries(self._window.viewport(), point),
        )


def _with_entries(viewport: QWidget, point: QPoint) -> HasEntries | None:
    """The widget at a point that has entries of its own, itself or around another."""
    widget = viewport.childAt(point)
    while widget is not None and widget is not viewport:
        if isinstance(widget, HasEntries):
            return widget
        widget = widget.parentWidget()
    return None
