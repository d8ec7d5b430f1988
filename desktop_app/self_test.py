"""`castor --self-test`: is this installation whole? One line for each thing it consists of.

It needs neither a display nor the network nor a key, and touches no profile of the person. Every
part imports what it looks at, so that a library that is missing is the result of that part only.
"""

import asyncio
import ctypes
import importlib
import os
import pkgutil
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import desktop_app
from desktop_app import __version__, assets

if TYPE_CHECKING:
    from desktop_app.profile import Profile

_ICONS: Final = ("arrow-up", "paperclip", "settings")
_WORDS: Final = "Grüße 你好 👩‍💻"
_FORMULA: Final = r"\frac{1}{2}"
_QUESTION: Final = "What is 6 times 7?"
_ANSWER: Final = "42"
_MODEL: Final = "gemini-flash-latest"
_ANY_KEY: Final = "castor-self-test-key"


class Broken(Exception):
    """A part is not as it must be; the text says how."""


Check = Callable[[Path], str]
"""Looks at one part, with a folder to write to; returns what there is to say of a sound one."""


def self_test() -> int:
    """Look at every part, also when one is broken; return 0 when all are sound, else 1."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sound = True
    with tempfile.TemporaryDirectory(prefix="castor-self-test-") as folder:
        for name, check in CHECKS.items():
            sound = _report(name, check, Path(folder)) and sound
    return 0 if sound else 1


def _report(name: str, check: Check, folder: Path) -> bool:
    try:
        said, result = check(folder), "ok"
    except Exception as error:  # noqa: BLE001 - whatever breaks a part is its result
        said, result = f"{type(error).__name__}: {error}", "failed"
    sys.stdout.buffer.write(f"{result:6}  {name:12}  {said}\n".encode())
    sys.stdout.flush()
    return result == "ok"


# --- the parts --------------------------------------------------------------------------------


def _program(_folder: Path) -> str:
    kind = "frozen" if getattr(sys, "frozen", False) else "from source"
    return (
        f"Castor {__version__}, {kind}, Python {platform.python_version()}, {platform.platform()}"
    )


def _modules(_folder: Path) -> str:
    names = [
        found.name
        for found in pkgutil.walk_packages(desktop_app.__path__, "desktop_app.")
        if not found.name.endswith("__main__")
    ]
    for name in names:
        importlib.import_module(name)
    return f"{len(names)} imported"


def _qt(_folder: Path) -> str:
    from PySide6.QtCore import qVersion
    from PySide6.QtGui import QGuiApplication

    if QGuiApplication.instance() is None:
        QGuiApplication(sys.argv[:1])  # PySide holds it; fonts need it
    return f"{qVersion()}, {QGuiApplication.platformName()}"


def _resources(_folder: Path) -> str:
    from PySide6.QtCore import QByteArray
    from PySide6.QtSvg import QSvgRenderer

    assets.path("demo/harbour.png")
    if not QSvgRenderer(QByteArray(assets.read_bytes("castor.svg"))).isValid():
        raise Broken("the mark cannot be painted")
    return str(assets.folder())


def _settings(_folder: Path) -> str:
    from dataclasses import fields

    from desktop_app.settings.settings import Settings, help_texts

    missing = {field.name for field in fields(Settings)} - help_texts().keys()
    if missing:
        raise Broken(f"without a help text: {', '.join(sorted(missing))}")
    return f"{len(help_texts())} help texts"


def _icons(_folder: Path) -> str:
    from PySide6.QtCore import QByteArray, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    for name in _ICONS:
        image = QImage(24, 24, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        QSvgRenderer(QByteArray(assets.icon(name))).render(painter)
        painter.end()
        if not any(image.pixelColor(x, y).alpha() for x in range(24) for y in range(24)):
            raise Broken(f"the icon {name} is empty")
    return f"{', '.join(_ICONS)} painted"


def _fonts(_folder: Path) -> str:
    from PySide6.QtGui import QFontDatabase

    files = assets.font_files()
    for family, paths in files.items():
        for path in paths:
            number = QFontDatabase.addApplicationFont(str(path))
            if not any(
                found.startswith(family) for found in QFontDatabase.applicationFontFamilies(number)
            ):
                raise Broken(f"{path.name} is not {family}")
    if len(files) != 2:
        raise Broken("a built-in font is missing")
    return ", ".join(files)


def _display(_folder: Path) -> str:
    """Whether Qt's ways to the screen find the system's libraries; none is opened."""
    if not sys.platform.startswith("linux"):
        return "the system's own"
    from PySide6.QtCore import QLibraryInfo

    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath), "platforms")
    ctypes.CDLL(str(folder / "libqxcb.so"))
    try:
        ctypes.CDLL(str(folder / "libqwayland.so"))
    except OSError as error:
        return f"X11; no Wayland ({error})"
    return "X11, Wayland"


def _keychain(_folder: Path) -> str:
    from desktop_app.settings.api_key import Keychain, KeyringUnavailable

    try:
        return Keychain().name()
    except KeyringUnavailable:
        return "none: a key is kept until Castor is closed"


def _certificates(_folder: Path) -> str:
    from desktop_app.gemini.transport import system_has_certificates, tls_context

    tls_context()
    own = sys.platform in ("win32", "darwin") or system_has_certificates()
    return "the system's" if own else "certifi's, since the system has none"


def _database(folder: Path) -> str:
    from desktop_app.arguments import Arguments
    from desktop_app.profile import Profile
    from desktop_app.store.database import OLDEST_SQLITE

    profile = Profile(Arguments(profile=folder / "profile"))
    try:
        profile.wait()
        version, kept = asyncio.run(_write_and_read(profile))
    finally:
        profile.close()
    if kept != _WORDS:
        raise Broken("what was written is not what is read")
    major, minor, patch = (*map(int, version.split(".")), 0)[:3]
    if major * 1_000_000 + minor * 1_000 + patch < OLDEST_SQLITE:
        raise Broken(f"SQLite {version} may corrupt a history")
    return f"SQLite {version}"


async def _write_and_read(profile: "Profile") -> tuple[str, str]:
    from desktop_app.store.conversations import load_meta, save_meta
    from desktop_app.store.database import DatabaseConnection

    def version(db: DatabaseConnection) -> str:
        ((said,),) = db.execute("SELECT sqlite_version()")
        return str(said)

    await profile.database.write(lambda db: save_meta(db, "self-test", _WORDS))
    kept = await profile.database.read(load_meta)
    return await profile.database.read(version), kept["self-test"]


def _pictures(_folder: Path) -> str:
    from PySide6.QtGui import QImage

    from desktop_app.images.process import DecoderProcess

    decoder = DecoderProcess()
    try:
        width, height, png = decoder.thumbnail(assets.path("demo/harbour.png"), 64)
    finally:
        decoder.close()
    if max(QImage.fromData(png).width(), QImage.fromData(png).height()) != 64:
        raise Broken("the preview has the wrong size")
    return f"{width} × {height} decoded in a process of its own"


def _formulas(_folder: Path) -> str:
    from PySide6.QtCore import QEventLoop

    from desktop_app.chat.typesetting import Typeset, Typesetter

    answers: list[Typeset] = []
    loop = QEventLoop()
    typesetter = Typesetter()
    typesetter.typeset.connect(answers.append)
    typesetter.typeset.connect(loop.quit)
    try:
        typesetter.ask((_FORMULA, True))
        loop.exec()  # each formula has a limited time
    finally:
        typesetter.close()
    if answers[0].picture is None:
        raise Broken(f"{_FORMULA} cannot be set")
    return f"{_FORMULA} set in a process of its own"


def _demo(_folder: Path) -> str:
    answer = asyncio.run(_ask())
    if _ANSWER not in answer:
        raise Broken("the demo did not know the answer")
    return f"{_QUESTION} {_ANSWER}"


async def _ask() -> str:
    from desktop_app.chat.demo_server import DemoServer
    from desktop_app.gemini.client import GeminiClient
    from desktop_app.interactions.generation import InteractionRequest
    from desktop_app.interactions.interaction import Interaction

    server = DemoServer(tokens_per_second=0)
    turn = Interaction()
    try:
        async with GeminiClient(_ANY_KEY, await server.start()) as client:
            request = InteractionRequest(model=_MODEL, input=_QUESTION, store=False)
            async with client.stream(request) as events:
                async for event in events:
                    turn.apply(event)
    finally:
        await server.aclose()
    return turn.output_text


CHECKS: Final[dict[str, Check]] = {
    "program": _program,
    "modules": _modules,
    "qt": _qt,
    "resources": _resources,
    "settings": _settings,
    "icons": _icons,
    "fonts": _fonts,
    "display": _display,
    "keychain": _keychain,
    "certificates": _certificates,
    "database": _database,
    "pictures": _pictures,
    "formulas": _formulas,
    "demo": _demo,
}
"""The parts by name, in the order in which they are looked at."""
