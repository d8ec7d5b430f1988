"""Does what the transcript asks for: has pictures decoded, shows them in a window, saves media,
hands it out, and says what the mark of a citation is for.
"""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from desktop_app.chat.media import Media, MediaRef
from desktop_app.ui.links import open_file
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.media_requests import (
    MediaRequest,
    OpenWanted,
    PixelsWanted,
    SaveWanted,
    ViewWanted,
)
from desktop_app.ui.transcript.sources import CitationCard
from desktop_app.ui.transcript.transcript import Transcript

_MOST_WINDOWS: Final = 12


class MediaDesk(QObject):
    """Knows which pictures are open in windows."""

    failed = Signal(str)
    """A sentence that says what could not be done."""

    def __init__(self, theme: Theme, media: Media, transcript: Transcript, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._media = media
        self._window = window
        self._viewers: dict[str, QWidget] = {}
        self._citations = CitationCard(theme, window)
        media.file_ready.connect(self._open)
        media.pixels_ready.connect(transcript.show_pixels)
        transcript.media_requested.connect(self.take)
        transcript.citation_reached.connect(self._citations.show_for)

    def take(self, request: MediaRequest) -> None:
        """Do what is asked for."""
        match request:
            case PixelsWanted(ref, longest):
                self._media.show(ref, longest)
            case ViewWanted(ref):
                self.view(ref)
            case OpenWanted(ref):
                self._media.open(ref)
            case SaveWanted(ref):
                self.save(ref)

    def view(self, ref: MediaRef) -> None:
        """Show a picture in a window of its own; each has one at most."""
        from desktop_app.ui.viewer import Viewer

        self._viewers = {key: one for key, one in self._viewers.items() if isValid(one)}
        viewer = self._viewers.get(ref.key)
        if viewer is None:
            if len(self._viewers) >= _MOST_WINDOWS:
                self._viewers.pop(next(iter(self._viewers))).close()
            viewer = Viewer(self._theme, ref, self._window)
            viewer.pixels_wanted.connect(self._media.show)
            viewer.save_requested.connect(self.save)
            self._media.pixels_ready.connect(viewer.show_pixels)
            self._viewers[ref.key] = viewer
            viewer.show()
            viewer.ask()
        viewer.raise_()
        viewer.activateWindow()

    def save(self, ref: MediaRef) -> None:
        """Ask where a file is to be saved, and save it."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
        parent = self._viewers.get(ref.key)
        if parent is None or not isValid(parent) or not parent.isVisible():
            parent = self._window
        start = str(Path(folder or Path.home()) / ref.file_name)
        dialog = QFileDialog(parent, "Save", start)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(ref.file_name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(_Saving(self._media, ref, dialog).save)
        dialog.open()

    def _open(self, path: str) -> None:
        if not open_file(path):
            self.failed.emit("The system has no program for this file. It can be saved.")


class _Saving(QObject):
    """Remembers what a dialog is asking about."""

    def __init__(self, media: Media, ref: MediaRef, dialog: QObject) -> None:
        super().__init__(dialog)
        self._media = media
        self._ref = ref

    def save(self, path: str) -> None:
        """Save it there."""
        self._media.save(self._ref, path)
