"""The composition root: builds everything, wires it, runs it, and closes it in reverse.

It imports all and is imported by nobody but `__main__`, which has opened the profile before.
"""

import asyncio
import gc
import logging
import sys
import threading
from collections.abc import Iterable
from contextlib import AsyncExitStack
from functools import partial
from types import TracebackType
from typing import Final, TypeVar

from PySide6.QtCore import QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from desktop_app import faultpoints
from desktop_app.arguments import Arguments
from desktop_app.chat.attaching import Attachments
from desktop_app.chat.connection import Connection
from desktop_app.chat.deleting import ServerDeletions
from desktop_app.chat.demo_server import DemoServer
from desktop_app.chat.library import Library
from desktop_app.chat.networking import Networking
from desktop_app.chat.notices import Notice, NoticeBoard, NoticeKind
from desktop_app.chat.preferences import Preferences
from desktop_app.chat.safekeeping import CHECKED, Safekeeping
from desktop_app.chat.saving import Writer
from desktop_app.chat.tasks import TaskScope
from desktop_app.chat.typesetting import Typesetter
from desktop_app.collecting import Collecting
from desktop_app.errors import AppError
from desktop_app.eventloop import EventLoop
from desktop_app.images.process import DecoderProcess
from desktop_app.instance_server import InstanceServer
from desktop_app.look_alike import doubt_of
from desktop_app.origin import GOOGLE_ORIGIN, origin_of
from desktop_app.profile import Profile
from desktop_app.restarting import RESTART
from desktop_app.settings.api_key import ApiKey, Keychain
from desktop_app.store import conversations as queries
from desktop_app.store.aside import recover_draft
from desktop_app.store.attachments import AttachmentStore
from desktop_app.store.ballast import Ballast
from desktop_app.store.database import Database, DatabaseConnection
from desktop_app.store.errors import DiskFull
from desktop_app.store.rows import ConversationRow
from desktop_app.store.soundness import MENDED
from desktop_app.ui.colouring import Colouring
from desktop_app.ui.errand import Errand
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.spoken_roles import install_roles
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.formulas import Formulas

log = logging.getLogger(__name__)

T = TypeVar("T")

_IDLE_SECONDS: Final = 0.02
_LONG_START: Final = 1.0
_KEY_PLACE: Final = "key of "
"""With a server's address: the name under which its key's keychain is remembered."""


def run(arguments: Arguments, profile: Profile, base_url: str) -> int:
    """Run the program on an open profile; return its exit code.

    `base_url` is another server than that of the settings, or empty. The code is `RESTART` where
    the program is to be started again. Raises `StoreError`.
    """
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Castor")
    application.setDesktopFileName("castor")
    application.setQuitOnLastWindowClosed(False)
    install_roles()
    with asyncio.Runner(loop_factory=partial(EventLoop, application)) as runner:
        return runner.run(_main(application, arguments, profile, base_url))


async def _main(
    application: QApplication, arguments: Arguments, profile: Profile, base_url: str
) -> int:
    notices = NoticeBoard()
    catch_bugs(notices)
    database = profile.database
    begun = asyncio.ensure_future(database.begin(_begin))
    colouring = Colouring(at_once=arguments.screenshot is not None, parent=application)
    typesetter = Typesetter(parent=application)
    formulas = Formulas(typesetter, parent=application)
    theme = Theme(application, profile.settings.theme, colouring, formulas)
    async with AsyncExitStack() as stack:
        stack.callback(typesetter.close)
        await _wait_for_history(begun, profile, theme, tell=arguments.screenshot is None)
        rows, meta = await _rows_and_meta(begun, database)
        if base_url != profile.settings.base_url and not await _is_meant(theme, base_url):
            return 0
        tasks = TaskScope(notices.report)
        files = AttachmentStore(profile.attachments)
        decoder = DecoderProcess()
        stack.callback(decoder.close)
        demo = DemoServer(tokens_per_second=200 if arguments.screenshot else None)
        stack.push_async_callback(demo.aclose)
        attachments = Attachments(files, database, decoder, notices, tasks)
        stack.callback(attachments.media.close)
        connection = Connection(attachments.open, attachments.uploads)
        stack.push_async_callback(connection.aclose)
        preferences = Preferences(
            profile.settings,
            profile.settings_file,
            Keychain(),
            connection,
            notices,
            tasks,
            demo,
            base_url,
            _key_places(meta),
        )
        preferences.key_changed.connect(partial(_remember_key, profile))
        preferences.networking.changed.connect(
            partial(_remember_password, profile, preferences.networking)
        )
        writer = Writer(database, notices.report, Ballast(database.file))
        writer.full_changed.connect(partial(_save_settings, profile))
        stack.callback(writer.close)
        preferences.key_place_changed.connect(partial(_remember_place, writer))
        library = Library(rows, writer, files, attachments, connection, preferences, notices, tasks)
        deletions = ServerDeletions(writer, connection, preferences, notices, tasks)
        library.deleted.connect(deletions.work_and_tell)
        library.busy_changed.connect(deletions.note_answered)
        application.applicationStateChanged.connect(partial(_look_at_the_network, library))
        safekeeping = Safekeeping(
            writer,
            notices,
            tasks,
            left_open=profile.opener.left_open,
            checked=_time(meta.get(CHECKED, "")),
        )
        stack.push_async_callback(safekeeping.aclose)
        stack.push_async_callback(tasks.aclose)
        folders = {"Profile folder": str(profile.folder), "Log folder": str(profile.logs)}
        window = MainWindow(
            theme,
            library,
            preferences,
            attachments,
            safekeeping,
            notices,
            folders,
            _keychain_name(),
        )
        window.pane.notices.acted.connect(safekeeping.act)
        safekeeping.restart_wanted.connect(window.close)
        stack.callback(window.deleteLater)
        closed = asyncio.Event()
        window.closed.connect(closed.set)
        window.remembered.connect(partial(_remember, writer))
        await library.open_now(None if arguments.ask else meta.get("conversation"))
        window.restore(meta.get("geometry", ""), sidebar=meta.get("sidebar") != "hidden")
        window.show()
        for words in _told(profile, meta, writer):
            notices.post(Notice(words, NoticeKind.WARN, topic=words))
        errand = Errand(arguments, window, library, preferences, attachments, tasks, formulas)
        server = InstanceServer(profile.folder, errand.server)
        server.handed_over.connect(errand.receive)
        stack.callback(server.close)
        collecting = Collecting(partial(_is_busy, library), application)
        stack.callback(collecting.stop)
        tasks.start(
            _after_first_paint(
                arguments,
                preferences,
                library,
                deletions,
                server,
                colouring,
                safekeeping,
                collecting,
            ),
            "start",
        )
        code = await errand.run(closed)
        for session in library.sessions:
            session.interrupt()
        faultpoints.reach("end.began")
    return RESTART if safekeeping.restarts else code


async def _is_meant(theme: Theme, base_url: str) -> bool:
    """Ask about a server that looks like another, before anything is made that knows a key."""
    origin = origin_of(base_url) if base_url else GOOGLE_ORIGIN
    doubt = doubt_of(origin)
    if not doubt:
        return True
    from desktop_app.ui.dialogs.server_dialog import ServerDialog

    decision: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    dialog = ServerDialog(theme, doubt, origin.host, "Quit", None)
    dialog.decided.connect(decision.set_result)
    dialog.show()
    return await decision


async def _after_first_paint(
    arguments: Arguments,
    preferences: Preferences,
    library: Library,
    deletions: ServerDeletions,
    server: InstanceServer,
    colouring: Colouring,
    safekeeping: Safekeeping,
    collecting: Collecting,
) -> None:
    """Do what no first paint has to wait for: the server, the key, the models, the tidying up."""
    await asyncio.sleep(_IDLE_SECONDS)
    colouring.warm_up()
    collecting.start()
    await library.send_what_waits()
    if arguments.screenshot is None:  # who comes then waits until the picture is taken
        server.open()
    if arguments.demo:
        await preferences.run_demo()
    else:
        await preferences.load_key()
    preferences.fetch_models()
    await library.tidy()
    await library.disk.prepare()
    deletions.work()
    if arguments.screenshot is None:
        safekeeping.start()
    gc.freeze()  # what has been made by now stays: a full collection takes 32 ms with it


async def _wait_for_history(
    begun: "asyncio.Future[T]", profile: Profile, theme: Theme, *, tell: bool
) -> None:
    """Wait until the history is open; say why where that takes more than a second.

    `tell` says that somebody is there to be told why it cannot be opened.
    """
    await asyncio.wait([begun], timeout=_LONG_START)
    if not begun.done():
        from desktop_app.ui.waiting import WaitingWindow

        waiting = WaitingWindow(theme)
        while not begun.done():
            if profile.opener.doing:
                waiting.say(profile.opener.doing)
                waiting.show()
            await asyncio.wait([begun], timeout=_IDLE_SECONDS)
        waiting.close()
        waiting.deleteLater()
    error = begun.exception()
    if tell and isinstance(error, AppError) and not isinstance(error, DiskFull):
        from desktop_app.ui.refusal import tell_refusal

        await tell_refusal(theme, error)


def _told(profile: Profile, meta: dict[str, str], writer: Writer) -> Iterable[str]:
    """What the person is to be told of the start, and of a mending that nobody was told of yet."""
    mended = meta.get(MENDED)
    if mended is not None:
        writer.write(lambda db: queries.forget_meta(db, MENDED))
    told = (*profile.notices, *profile.opener.notices, mended or "")
    return filter(None, dict.fromkeys(told))


def _time(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


async def _rows_and_meta(
    begun: "asyncio.Future[tuple[list[ConversationRow], dict[str, str]]]", database: Database
) -> tuple[list[ConversationRow], dict[str, str]]:
    try:
        return begun.result()
    except DiskFull:  # what was streaming is taken for interrupted in any case
        return await database.read(_read)


def _begin(db: DatabaseConnection) -> tuple[list[ConversationRow], dict[str, str]]:
    queries.mark_interrupted(db)
    recover_draft(db)
    faultpoints.reach("start.marked")
    return _read(db)


def _read(db: DatabaseConnection) -> tuple[list[ConversationRow], dict[str, str]]:
    return queries.list_conversations(db), queries.load_meta(db)


def _look_at_the_network(library: Library, state: Qt.ApplicationState) -> None:
    if state is Qt.ApplicationState.ApplicationActive:
        library.outbox.wake()  # whoever comes back has often brought the network back


def _save_settings(profile: Profile, full: bool) -> None:
    if not full:
        profile.settings_file.save_what_is_left()


def _is_busy(library: Library) -> bool:
    return any(session.busy for session in library.sessions)


def _remember(writer: Writer, name: str, value: str) -> None:
    writer.write(lambda db: queries.save_meta(db, name, value), f"meta {name}")


def _remember_key(profile: Profile, key: ApiKey) -> None:
    profile.secret = key.secret  # for the log, which takes it out of every line


def _key_places(meta: dict[str, str]) -> dict[str, str]:
    prefix = _KEY_PLACE
    return {name[len(prefix) :]: meta[name] for name in meta if name.startswith(prefix)}


def _remember_place(writer: Writer, server: str, place: str) -> None:
    _remember(writer, _KEY_PLACE + server, place)


def _remember_password(profile: Profile, networking: Networking) -> None:
    profile.proxy_password = networking.password  # for the same reason


def _keychain_name() -> str:
    names = {"win32": "Windows Credential Manager", "darwin": "the macOS keychain"}
    return names.get(sys.platform, "the system’s keyring")


def catch_bugs(notices: NoticeBoard) -> None:
    """Send whatever nobody caught to the one place that reports bugs."""

    def from_python(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            notices.report(error)

    def from_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            notices.report(error)
        else:
            log.warning("the loop says: %s", context.get("message"))

    def from_thread(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            log.error("a thread ended by %s", type(arguments.exc_value).__name__)

    def from_qt(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        level = logging.INFO if kind == QtMsgType.QtInfoMsg else logging.WARNING
        if kind != QtMsgType.QtDebugMsg:
            log.log(level, "Qt says: %s", message)

    sys.excepthook = from_python
    threading.excepthook = from_thread
    asyncio.get_running_loop().set_exception_handler(from_loop)
    qInstallMessageHandler(from_qt)
