"""Print, and Save as PDF: asks where to, shows how far it is, and says how it ended."""

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale, QMarginsF, QObject, QStandardPaths, QTimer
from PySide6.QtGui import QPagedPaintDevice, QPageLayout, QPageSize, QPdfWriter
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from desktop_app.chat.media import Media
from desktop_app.chat.notices import Notice, NoticeBoard, NoticeKind
from desktop_app.file_names import safe_name
from desktop_app.ui.actions import Actions
from desktop_app.ui.chat_pane import ChatPane
from desktop_app.ui.dialogs.printing_dialog import PrintingDialog
from desktop_app.ui.printing.decoded import DecodedPictures
from desktop_app.ui.printing.job import PrintJob
from desktop_app.ui.printing.text_layer import mend_text_layer
from desktop_app.ui.printing.turn_copying import TurnCopying
from desktop_app.ui.session_view import SessionView
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.turn_menu import TurnAction

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

_MARGINS: Final = QMarginsF(18, 14, 18, 14)
"""In millimetres."""

_PDF_DPI: Final = 1200
_PATIENCE_MS: Final = 600
"""What is done sooner shows no progress."""

_LONGEST_NAME: Final = 80


class Printing(QObject):
    """One conversation at a time."""

    def __init__(
        self,
        theme: Theme,
        view: SessionView,
        media: Media,
        notices: NoticeBoard,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._view = view
        self._pictures = DecodedPictures(media, self)
        self._notices = notices
        self._window = window
        self._copying = TurnCopying(theme, media, self)
        self._copying.finished.connect(self._say_copied)
        self._job: PrintJob | None = None
        self._dialog: PrintingDialog | None = None
        self._device: QPagedPaintDevice | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._show_progress)

    def listen(self, keyboard: Actions, pane: ChatPane) -> None:
        """Do what the keys of the window ask for, and its menus."""
        pane.header.print_requested.connect(self.print_out)
        pane.header.pdf_requested.connect(self.save_pdf)
        words = "Copy turn as a picture"
        pane.transcript.selecting.offer(TurnAction(words, "image", self.copy_picture))
        keyboard["print"].triggered.connect(self.print_out)
        keyboard["save_pdf"].triggered.connect(self.save_pdf)

    @property
    def _can_begin(self) -> bool:
        session = self._view.session
        return session is not None and bool(session.turns) and self._job is None

    @property
    def _title(self) -> str:
        return self._view.session.title if self._view.session is not None else ""

    # --- a picture ----------------------------------------------------------------------------

    def copy_picture(self, key: str) -> None:
        """Put the turn of a key on the clipboard as a picture, as sharp as the screen."""
        session = self._view.session
        if session is not None and key in session.conversation:
            self._copying.copy(session.conversation[key], self._window.devicePixelRatioF())

    def _say_copied(self, why_not: str) -> None:
        if why_not:
            self._say(why_not, NoticeKind.WARN)
        else:
            self._say("The turn is on the clipboard as a picture.", NoticeKind.OK)

    # --- a printer ----------------------------------------------------------------------------

    def print_out(self) -> None:
        """Ask for a printer, and print the conversation."""
        if not self._can_begin:
            return
        # It takes 20 ms, and few ever print.
        from PySide6.QtPrintSupport import QAbstractPrintDialog, QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(self._title)
        printer.setCreator("Castor")
        printer.setPageMargins(_MARGINS, QPageLayout.Unit.Millimeter)
        dialog = QPrintDialog(printer, self._window)
        dialog.setOption(QAbstractPrintDialog.PrintDialogOption.PrintPageRange, False)
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(partial(self._print_to, printer))
        QDialog.open(dialog)  # its own `open` wants a receiver

    def _print_to(self, printer: "QPrinter", result: int) -> None:
        if result and self._can_begin:
            self._begin("Printing", printer, partial(self._end_printing, printer))

    def _end_printing(self, printer: "QPrinter", whole: bool) -> None:
        if whole:
            self._say("The conversation is on its way to the printer.", NoticeKind.OK)
        elif printer.printerState() is not printer.PrinterState.Aborted:
            self._say("The printer takes nothing. Nothing was printed.", NoticeKind.WARN)

    # --- a file -------------------------------------------------------------------------------

    def save_pdf(self) -> None:
        """Ask for a file, and save the conversation as a PDF."""
        if not self._can_begin:
            return
        place = QStandardPaths.StandardLocation.DocumentsLocation
        folder = Path(QStandardPaths.writableLocation(place) or Path.home())
        name = f"{file_name(self._title)}.pdf"
        dialog = QFileDialog(self._window, "Save as PDF", str(folder), "PDF (*.pdf)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(name)
        dialog.finished.connect(dialog.deleteLater)
        dialog.fileSelected.connect(self.write_pdf)
        dialog.open()

    def write_pdf(self, name: str) -> None:
        """Save the conversation as a PDF; a file of that name is replaced when all is there."""
        if not self._can_begin:
            return
        file = Path(name)
        try:
            # Beside the file, so that it can take its place in one step.
            with tempfile.NamedTemporaryFile(
                dir=file.parent, prefix=".castor-", suffix=".pdf", delete=False
            ) as made:
                part = Path(made.name)
        except OSError as error:
            self._say_unwritten(file, error)
            return
        writer = QPdfWriter(str(part))
        writer.setResolution(_PDF_DPI)
        writer.setPageLayout(_page_layout())
        writer.setTitle(self._title)
        writer.setCreator("Castor")
        self._begin("Saving as PDF", writer, partial(self._end_file, part, file))

    def _end_file(self, part: Path, file: Path, whole: bool) -> None:
        self._device = None  # which closes the file
        try:
            if whole:
                mend_text_layer(part)
                part.replace(file)
                self._say(f"{file.name} is saved.", NoticeKind.OK)
            else:
                part.unlink()
        except (OSError, ValueError) as error:
            part.unlink(missing_ok=True)
            self._say_unwritten(file, error)

    def _say_unwritten(self, file: Path, error: Exception) -> None:
        reason = error.strerror if isinstance(error, OSError) else None
        why = f": {reason}" if reason else ""
        self._say(f"{file.name} could not be saved{why}. Choose another folder.", NoticeKind.WARN)

    # --- all of it ----------------------------------------------------------------------------

    def _begin(self, title: str, device: QPagedPaintDevice, end: "partial[None]") -> None:
        session = self._view.session
        assert session is not None
        self._device = device
        job = self._job = PrintJob(
            self._theme, device, session.title, session.turns, self._pictures.picture, self
        )
        job.finished.connect(partial(self._end, end))
        dialog = self._dialog = PrintingDialog(self._theme, title, self._window)
        dialog.cancelled.connect(job.cancel)
        job.progressed.connect(dialog.show_progress)
        self._patience.start()
        job.start()

    def _show_progress(self) -> None:
        if self._dialog is not None:
            self._dialog.show()

    def _end(self, end: "partial[None]", whole: bool) -> None:
        self._patience.stop()
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        if self._dialog is not None:
            self._dialog.end()
            self._dialog = None
        end(whole)
        self._device = None

    def _say(self, sentence: str, kind: NoticeKind) -> None:
        self._notices.post(Notice(sentence, kind, topic="printing"))


def file_name(title: str) -> str:
    """Make of a title what any system takes as the name of a file."""
    return safe_name(title[:_LONGEST_NAME], "Conversation")


def _page_layout() -> QPageLayout:
    """The paper of the country."""
    letter = QLocale().measurementSystem() is QLocale.MeasurementSystem.ImperialUSSystem
    size = QPageSize.PageSizeId.Letter if letter else QPageSize.PageSizeId.A4
    upright = QPageLayout.Orientation.Portrait
    return QPageLayout(QPageSize(size), upright, _MARGINS, QPageLayout.Unit.Millimeter)
