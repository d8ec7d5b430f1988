"""Text that is read, selected and copied, but not written: as high as it needs to be."""

from functools import partial
from typing import cast

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPalette,
    QTextBlock,
    QTextCursor,
    QTextOption,
    QTextTable,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from desktop_app.overriding import override
from desktop_app.ui.menus import Menu
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.copying import plain_copy
from desktop_app.ui.transcript.document import LIST_INDENT, Mark
from desktop_app.ui.transcript.scrolling import turn_step
from desktop_app.ui.transcript.tables import goes_on


def selected_text(cursor: QTextCursor) -> str:
    """What is selected, with the markers of items, and tabs between the cells of a row."""
    begin, end = cursor.selectionStart(), cursor.selectionEnd()
    parts: list[str] = []
    row: tuple[int, int] | None = None
    block = cursor.document().findBlock(begin)
    while block.isValid() and block.position() <= end and begin < end:
        first = max(begin, block.position())
        text = block.text()[first - block.position() : end - block.position()]
        marker = block.blockFormat().stringProperty(Mark.MARKER)
        if marker and first == block.position():
            depth = max(0, round(block.blockFormat().leftMargin() / LIST_INDENT) - 1)
            text = f"{'  ' * depth}{marker} {text}"
        here = _row_of(block)
        if not text and row is not None and _begins_piece(block.next()):
            block = block.next()  # what stands between two pieces of a table
            continue
        if parts:
            parts.append("\t" if here is not None and here == row else "\n")
        parts.append(text)
        row = here
        block = block.next()
    return "".join(parts)


def _begins_piece(block: QTextBlock) -> bool:
    """Whether a table begins in a block that goes on with the one above."""
    table = cast("QTextTable | None", QTextCursor(block).currentTable())
    return table is not None and goes_on(table)


def _row_of(block: QTextBlock) -> tuple[int, int] | None:
    cursor = QTextCursor(block)
    table = cast("QTextTable | None", cursor.currentTable())
    if table is None:
        return None
    return table.firstPosition(), table.cellAt(cursor).row()


class TextView(QTextBrowser):
    """A document on screen. It loads nothing, opens nothing, and copies plain text only."""

    link_clicked = Signal(str, str)
    """A link is to be opened: its address, and the text that stands for it."""

    height_changed = Signal()
    """The text needs another height."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.name = name
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.viewport().setAutoFillBackground(False)
        self.setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        self.setMinimumSize(QSize(0, 0))
        self.setCursorWidth(0)  # it is read, not written
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.anchorClicked.connect(self._click)
        self._paint_palette()
        theme.changed.connect(self._paint_palette)

    def read_out(self) -> None:
        """Tell a reader the text: to Qt it is a label, of which only the name is said."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        words = f"{self.name}: {selected_text(cursor)}"
        if words != self.accessibleName():
            self.setAccessibleName(words)

    def _paint_palette(self) -> None:
        # Without a colour of its own, selected text keeps the colours it has.
        palette = self.palette()
        palette.setBrush(QPalette.ColorRole.HighlightedText, Qt.BrushStyle.NoBrush)
        palette.setColor(QPalette.ColorRole.Highlight, self.theme.color("selection"))
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        palette.setColor(QPalette.ColorRole.Text, self.theme.color("text"))
        self.setPalette(palette)

    # --- size ---------------------------------------------------------------------------------

    @property
    def space_below(self) -> float:
        """What is painted below the last line, in pixels."""
        return 0.0

    def fit(self, width: int) -> int:
        """Lay the text out in a width; return and take the height it needs, in pixels."""
        if self.width() != width:
            self.resize(width, max(1, self.height()))
        if self.viewport().width() != width:
            # Qt lays out in the viewport's width, which a hidden view gets only when it is shown.
            self.viewport().resize(width, self.viewport().height())
        if self.document().textWidth() != width:  # Qt lays all out anew also for the same width
            self.document().setTextWidth(width)
        height = max(1, round(self.document().size().height() + self.space_below + 0.49))
        if self.height() != height:
            self.resize(width, height)
        return height

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the transcript scroll."""
        event.ignore()

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Never scroll inside: all of the text is in sight."""

    # --- links and copies ---------------------------------------------------------------------

    @override
    def loadResource(self, type: int, name: QUrl | str) -> object:
        """Load nothing, whatever the text names."""
        return None

    def _click(self, url: QUrl) -> None:
        self.link_clicked.emit(url.toString(), self._text_of_link(url))

    def _text_of_link(self, url: QUrl) -> str:
        block = self.document().begin()
        while block.isValid():
            text = _link_in(block, url.toString())
            if text:
                return text
            block = block.next()
        return ""

    @override
    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy plain text only: formats would carry colours and hidden characters along."""
        data = QMimeData()
        data.setText(plain_copy(selected_text(self.textCursor())))
        return data

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave scrolling keys to the transcript."""
        if event.matches(QKeySequence.StandardKey.Cancel) and self.textCursor().hasSelection():
            self.clear_selection()
            return
        scrolling = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if turn_step(event) or (event.key() in scrolling and not shift):
            event.ignore()
            return
        super().keyPressEvent(event)

    def clear_selection(self) -> None:
        """Select nothing."""
        cursor = self.textCursor()
        cursor.clearSelection()
        self.setTextCursor(cursor)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy."""
        self.open_menu(event.globalPos(), self.anchorAt(event.pos()))

    def open_menu(self, at: QPoint, link: str) -> None:
        """Show the menu of the text; `link` is the address under the pointer, or empty."""
        menu = Menu(self.theme, self)
        copy = menu.add("Copy", self.copy, icon_name="copy", shortcut="Ctrl+C")
        copy.setEnabled(self.textCursor().hasSelection())
        if link:
            menu.add("Copy link", partial(_copy_text, link), icon_name="link-2")
        menu.add("Select all", self.selectAll, shortcut="Ctrl+A")
        menu.popup(at)


def _copy_text(text: str) -> None:
    QGuiApplication.clipboard().setText(plain_copy(text))


def _link_in(block: QTextBlock, address: str) -> str:
    cursor = QTextCursor(block)
    text = ""
    while cursor.block() == block and not cursor.atBlockEnd():
        cursor.movePosition(QTextCursor.MoveOperation.NextCharacter)
        if cursor.charFormat().anchorHref() == address:
            text += block.text()[cursor.positionInBlock() - 1]
        elif text:
            break
    return text
