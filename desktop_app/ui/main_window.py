"""The window: sidebar and pane, actions, drops, and the windows that it opens."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMainWindow, QWidget

from desktop_app.chat.attaching import Attachments
from desktop_app.chat.library import Library
from desktop_app.chat.notices import Notice, NoticeBoard, NoticeKind
from desktop_app.chat.preferences import KEYCHAIN_TOPIC, Preferences
from desktop_app.chat.safekeeping import Safekeeping
from desktop_app.chat.session import ChatSession
from desktop_app.errors import AppError
from desktop_app.overriding import override
from desktop_app.settings.api_key import KeySource
from desktop_app.settings.settings import ZOOM_STEPS, Settings
from desktop_app.store.rows import ConversationRow
from desktop_app.ui.actions import Actions
from desktop_app.ui.chat_pane import ChatPane
from desktop_app.ui.drop_overlay import DropOverlay
from desktop_app.ui.dropping import (
    FILTERS,
    Dropped,
    has_files_or_picture,
    has_picture,
    look_at,
    take,
)
from desktop_app.ui.empty_state import Start
from desktop_app.ui.exporting import Exporting
from desktop_app.ui.full_disk import FullDiskDesk
from desktop_app.ui.key_rejection import words_of_rejection
from desktop_app.ui.mark import window_icon
from desktop_app.ui.media_desk import MediaDesk
from desktop_app.ui.opening import Opening
from desktop_app.ui.printing.printing import Printing
from desktop_app.ui.session_view import SessionView
from desktop_app.ui.sidebar.sidebar import Sidebar
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.copying import answer_source, put_text
from desktop_app.ui.window_dialogs import WindowDialogs

TITLE: Final = "Castor"
SIZE: Final = (1280, 820)
_SMALLEST: Final = (640, 480)


class MainWindow(QMainWindow):
    """Everything that is on screen; it is given all that it shows."""

    closed = Signal()
    """The person has closed the window."""

    remembered = Signal(str, str)
    """This small thing, by name, is to be remembered."""

    def __init__(
        self,
        theme: Theme,
        library: Library,
        preferences: Preferences,
        attachments: Attachments,
        safekeeping: Safekeeping,
        notices: NoticeBoard,
        folders: dict[str, str],
        keychain: str,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._library = library
        self._preferences = preferences
        self._attachments = attachments
        self._notices = notices
        self.setWindowTitle(TITLE)
        self.setWindowIcon(window_icon())
        self.setMinimumSize(*_SMALLEST)
        self.resize(*SIZE)
        self.setAcceptDrops(True)
        body = QWidget()
        layout = QHBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.sidebar = Sidebar(theme, body)
        self.pane = ChatPane(theme, attachments.thumbnail, body)
        layout.addWidget(self.sidebar)
        layout.addWidget(self.pane, 1)
        self.setCentralWidget(body)
        self._overlay = DropOverlay(theme, self)
        self.view = SessionView(self.pane, preferences, attachments, self)
        self.printing = Printing(theme, self.view, attachments.media, notices, self)
        self.keyboard = Actions(self)
        Exporting(library, self.keyboard, self.pane, self)
        self._trashed: ConversationRow | None = None
        self._dialogs = WindowDialogs(
            theme, library, preferences, safekeeping, folders, keychain, self
        )
        self._opening = Opening(self._dialogs, self)
        self._opening.failed.connect(self._say)
        self._dialogs.retry_requested.connect(self.view.retry)
        self._media = MediaDesk(theme, attachments.media, self.pane.transcript, self)
        self._full_disk = FullDiskDesk(theme, library, self.pane, self)
        self._connect_actions()
        self._connect_sidebar()
        self._connect_pane()
        self._connect_chat()
        self._apply_settings(preferences.settings)
        self._show_rows()

    # --- wiring -------------------------------------------------------------------------------

    def _connect_actions(self) -> None:
        self.view.finding.listen(self.keyboard)
        self.printing.listen(self.keyboard, self.pane)
        for name, slot in {
            "new_chat": self._library.new,
            "next_conversation": self._open_next,
            "previous_conversation": self._open_previous,
            "rename": self._rename,
            "toggle_sidebar": self.toggle_sidebar,
            "focus_composer": self.pane.composer.setFocus,
            "attach": self.pick_files,
            "stop": self._escape,
            "copy_answer": self._copy_answer,
            "read_answer": self.view.read_answer,
            "zoom_in": self._zoom_in,
            "zoom_out": self._zoom_out,
            "zoom_reset": self._zoom_reset,
            "settings": self.open_settings,
            "shortcuts": self._open_shortcuts,
            "quit": self.close,
        }.items():
            self.keyboard[name].triggered.connect(slot)

    def _connect_sidebar(self) -> None:
        sidebar, library = self.sidebar, self._library
        sidebar.new_requested.connect(library.new)
        sidebar.open_requested.connect(library.open)
        sidebar.rename_requested.connect(library.rename)
        sidebar.trash_requested.connect(library.trash)
        sidebar.collapse_requested.connect(self.toggle_sidebar)
        sidebar.settings_requested.connect(self.open_settings)
        sidebar.trash_view_requested.connect(self._dialogs.open_trash)
        library.rows_changed.connect(self._show_rows)
        sidebar.follow(library)

    def _connect_pane(self) -> None:
        pane = self.pane
        pane.header.sidebar_requested.connect(self.toggle_sidebar)
        pane.header.trash_requested.connect(self._trash_current)
        pane.header.left.connect(pane.composer.setFocus)
        pane.notices.acted.connect(self._act)
        pane.transcript.link_clicked.connect(self._opening.open_link)
        pane.transcript.selecting.noticed.connect(self._notices.post)
        self._media.failed.connect(self._say)
        pane.transcript.zoom_requested.connect(self._zoom)
        pane.welcome.link_clicked.connect(self._opening.open_link)
        pane.welcome.key_entered.connect(self._preferences.enter_key)
        pane.welcome.demo_requested.connect(self._preferences.start_demo)
        pane.empty.start_chosen.connect(self._begin)
        pane.composer.attach_requested.connect(self.pick_files)
        pane.composer.pasted.connect(self._paste)
        pane.composer.copy_stopped.connect(self._attachments.stop_copy)
        self.view.key_needed.connect(self._ask_for_key)
        self.view.key_refused.connect(self._dialogs.key_refused)

    def _connect_chat(self) -> None:
        self._library.opened.connect(self.show_session)
        self._library.trashed.connect(self._offer_undo)
        self._notices.posted.connect(self.pane.notices.post)
        self._notices.withdrawn.connect(self.pane.notices.withdraw)
        preferences = self._preferences
        preferences.changed.connect(self._apply_settings)
        preferences.key_checking.connect(self.pane.welcome.set_checking)
        preferences.key_rejected.connect(self._show_rejection)
        preferences.key_accepted.connect(self._show_acceptance)

    # --- what is shown ------------------------------------------------------------------------

    def show_session(self, session: ChatSession) -> None:
        """Show a conversation."""
        self.view.show(session)
        self.sidebar.show_current(session.key)
        self.remembered.emit("conversation", session.key if session.row else "")

    def _show_rows(self) -> None:
        current = self._library.current
        self.sidebar.set_rows(self._library.rows, current.key if current else "")
        if current is not None and current.row is not None:
            self.remembered.emit("conversation", current.key)

    def _apply_settings(self, settings: Settings) -> None:
        self._theme.choose(settings.theme)
        self._theme.set_zoom(settings.zoom)
        self.pane.composer.set_enter_sends(settings.enter_sends)

    def restore(self, geometry: str, *, sidebar: bool) -> None:
        """Put the window where it was."""
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii")))
        if not sidebar:
            self.toggle_sidebar()

    def toggle_sidebar(self) -> None:
        """Show the sidebar, or hide it."""
        show = self.sidebar.isHidden()
        self.sidebar.setVisible(show)
        self.pane.header.show_sidebar_button(not show)
        self.remembered.emit("sidebar", "shown" if show else "hidden")

    # --- conversations ------------------------------------------------------------------------

    def _open_next(self) -> None:
        self._open_beside(1)

    def _open_previous(self) -> None:
        self._open_beside(-1)

    def _open_beside(self, step: int) -> None:
        keys = self.sidebar.list_model.conversation_keys()
        if not keys:
            return
        current = self._library.current
        here = current.key if current is not None else ""
        at = keys.index(here) if here in keys else -1 if step > 0 else 0
        self._library.open(keys[(at + step) % len(keys)])

    def _rename(self) -> None:
        if self.sidebar.list.hasFocus():
            self.sidebar.list.rename_current()
        else:
            self.pane.header.rename()

    def _trash_current(self) -> None:
        self.pane.header.finish_renaming()
        if self._library.current is not None:
            self._library.trash(self._library.current.key)

    def _offer_undo(self, row: ConversationRow) -> None:
        self._trashed = row
        text = f"“{row.title}” is in the trash."
        self._notices.post(Notice(text, NoticeKind.INFO, topic="trash", action="Undo"))

    def _act(self, notice: Notice) -> None:
        if notice.topic == "trash" and self._trashed is not None:
            self._library.restore(self._trashed)
        elif notice.topic == "key":
            self._dialogs.open_key("")

    def _copy_answer(self) -> None:
        session = self._library.current
        turns = session.turns if session is not None else ()
        if turns and (answer := answer_source(turns[-1])):
            put_text(answer)

    def _escape(self) -> None:
        if self.view.finding.is_open and not self.view.is_answering:
            self.view.finding.close()
            return
        self.view.stop()
        self.pane.composer.setFocus()

    def _begin(self, start: Start) -> None:
        if start.text:
            self.pane.composer.edit.set_text(start.text)
            self.pane.composer.setFocus()
        else:
            self.pick_files()

    # --- attachments --------------------------------------------------------------------------

    def pick_files(self) -> None:
        """Let the person pick files."""
        dialog = QFileDialog(self, "Attach files", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(FILTERS)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self._attach_picked)
        dialog.open()

    def _attach_picked(self, files: list[str]) -> None:
        self.attach(Dropped(files=[Path(file) for file in files]))

    def attach(self, dropped: Dropped) -> None:
        """Attach what was dropped, pasted or picked to the next message."""
        session = self._library.current
        if session is None:
            return
        for refusal in dropped.refused:
            self.pane.composer.show_refusal(refusal)
        used = len(session.draft.attachments)
        if dropped.files:
            self._attachments.attach_files(session.key, dropped.files, used)
        for name, data in dropped.pictures:
            self._attachments.attach_bytes(session.key, name, data, used)
        self.pane.composer.setFocus()

    def _paste(self, data: QMimeData) -> None:
        if has_files_or_picture(data):
            self.attach(take(data, "Pasted picture"))
        else:  # a text too long to be written into the composer
            text = data.text().encode("utf-8", "replace")
            self.attach(Dropped(pictures=[("Pasted text.txt", text)]))

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Say what a drop would do."""
        data = event.mimeData()
        if data.hasUrls() or has_files_or_picture(data):
            self._overlay.setGeometry(self.rect())
            self._overlay.show_drop(look_at(data), has_picture(data))
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Copy, never move: the original stays where it is."""
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Say nothing any more."""
        self._overlay.hide()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        """Attach what was dropped."""
        self._overlay.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.attach(take(event.mimeData(), "Dropped picture"))
        self.activateWindow()

    # --- links, key, settings -----------------------------------------------------------------

    def _say(self, sentence: str) -> None:
        self._notices.post(Notice(sentence, NoticeKind.WARN, topic="said"))

    def _ask_for_key(self) -> None:
        self._dialogs.open_key("A key is needed to ask Gemini. Your message is kept.")

    def _show_rejection(self, error: AppError) -> None:
        self.pane.welcome.show_message(words_of_rejection(error), error=True)

    def _show_acceptance(self, words: str) -> None:
        self.pane.welcome.clear()
        kept = self._preferences.key.source is KeySource.KEYCHAIN
        kind = NoticeKind.OK if kept else NoticeKind.WARN
        self._notices.post(Notice(words, kind, topic=KEYCHAIN_TOPIC))
        self._preferences.fetch_models()

    def open_settings(self) -> None:
        """Show the settings."""
        self._dialogs.open_settings()

    def _open_shortcuts(self) -> None:
        self._dialogs.open_shortcuts(self.keyboard.listed())

    # --- zoom ---------------------------------------------------------------------------------

    def _zoom_in(self) -> None:
        self._zoom(1)

    def _zoom_out(self) -> None:
        self._zoom(-1)

    def _zoom_reset(self) -> None:
        self._preferences.update(zoom=100)

    def _zoom(self, step: int) -> None:
        zoom = self._preferences.settings.zoom
        nearest = min(range(len(ZOOM_STEPS)), key=lambda i: abs(ZOOM_STEPS[i] - zoom))
        wanted = max(0, min(len(ZOOM_STEPS) - 1, nearest + step))
        self._preferences.update(zoom=ZOOM_STEPS[wanted])

    # --- the window ---------------------------------------------------------------------------

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the overlay over the whole window."""
        self._overlay.setGeometry(self.rect())
        super().resizeEvent(event)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is being written; the program ends when all is saved."""
        if not self._full_disk.keeps_open(event):
            self.view.leave()
            self.remembered.emit("geometry", self.saveGeometry().toBase64().toStdString())
            self.closed.emit()
