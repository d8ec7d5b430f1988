"""Shows Markdown that grows: settled blocks stay, only the open one is written anew."""

from typing import Final

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.markdown.blocks import Block
from desktop_app.markdown.stream import MarkdownStream
from desktop_app.overriding import override
from desktop_app.ui.buttons import Button
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.decorations import Decorations
from desktop_app.ui.transcript.document import CODE_HEAD, DocumentWriter
from desktop_app.ui.transcript.text_view import TextView, plain_copy

_COPY_HEIGHT: Final = 28


class AnswerView(TextView):
    """The text of one `model_output` step, or of a thought's summary.

    `ink` is the colour token of plain text, `base_size` its size in pixels at 100 %.
    """

    def __init__(
        self,
        theme: Theme,
        name: str,
        parent: QWidget | None = None,
        ink: str = "text",
        base_size: int = 14,
    ) -> None:
        super().__init__(theme, name, parent)
        self._ink = ink
        self._base_size = base_size
        self._stream = MarkdownStream()
        self._settled: list[Block] = []
        self._open: tuple[Block, ...] = ()
        self._decorations = Decorations(self.document(), theme)
        self._buttons: list[Button] = []
        self._begin()
        theme.changed.connect(self._restyle)
        theme.colouring.loaded.connect(self._colour)

    @property
    def markdown_text(self) -> str:
        """The Markdown as it came."""
        return self._stream.text

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        return [self, *self._buttons]

    # --- text ---------------------------------------------------------------------------------

    def show_text(self, text: str) -> bool:
        """Show a text that goes on from the one shown; say whether anything has changed."""
        shown = self._stream.text
        if text == shown:
            return False
        if not text.startswith(shown):
            self._stream = MarkdownStream()
            self._settled.clear()
            self._begin()
            shown = ""
        self._feed(text[len(shown) :])
        return True

    def finish(self) -> None:
        """The text is whole: mend what a late link definition has changed."""
        self._mend(self._stream.finish().mended)
        self.read_out()

    def _feed(self, piece: str) -> None:
        update = self._stream.feed(piece)
        self._mend(update.mended)
        self._writer.take_back(self._mark)
        if update.settled:
            self._writer.write(update.settled)
            self._settled.extend(update.settled)
            self._mark = self._writer.position()
        self._writer.write(update.open)
        self._open = update.open
        self._changed()

    def _mend(self, mended: dict[int, Block]) -> None:
        """Show settled blocks whose links or footnotes have been defined since."""
        if mended:
            for number, block in mended.items():
                self._settled[number] = block
            self._begin()
            self._write_all()

    def _restyle(self) -> None:
        self._begin()
        self._write_all()

    def _colour(self, language: str) -> None:
        self._writer.colour(language)
        self.viewport().update()

    def _begin(self) -> None:
        self.document().clear()
        size = round(self.theme.body_size() * self._base_size / 14)
        self._writer = DocumentWriter(self.document(), self.theme, size, self._ink)
        self._mark = self._writer.position()
        self._decorations.forget()

    def _write_all(self) -> None:
        self._writer.write(tuple(self._settled))
        self._mark = self._writer.position()
        self._writer.write(self._open)
        self._changed()
        self.height_changed.emit()

    def _changed(self) -> None:
        self._decorations.note_change(self._mark.at)
        self.viewport().update()

    # --- pixels -------------------------------------------------------------------------------

    @property
    def _scale(self) -> float:
        return self.theme.body_size() * self._base_size / 14 / 14

    @property
    @override
    def space_below(self) -> float:
        """The foot of a card of code."""
        return self._writer.space_below

    @override
    def fit(self, width: int) -> int:
        """Lay out in a width, and put the copy buttons where the cards are."""
        changed = width != self.width()
        height = super().fit(width)
        if changed:
            self._decorations.forget()
        self._place_buttons()
        return height

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the decorations, then the text over them."""
        painter = QPainter(self.viewport())
        visible = QRectF(event.rect())
        self._decorations.paint(painter, visible, self.width(), self._scale)
        painter.end()
        super().paintEvent(event)

    def _place_buttons(self) -> None:
        cards = self._decorations.cards(self.width(), self._scale)
        while len(self._buttons) < len(cards):
            button = Button(self.theme, "Copy", "quiet", "copy", self.viewport())
            button.setFixedHeight(_COPY_HEIGHT)
            button.setAccessibleName("Copy code")
            button.clicked.connect(self._copy_code)
            self._buttons.append(button)
        for number, button in enumerate(self._buttons):
            if number >= len(cards):
                button.hide()
                continue
            rect = cards[number].rect
            width = button.sizeHint().width()
            top = rect.top() + (CODE_HEAD - _COPY_HEIGHT) / 2
            button.resize(width, _COPY_HEIGHT)
            button.move(QPoint(round(rect.right() - width - 4), round(top)))
            button.setProperty("block", cards[number].block)
            button.show()

    def _copy_code(self) -> None:
        button = self.sender()
        if isinstance(button, Button):
            block = self.document().findBlockByNumber(int(button.property("block")))
            QGuiApplication.clipboard().setText(plain_copy(block.text()))
