"""What the window does with pictures and sounds of an answer: shows, saves and hands them out."""

import base64
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.citations import Source
from desktop_app.ui.transcript.model_image import ModelImage
from desktop_app.ui.transcript.pictures import Picture
from desktop_app.ui.transcript.sources import CitationCard
from desktop_app.ui.viewer import Viewer
from tests.documents import wav
from tests.pictures import encoded, picture
from tests.ui.answering import Tap
from tests.ui.opened import opened
from tests.ui.windows import button, click, dialog, dialogs, eventually, send

pytestmark = pytest.mark.usefixtures("loop_factory")


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def image(width: int, height: int) -> JsonObject:
    data = base64_of(encoded(picture(width, height)))
    return {"type": "image", "mime_type": "image/png", "data": data}


def sound() -> JsonObject:
    return {"type": "audio", "mime_type": "audio/wav", "data": base64_of(wav(0.3))}


async def answered_with(window: MainWindow, tap: Tap, *blocks: JsonObject) -> None:
    session = send(window, "Show me")
    await eventually(lambda: tap.flows)
    for block in blocks:
        tap.flows[-1].event("step.delta", index=0, delta=block)
    tap.flows[-1].end()
    await eventually(lambda: session.turns and not session.busy)


def shown(window: MainWindow) -> ModelImage:
    (view,) = window.pane.transcript.findChildren(ModelImage)
    return view


async def test_a_picture_of_an_answer_is_decoded_and_seen_in_a_window(
    tmp_path: Path, theme: Theme
) -> None:
    async with opened(tmp_path, theme) as (window, _, tap):
        await answered_with(window, tap, image(300, 200))
        await eventually(lambda: not shown(window)._picture.pixmap.isNull())
        click(shown(window)._picture)
        await eventually(lambda: dialogs(window, Viewer))
        viewer = dialog(window, Viewer)
        await eventually(lambda: viewer.canvas.pixmap.width() == 300)
        assert viewer.windowTitle() == "Picture 1.png – Castor"
        assert not viewer.isModal()
        click(shown(window)._picture)
        assert dialogs(window, Viewer) == [viewer], "it has one window"


async def test_a_picture_of_the_input_is_seen_in_the_same_window(
    tmp_path: Path, theme: Theme
) -> None:
    async with opened(tmp_path, theme) as (window, w, tap):
        path = tmp_path / "harbour.png"
        write(path, encoded(picture(120, 90)))
        assert window.view.session is not None
        w.attachments.attach_files(window.view.session.key, [path], 0)
        session = window.view.session
        await eventually(lambda: session.draft.attachments)
        await answered_with(window, tap, {"type": "text", "text": "A harbour."})
        (small,) = window.pane.transcript.findChildren(Picture)
        click(small)
        await eventually(lambda: dialogs(window, Viewer))
        viewer = dialog(window, Viewer)
        await eventually(lambda: viewer.canvas.pixmap.width() == 120)
        assert viewer.windowTitle() == "harbour.png – Castor"


async def test_a_picture_is_saved_where_the_person_says(tmp_path: Path, theme: Theme) -> None:
    async with opened(tmp_path, theme) as (window, w, tap):
        block = image(30, 20)
        await answered_with(window, tap, block)
        click(shown(window)._picture)
        viewer = dialog(window, Viewer)
        viewer.save()
        (ask,) = viewer.findChildren(QFileDialog)
        assert Path(ask.selectedFiles()[0]).name == "Picture 1.png"
        target = str(tmp_path / "kept.png")
        ask.fileSelected.emit(target)
        await eventually(lambda: w.notices)
        assert w.notices[-1].text == "Saved as kept.png."
        assert base64_of(read(target)) == block["data"]
        ask.close()


async def test_a_sound_is_opened_by_the_systems_program(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    works = [True, False]

    def open_url(url: object) -> bool:
        asked.append(url.toLocalFile())  # type: ignore[attr-defined]
        return works[len(asked) - 1]

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    async with opened(tmp_path, theme) as (window, w, tap):
        await answered_with(window, tap, sound())
        click(button(window, "Open WAV sound"))
        await eventually(lambda: asked)
        assert Path(asked[0]).name == "Sound 1.wav"
        assert read(asked[0]) == wav(0.3)
        click(button(window, "Open WAV sound"))
        await eventually(lambda: w.notices)
        assert w.notices[-1].text == "The system has no program for this file. It can be saved."
        w.attachments.media.close()
        assert not exists(asked[0])


async def test_the_card_of_a_citation_lies_over_the_window(tmp_path: Path, theme: Theme) -> None:
    async with opened(tmp_path, theme) as (window, _, _tap):
        (card,) = window.findChildren(CitationCard)
        source = Source("page", "A page", "example.com", "https://example.com")
        mark = QRect(window.mapToGlobal(window.rect().center()), window.rect().size() / 40)
        window.pane.transcript.citation_reached.emit(source, "words", mark, True)
        assert card.isVisible()
        window.pane.transcript.citation_reached.emit(None, "", QRect(), False)
        assert card.isHidden()


def write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def exists(path: str) -> bool:
    return Path(path).exists()


def read(path: str) -> bytes:
    return Path(path).read_bytes()
