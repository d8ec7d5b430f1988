"""What a screen reader finds in a text that we paint: headings, paragraphs, code, links, as a tree.

Nothing of it is made before a reader asks. Qt keeps what it was given by number and forgets it
when it is told to: a reader that comes back with the number of something that has gone is told
so. All words go by names, for a text interface or attributes made in Python end the program
(PySide 6.11.3 looks for the type of what `interface_cast` returns, and crashes).
"""

import weakref
from collections.abc import Sequence
from functools import partial
from typing import Final, TypeAlias

import shiboken6
from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleInterface, QWindow
from PySide6.QtWidgets import QAccessibleWidget

from desktop_app.markdown.blocks import Block
from desktop_app.markdown.stretches import joint, text_of
from desktop_app.overriding import override
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.spoken import Spoken, spoken_of

Path: TypeAlias = tuple[int, ...]
"""The way to a thing: its number in the text, then in the thing that it is a part of."""

_LONGEST_NAME: Final = 2000
"""Characters of a whole text that its name holds; the things in it have all of them."""


class BlocksInterface(QAccessibleWidget):
    """A text: a section whose children are what it consists of, then its buttons."""

    def __init__(self, view: BlocksView) -> None:
        super().__init__(view, QAccessible.Role.Section)
        self._view = weakref.ref(view)
        self._blocks: tuple[Block, ...] = ()
        self._things: list[tuple[int, Spoken]] = []
        self._said: dict[int, tuple[Block, tuple[Spoken, ...]]] = {}
        self._nodes: dict[Path, _Node] = {}
        self._numbers: list[int] = []
        view.destroyed.connect(partial(_forget, self._numbers, self._nodes))

    # --- what there is ------------------------------------------------------------------------

    @property
    def view(self) -> BlocksView | None:
        """The view, as long as there is one."""
        view = self._view()
        return view if view is not None and shiboken6.isValid(view) else None

    def things(self) -> Sequence[tuple[int, Spoken]]:
        """What the text consists of by now, each with the number of its block."""
        view = self.view
        blocks = view.blocks if view is not None else ()
        if blocks != self._blocks:
            self._blocks = blocks
            said: dict[int, tuple[Block, tuple[Spoken, ...]]] = {}
            for number, block in enumerate(blocks):
                known = self._said.get(number)
                same = known is not None and known[0] is block
                said[number] = known if known is not None and same else (block, spoken_of(block))
            self._said = said
            self._things = [(number, thing) for number in said for thing in said[number][1]]
        return self._things

    def thing(self, path: Path) -> tuple[int, Spoken] | None:
        """The thing at a path, with the number of its block."""
        things = self.things()
        first, *rest = path
        if first >= len(things):
            return None
        number, thing = things[first]
        for part in rest:
            if part >= len(thing.parts):
                return None
            thing = thing.parts[part]
        return number, thing

    def node(self, path: Path) -> "_Node | None":
        """What stands for the thing at a path."""
        if self.thing(path) is None:
            return None
        if path not in self._nodes:
            node = self._nodes[path] = _Node(self, path)
            self._numbers.append(QAccessible.registerAccessibleInterface(node))
        return self._nodes[path]

    # --- for Qt -------------------------------------------------------------------------------

    @override
    def text(self, t: QAccessible.Text) -> str:
        """Whose text it is, and how it begins."""
        view = self.view
        if t != QAccessible.Text.Name or view is None:
            return super().text(t)
        words = _beginning(view.blocks)
        return f"{view.name}: {words}" if words else view.name

    @override
    def childCount(self) -> int:
        """How many things there are, and buttons."""
        return len(self.things()) + super().childCount()

    @override
    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override] - Qt wants none where there is none
        """A thing, or a button."""
        count = len(self.things())
        return self.node((index,)) if 0 <= index < count else super().child(index - count)

    @override
    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Which child it is."""
        if isinstance(child, _Node):
            return child.path[0] if len(child.path) == 1 else -1
        index = super().indexOfChild(child)
        return index + len(self.things()) if index >= 0 else -1

    @override
    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override] - Qt wants none where there is none
        """The thing at a place on the screen."""
        for first, (number, _) in enumerate(self.things()):
            if self.rect_of_block(number).contains(x, y):
                node = self.node((first,))
                if node is not None and node.rect().contains(x, y):
                    return node
        return None

    # --- places -------------------------------------------------------------------------------

    def rect_of_block(self, number: int) -> QRect:
        """Where a block is on the screen; it may never have been laid out."""
        view = self.view
        if view is None:
            return QRect()
        rect = QRect(0, view.top_of(number), view.width(), view.height_of(number))
        return rect.translated(view.mapToGlobal(QPoint(0, 0)))

    def rect_of(self, number: int, thing: Spoken) -> QRect:
        """Where a thing is on the screen: exactly if its block is near the window."""
        view = self.view
        if view is None:
            return QRect()
        top = view.top_of(number)
        if not view.flow.is_laid_out(top, top + view.height_of(number)):
            return self.rect_of_block(number)
        whole = QRectF()
        for rect in view.rects_of(number, thing.begin, thing.end):
            whole = whole.united(rect)
        if whole.isEmpty():
            return self.rect_of_block(number)
        return whole.toAlignedRect().translated(view.mapToGlobal(QPoint(0, 0)))


def _beginning(blocks: Sequence[Block]) -> str:
    words = ""
    before: Block | None = None
    for block in blocks:
        words += (joint(before, block) if before is not None else "") + text_of(block)
        if len(words) > _LONGEST_NAME:
            return f"{words[:_LONGEST_NAME]} …"
        before = block
    return words


class _Node(QAccessibleInterface):
    """Stands for one thing. It says what is at its path now, also when the text has grown."""

    def __init__(self, root: BlocksInterface, path: Path) -> None:
        super().__init__()
        self._root = root
        self.path = path

    def _found(self) -> tuple[int, Spoken] | None:
        return self._root.thing(self.path)

    @override
    def isValid(self) -> bool:
        """Whether there is such a thing still."""
        return self._found() is not None

    @override
    def object(self) -> None:  # type: ignore[override] - there is none
        """It is no object of Qt's."""

    @override
    def window(self) -> QWindow | None:  # type: ignore[override] - a view may have none
        """The window it is in."""
        view = self._root.view
        return view.window().windowHandle() if view is not None else None

    @override
    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override] - a view may have gone
        """The text, or the thing that it is a part of."""
        if len(self.path) > 1:
            return self._root.node(self.path[:-1])
        return self._root if self._root.view is not None else None

    @override
    def childCount(self) -> int:
        """How many parts it has."""
        found = self._found()
        return len(found[1].parts) if found is not None else 0

    @override
    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override] - Qt wants none where there is none
        """A part of it."""
        return self._root.node((*self.path, index)) if index >= 0 else None

    @override
    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Which of its parts it is."""
        is_part = isinstance(child, _Node) and child.path[:-1] == self.path
        return child.path[-1] if isinstance(child, _Node) and is_part else -1

    @override
    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override] - Qt wants none where there is none
        """The part of it at a place on the screen."""
        for number in range(self.childCount()):
            part = self.child(number)
            if part is not None and part.rect().contains(x, y):
                return part
        return None

    @override
    def role(self) -> QAccessible.Role:
        """What it is."""
        found = self._found()
        return found[1].role if found is not None else QAccessible.Role.NoRole

    @override
    def state(self) -> QAccessible.State:
        """It is read only, and seen where the text is."""
        state = QAccessible.State()
        view = self._root.view
        found = self._found()
        state.readOnly = True
        state.invisible = view is None or found is None or not view.isVisible()
        state.linked = found is not None and found[1].role == QAccessible.Role.Link
        return state

    @override
    def rect(self) -> QRect:
        """Where it is on the screen."""
        found = self._found()
        return self._root.rect_of(*found) if found is not None else QRect()

    @override
    def text(self, t: QAccessible.Text) -> str:
        """Its words, or what there is to say of it."""
        found = self._found()
        if found is None:
            return ""
        match t:
            case QAccessible.Text.Name:
                return found[1].name
            case QAccessible.Text.Description:
                return found[1].description
            case _:
                return ""

    @override
    def setText(self, t: QAccessible.Text, text: str) -> None:
        """It is only read."""


def _forget(numbers: list[int], nodes: dict[Path, _Node]) -> None:
    """Have Qt delete what stands for the things of a view that has gone."""
    for number in numbers:
        QAccessible.deleteAccessibleInterface(number)
    numbers.clear()
    nodes.clear()
