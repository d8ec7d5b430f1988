"""The composer: one rounded card with attachments, text, and a row of buttons."""

from typing import Final

from PySide6.QtCore import QMimeData, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop_app.chat.attaching import Copying, Refusal
from desktop_app.interactions.content import AttachmentContent
from desktop_app.interactions.models import Model
from desktop_app.overriding import override
from desktop_app.ui.announcing import announce
from desktop_app.ui.buttons import IconButton
from desktop_app.ui.composer.attachment_strip import AttachmentStrip, ThumbnailSource
from desktop_app.ui.composer.message_edit import MessageEdit
from desktop_app.ui.composer.model_button import ModelButton
from desktop_app.ui.composer.send_button import SendButton
from desktop_app.ui.painting import Shadow, paint_box
from desktop_app.ui.theme import Theme

OVERHANG: Final = 16
"""The card is so much wider than the column on each side, so that typed text stands under it."""

BOTTOM: Final = 16
RADIUS: Final = 14
_TOP: Final = 12
_ROW: Final = 32
_GAP: Final = 8
_LOW: Final = 2
"""Text stands at the foot of a line of fixed height, so much below its middle."""

_TEXT_SHARE: Final = 0.4
_DRAFT_MS: Final = 500


class Composer(QWidget):
    """Takes the next input; the text stays until its owner says that it was committed."""

    submitted = Signal(str)
    """This text, and what is attached, is to be sent."""

    stopped = Signal()
    """The answer that is coming in is to be stopped."""

    draft_changed = Signal(str)
    """This text is to be kept."""

    attach_requested = Signal()
    """Files are to be picked."""

    pasted = Signal(object)
    """Something to attach was pasted: the `QMimeData`."""

    detached = Signal(str)
    """The attachment of this digest is to be taken out."""

    model_chosen = Signal(str, object)
    """The model of this name, and a thinking level or `None`."""

    copy_stopped = Signal(int)
    """The copy of this number is to be stopped."""

    submit_refused = Signal()
    """Something was to be sent while nothing can be."""

    height_changed = Signal()
    """It needs another height."""

    def __init__(self, theme: Theme, thumbnail: ThumbnailSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._busy = False
        self._blocked = ""  # why nothing can be sent
        self._working = 0
        self._showing = False  # what is shown is not what is typed
        self._attachments: tuple[AttachmentContent, ...] = ()
        self._shadow: Shadow | None = None
        self.setAccessibleName("Composer")
        self.strip = AttachmentStrip(theme, thumbnail, self)
        self.edit = MessageEdit(theme, self)
        self._attach = IconButton(theme, "paperclip", "Attach files (Ctrl+Shift+A)", 32, self)
        self.model = ModelButton(theme, self)
        self._send = SendButton(theme, self)
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(_DRAFT_MS)
        self._draft_timer.timeout.connect(self.flush_draft)
        self._connect()
        self.setFocusProxy(self.edit)
        self.edit.installEventFilter(self)
        theme.changed.connect(self._restyle)
        self._update_button()

    def _connect(self) -> None:
        self.strip.removed.connect(self.detached)
        self.strip.copy_stopped.connect(self.copy_stopped)
        self.strip.height_changed.connect(self.height_changed)
        self.edit.submitted.connect(self.submit)
        self.edit.pasted.connect(self._paste)
        self.edit.height_changed.connect(self.height_changed)
        self.edit.textChanged.connect(self._text_changed)
        self._attach.clicked.connect(self.attach_requested)
        self.model.chosen.connect(self.model_chosen)
        self._send.clicked.connect(self._press)

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        return [*self.strip.stops, self.edit, self._attach, self.model, self._send]

    # --- what it shows ------------------------------------------------------------------------

    def show_draft(self, text: str, attachments: tuple[AttachmentContent, ...]) -> None:
        """Show what was written before; what is being written now is its owner's to keep first."""
        self._draft_timer.stop()
        self._showing = True
        self.edit.set_text(text)
        self._showing = False
        self.strip.clear_refusals()
        self.set_attachments(attachments)
        self.height_changed.emit()

    def set_attachments(self, attachments: tuple[AttachmentContent, ...]) -> None:
        """Show what is attached."""
        self._attachments = attachments
        self.strip.set_attachments(attachments)
        self._update_button()

    def set_working(self, count: int) -> None:
        """Show that files are being copied; nothing is sent before they are."""
        self._working = count
        self.strip.set_working(count)
        self._update_button()

    def set_copying(self, copying: Copying | None) -> None:
        """Show how far a long copy is."""
        self.strip.set_copying(copying)

    def show_refusal(self, refusal: Refusal) -> None:
        """Say what was not attached, and why."""
        self.strip.show_refusal(refusal)

    def set_busy(self, busy: bool) -> None:
        """Show that an answer is coming in: the button then stops it."""
        self._busy = busy
        self._update_button()

    def set_blocked(self, reason: str) -> None:
        """Send nothing for this reason, which the button shows; "" sends again."""
        self._blocked = reason
        self._update_button()

    def set_model(self, models: list[Model], model: Model, level: str | None) -> None:
        """Show the model that is chosen."""
        self.model.set_choice(models, model, level)
        self._arrange()

    def set_enter_sends(self, sends: bool) -> None:
        """Let Enter send, or break the line."""
        self.edit.enter_sends = sends

    def clear(self) -> None:
        """The input was committed: empty the text."""
        self._draft_timer.stop()
        self._showing = True
        self.edit.set_text("")
        self._showing = False
        self.strip.clear_refusals()
        self._update_button()
        self.height_changed.emit()

    def set_writable(self, writable: bool) -> None:
        """While an input is on its way to the disk nothing is written into it."""
        self.edit.setReadOnly(not writable)

    # --- what the person does -----------------------------------------------------------------

    @property
    def can_send(self) -> bool:
        """Whether there is something to send, and nothing that must be waited for."""
        return self._is_ready and not self._blocked

    @property
    def _is_ready(self) -> bool:
        something = bool(self.edit.text.strip() or self._attachments)
        return something and not self._busy and not self._working

    def submit(self) -> None:
        """Send, if there is something to send."""
        if self.can_send:
            self._draft_timer.stop()
            self.submitted.emit(self.edit.text)
        elif self._is_ready:
            announce(self, self._blocked)
            self.submit_refused.emit()

    def flush_draft(self) -> None:
        """Have what is written kept now."""
        self._draft_timer.stop()
        self.draft_changed.emit(self.edit.text)

    def _press(self) -> None:
        if self._busy:
            self.stopped.emit()
        else:
            self.submit()

    def _paste(self, data: QMimeData) -> None:
        self.pasted.emit(data)

    def _text_changed(self) -> None:
        self._update_button()
        if not self._showing:
            self._draft_timer.start()

    def _update_button(self) -> None:
        self._send.show_state(stop=self._busy, ready=self.can_send, blocked=self._blocked)

    # --- pixels -------------------------------------------------------------------------------

    def fit(self, width: int, window_height: int) -> int:
        """Lay out a card of a width; return and take the height it needs."""
        inner = width - 2 * OVERHANG
        top = _TOP
        strip = self.strip.fit(inner)
        self.strip.move(OVERHANG, top)
        if strip:
            top += strip + 12
        most = round(window_height * _TEXT_SHARE)
        wanted = self.edit.wanted_height(inner)
        text = min(wanted, most)
        off, on = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.edit.setVerticalScrollBarPolicy(off if wanted <= most else on)
        self.edit.setGeometry(OVERHANG, top - _LOW, inner, text + _LOW)
        top += text + _GAP
        height = top + _ROW + _GAP
        if self.size() != QSize(width, height):
            self.resize(width, height)
        self._arrange()
        return height

    def _arrange(self) -> None:
        top = self.height() - _GAP - _ROW
        self._attach.move(OVERHANG - 8, top)
        self._send.move(self.width() - _GAP - _ROW, top)
        room = self._send.x() - 12 - (self._attach.x() + 40)
        width = min(room, self.model.sizeHint().width())
        self.model.setGeometry(QRect(self._send.x() - 12 - width, top, width, _ROW))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons at the foot."""
        self._arrange()

    def _restyle(self) -> None:
        self._shadow = None
        self.update()

    @property
    def shadow(self) -> Shadow:
        """The soft shadow under the card, which its owner paints around it."""
        if self._shadow is None:
            alpha = 0.30 if self._theme.dark else 0.07
            self._shadow = Shadow(self._theme.with_alpha("shadow", alpha), 20, 4, RADIUS)
        return self._shadow

    @override
    def eventFilter(self, watched: object, event: object) -> bool:
        """Repaint the border when the text gets or loses the focus."""
        if isinstance(event, QFocusEvent):
            self.update()
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card; its border is soft, because it has the focus all day."""
        painter = QPainter(self)
        color = self._theme.color
        fill = color("raised" if self._theme.dark else "window")
        border = color("focus_soft" if self.edit.hasFocus() else "line_strong")
        paint_box(painter, QRectF(self.rect()), RADIUS, fill, border)
