"""What is attached can be told apart, watched and stopped: chips, overlay, dialog and bubbles."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QRect, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.chat.attaching import Copying, Refusal
from desktop_app.interactions.content import AttachmentContent, TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.media_types import XLSX
from desktop_app.interactions.outcome import Outcome
from desktop_app.ui.composer.attachment_strip import AttachmentStrip, Chip, RefusalChip
from desktop_app.ui.composer.copying_chip import CopyingChip, copying_words
from desktop_app.ui.composer.message_edit import LARGEST_PASTE
from desktop_app.ui.drop_overlay import DropOverlay
from desktop_app.ui.dropping import FILTERS, look_at
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.pictures import Picture
from desktop_app.ui.transcript.turn_view import TurnView
from tests.demo.process import demo_process
from tests.documents import mp4, pdf
from tests.pictures import encoded, picture
from tests.scriptserver import Request, Writer, answer, script_server
from tests.ui.windows import dialog, eventually, main_window, send
from tests.world import world

pytestmark = pytest.mark.usefixtures("loop_factory")

NOWHERE = "http://127.0.0.1:1"


def file(
    name: str, kind: str, mime_type: str, size: int = 1234, letter: str = "a"
) -> AttachmentContent:
    return AttachmentContent(kind, letter * 64, name, mime_type, size)


PAPER = file("paper.pdf", "document", "application/pdf", 3_400_000, "b")
FILM = file("film.mp4", "video", "video/mp4", 1_850_000_000, "c")


@pytest.fixture
def strip(theme: Theme, qtbot: QtBot) -> Iterator[AttachmentStrip]:
    window = QWidget()
    window.resize(760, 400)
    made = AttachmentStrip(theme, lambda attachment: None, window)
    made.height_changed.connect(lambda: made.fit(720))
    qtbot.addWidget(window)
    window.show()
    yield made
    window.close()


def accent_pixels(image: QImage, theme: Theme) -> int:
    """How much of the accent colour is in the lowest rows of a picture."""
    accent = theme.color("accent").rgb()
    rows = range(image.height() - 4, image.height())
    return sum(image.pixel(x, y) == accent for y in rows for x in range(image.width()))


# --- chips ----------------------------------------------------------------------------------------


def test_a_chip_says_what_kind_of_file_it_is_and_how_large(strip: AttachmentStrip) -> None:
    table = file("prices.xlsx", "document", XLSX, letter="d")
    notes = file("notes.py", "text", "text/plain", 12, "e")
    sound = file("talk.mp3", "audio", "audio/mp3", letter="f")
    strip.set_attachments((PAPER, FILM, table, notes, sound))
    assert [chip.accessibleName() for chip in strip.findChildren(Chip)] == [
        "Attachment paper.pdf, PDF, 3.4 MB",
        "Attachment film.mp4, MP4, 1.85 GB",
        "Attachment prices.xlsx, Excel, 1 kB",
        "Attachment notes.py, Text, 12 bytes",
        "Attachment talk.mp3, MP3, 1 kB",
    ]


def test_kinds_have_icons_of_their_own(strip: AttachmentStrip) -> None:
    same = "x" * 8
    kinds = ("document", "audio", "video", "image")
    strip.set_attachments(
        tuple(file(same, kind, f"{kind}/x", letter=str(at)) for at, kind in enumerate(kinds))
    )
    icons = [chip.grab().toImage().copy(0, 0, 46, 44) for chip in strip.findChildren(Chip)]
    for at, one in enumerate(icons):
        assert all(one != other for other in icons[at + 1 :])


def test_a_file_name_that_looks_like_markup_is_shown_as_it_is(strip: AttachmentStrip) -> None:
    strip.set_attachments((file("<b>x</b>.pdf", "document", "application/pdf"),))
    (chip,) = strip.findChildren(Chip)
    assert "<b>" not in chip.toolTip()


def test_a_hundred_chips_leave_room_for_the_text(strip: AttachmentStrip) -> None:
    strip.set_attachments(
        tuple(
            AttachmentContent("image", f"{at:064x}", f"{at}.png", "image/png", 10)
            for at in range(100)
        )
    )
    assert strip.fit(720) == 3 * 44 + 2 * 8
    chips = strip.findChildren(Chip)
    assert len(chips) == 100
    assert strip.rect().intersects(_seen(chips[-1], strip))
    assert not strip.rect().intersects(_seen(chips[0], strip))
    for chip in chips:
        assert chip.geometry().right() <= 720 - 14, "the bar does not lie over a chip"
    strip.set_attachments(())
    assert strip.fit(720) == 0


def test_what_was_attached_last_is_in_sight_above_what_was_refused_before(
    strip: AttachmentStrip,
) -> None:
    for number in range(5):
        strip.show_refusal(Refusal(f"{number}.exe", "it is a program"))
        (*_, refused) = strip.findChildren(RefusalChip)
        assert strip.rect().contains(_seen(refused, strip))
    strip.set_attachments((PAPER,))
    (chip,) = strip.findChildren(Chip)
    assert strip.rect().contains(_seen(chip, strip))


def _seen(chip: QWidget, strip: QWidget) -> QRect:
    return chip.rect().translated(chip.mapTo(strip, QPoint(0, 0)))


def test_a_long_copy_shows_how_far_it_is_and_can_be_stopped(
    strip: AttachmentStrip, theme: Theme, qtbot: QtBot
) -> None:
    strip.set_working(1)
    strip.set_copying(Copying(7, "film.mp4", 100_000_000, 400_000_000, 50_000_000))
    (chip,) = strip.findChildren(CopyingChip)
    early = accent_pixels(chip.grab().toImage(), theme)
    strip.set_copying(Copying(7, "film.mp4", 300_000_000, 400_000_000, 50_000_000))
    assert strip.findChildren(CopyingChip) == [chip]
    assert accent_pixels(chip.grab().toImage(), theme) > 2 * early > 0
    assert chip.accessibleName() == "film.mp4 is being copied, 400.0 MB"
    assert copying_words(Copying(7, "x", 1, 4, 52_000_000)) == "25%, 52 MB/s"
    stopped: list[int] = []
    strip.copy_stopped.connect(stopped.append)
    assert chip.button.accessibleName() == "Stop copying film.mp4"
    qtbot.mouseClick(chip.button, Qt.MouseButton.LeftButton)
    assert stopped == [7]
    strip.set_copying(None)
    strip.set_working(0)
    assert chip.isHidden()
    assert strip.fit(720) == 0


# --- dropping and picking -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["a.pdf"], "Drop a PDF to ask about it"),
        (["a.PNG"], "Drop a picture to ask about it"),
        (["a.png", "b.jpg", "c.webp"], "Drop 3 pictures to ask about them"),
        (["a.docx"], "Drop a document to ask about it"),
        (["a.csv"], "Drop a table to ask about it"),
        (["a.mp3"], "Drop a recording to ask about it"),
        (["a.mp4", "b.mov"], "Drop 2 films to ask about them"),
        (["a.py"], "Drop a text to ask about it"),
        (["a.pdf", "b.png"], "Drop 2 files to ask about them"),
        (["README"], "Drop a file to ask about it"),
    ],
)
def test_the_overlay_says_what_a_drop_would_do(
    theme: Theme, qtbot: QtBot, names: list[str], words: str
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(f"/home/me/{name}") for name in names])
    window = QWidget()
    qtbot.addWidget(window)
    overlay = DropOverlay(theme, window)
    overlay.show_drop(look_at(data), False)
    assert overlay.accessibleName() == f"{words}. "


def test_the_dialog_offers_what_can_be_attached_first() -> None:
    first = FILTERS[0]
    for suffix in ("*.png", "*.pdf", "*.docx", "*.csv", "*.mp3", "*.mp4", "*.py"):
        assert suffix in first
    assert FILTERS[-1] == "All files (*)"


async def test_a_pdf_is_picked_asked_about_and_answered(tmp_path: Path, theme: Theme) -> None:
    paper = tmp_path / "bridge.pdf"
    paper.write_bytes(pdf("The bridge opened in 1932."))
    with demo_process("--port", "0", "--tokens-per-second", "0", "--seed", "1") as demo:
        async with world(tmp_path / "p", demo.url) as w, main_window(w, theme) as window:
            window.pick_files()
            picker = dialog(window, QFileDialog)
            assert picker.nameFilters() == list(FILTERS)
            picker.filesSelected.emit([str(paper)])
            picker.close()
            session = window.view.session
            assert session is not None
            await eventually(lambda: window.findChildren(Chip))
            (chip,) = window.findChildren(Chip)
            assert chip.accessibleName().startswith("Attachment bridge.pdf, PDF")
            send(window, "When was the bridge opened?")
            await eventually(lambda: session.turns and not session.busy)
            assert "“The bridge opened in 1932.”" in session.turns[-1].output_text
            (shown,) = window.findChildren(Picture)
            assert shown.accessibleName().startswith("Document bridge.pdf, PDF")


async def test_a_very_long_paste_becomes_a_file(tmp_path: Path, theme: Theme) -> None:
    async with world(tmp_path, NOWHERE) as w, main_window(w, theme) as window:
        session = window.view.session
        assert session is not None
        QGuiApplication.clipboard().setText("words and ümläuts " * (LARGEST_PASTE // 10))
        QTest.keyClick(window.pane.composer.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await eventually(lambda: session.draft.attachments)
        QGuiApplication.clipboard().clear()
        (pasted,) = session.draft.attachments
        assert (pasted.name, pasted.kind) == ("Pasted text.txt", "text")
        assert window.pane.composer.edit.text == ""
        text = w.files.path(pasted.sha256).read_text("utf-8")
        assert text.startswith("words and ümläuts words")


async def test_a_hundred_pictures_are_attached_while_the_window_lives(
    tmp_path: Path, theme: Theme
) -> None:
    files: list[str] = []
    for number in range(100):
        path = tmp_path / f"{number}.png"
        path.write_bytes(encoded(picture(8, 8 + number)))
        files.append(str(path))
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.005)
            beats += 1

    async with world(tmp_path / "p", NOWHERE) as w, main_window(w, theme) as window:
        heart = asyncio.ensure_future(beat())
        window._attach_picked(files)
        await eventually(lambda: len(window.findChildren(Chip)) == 100)
        heart.cancel()
        await asyncio.wait([heart])
        assert beats > 100
        assert window.pane.composer.height() < window.height() / 2


# --- above the bubble -----------------------------------------------------------------------------


def test_files_that_went_out_show_kind_size_and_how_far_they_are(
    theme: Theme, qtbot: QtBot
) -> None:
    turn = Interaction(input=(PAPER, FILM, TextContent("what is in it?")))
    window = QWidget()
    qtbot.addWidget(window)
    view = TurnView(theme, turn, lambda attachment: None, window)
    view.fit(720)
    window.resize(view.size())
    window.show()
    paper, film = view.findChildren(Picture)
    assert paper.accessibleName() == "Document paper.pdf, PDF, 3.4 MB"
    assert film.accessibleName() == "Film film.mp4, MP4, 1.85 GB"
    assert accent_pixels(film.grab().toImage(), theme) == 0
    view.show_upload(FILM.sha256, 0.5)
    half = accent_pixels(film.grab().toImage(), theme)
    assert half > 150
    assert accent_pixels(paper.grab().toImage(), theme) == 0
    view.show_upload(FILM.sha256, 1.0)
    assert accent_pixels(film.grab().toImage(), theme) > 1.8 * half
    view.show_upload(FILM.sha256, -1.0)
    assert accent_pixels(film.grab().toImage(), theme) == 0


def test_an_earlier_turn_does_not_show_the_upload_of_a_later_one(
    theme: Theme, qtbot: QtBot
) -> None:
    turn = Interaction(input=(FILM, TextContent("x")))
    turn.cancel()
    window = QWidget()
    qtbot.addWidget(window)
    view = TurnView(theme, turn, lambda attachment: None, window)
    view.fit(720)
    view.show_upload(FILM.sha256, 0.5)
    (film,) = view.findChildren(Picture)
    assert accent_pixels(film.grab().toImage(), theme) == 0


async def test_an_upload_is_seen_and_stopped_by_the_button(tmp_path: Path, theme: Theme) -> None:
    half_way = asyncio.Event()

    async def script(request: Request, writer: Writer) -> None:
        if request.headers["x-goog-upload-command"] == "start":
            url = f"http://{request.headers['host']}/up"
            writer.write(answer(b"{}", x_goog_upload_url=url, x_goog_upload_status="active"))
            return
        half_way.set()
        await asyncio.sleep(30)

    film = tmp_path / "film.mp4"
    film.write_bytes(mp4(1))
    async with (
        script_server(script) as server,
        world(tmp_path / "p", server.base_url) as w,
        main_window(w, theme) as window,
    ):
        session = window.view.session
        assert session is not None
        window._attach_picked([str(film)])
        await eventually(lambda: session.draft.attachments)
        send(window, "how long is it?")
        await half_way.wait()
        (shown,) = window.findChildren(Picture)
        await eventually(lambda: accent_pixels(shown.grab().toImage(), theme) > 100)
        words = [child.accessibleName() for child in window.findChildren(QWidget)]
        assert any(name.startswith("Uploading ") for name in words)
        stop = next(
            one
            for one in window.findChildren(QAbstractButton)
            if one.accessibleName().startswith("Stop") and one.isVisible()
        )
        QTest.mouseClick(stop, Qt.MouseButton.LeftButton)
        await eventually(lambda: not session.busy)
        assert session.turns[-1].outcome is Outcome.CANCELLED
        await eventually(lambda: accent_pixels(shown.grab().toImage(), theme) == 0)
        assert len(session.turns[-1].input) == 2


async def test_a_refused_file_is_said_in_the_strip(tmp_path: Path, theme: Theme) -> None:
    program = tmp_path / "setup.exe"
    program.write_bytes(b"MZ" + bytes(100))
    async with world(tmp_path / "p", NOWHERE) as w, main_window(w, theme) as window:
        window._attach_picked([str(program)])
        await eventually(lambda: w.refusals)
        assert w.refusals == [Refusal("setup.exe", w.refusals[0].reason)]
        assert "it is a program" in w.refusals[0].reason
        QApplication.processEvents()
        names = [child.accessibleName() for child in window.findChildren(QWidget)]
        assert any(name.startswith("setup.exe was not attached") for name in names)
