"""The menu of the transcript: what can be taken from where it was opened, and no more than that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget

from desktop_app.interactions.interaction import Interaction
from desktop_app.ui.menus import Menu
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.copying import answer_source, put_text, turn_source


@runtime_checkable
class HasEntries(Protocol):
    """A widget in a turn that has entries of its own, as a picture that can be saved."""

    def add_entries(self, menu: Menu, /) -> None:
        """Add them."""
        ...


class Taking(Protocol):
    """What copies and selects."""

    def copy(self) -> None:
        """Copy what is selected as plain text."""
        ...

    def copy_source(self) -> None:
        """Copy what is selected as the Markdown that was written."""
        ...

    def select_turn(self, key: str, /) -> None:
        """Select a turn."""
        ...

    def select_all(self) -> None:
        """Select the whole conversation."""
        ...


@dataclass(frozen=True)
class TurnAction:
    """What somebody else can do with a turn, which is named by its key."""

    words: str
    icon_name: str
    act: Callable[[str], object]


@dataclass(frozen=True)
class Target:
    """What is under the pointer. `code` is that of a whole block."""

    turn: Interaction | None = None
    selected: bool = False
    link: str = ""
    code: str = ""
    widget: HasEntries | None = None


def make_menu(
    theme: Theme,
    parent: QWidget,
    target: Target,
    taking: Taking,
    others: Sequence[TurnAction] = (),
) -> Menu:
    """Make the menu; its owner opens it. `others` follow what can be copied of a turn."""
    menu = Menu(theme, parent)
    if target.selected:
        menu.add("Copy", taking.copy, icon_name="copy", shortcut="Ctrl+C")
        menu.add("Copy as Markdown", taking.copy_source, icon_name="file-text")
    if target.link:
        menu.add("Copy link", partial(put_text, target.link), icon_name="link-2")
    if target.code:
        menu.add("Copy code", partial(put_text, target.code), icon_name="code-xml")
    if target.widget is not None:
        target.widget.add_entries(menu)
    if target.turn is not None:
        _add_turn(menu, target.turn, others)
    if menu.actions():
        menu.addSeparator()
    if target.turn is not None:
        menu.add("Select turn", partial(taking.select_turn, target.turn.key))
    menu.add("Select all", taking.select_all, shortcut="Ctrl+A")
    return menu


def _add_turn(menu: Menu, turn: Interaction, others: Sequence[TurnAction]) -> None:
    answer, whole = answer_source(turn), turn_source(turn)
    if not whole:
        return  # there is nothing in it yet
    if menu.actions():
        menu.addSeparator()
    if answer:
        menu.add("Copy answer", partial(put_text, answer), icon_name="copy")
    menu.add("Copy turn as Markdown", partial(put_text, whole), icon_name="file-text")
    for other in others:
        menu.add(other.words, partial(other.act, turn.key), icon_name=other.icon_name)
