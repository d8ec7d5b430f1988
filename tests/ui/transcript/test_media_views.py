"""Pictures, sounds and other files of an answer: what is seen of them, and what can be done."""

import base64
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.chat.media import MediaRef
from desktop_app.images.pixels import Pixels
from desktop_app.interactions.content import (
    AudioContent,
    DocumentContent,
    ImageContent,
    MediaContent,
)
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.audio_card import MediaCard, length_words
from desktop_app.ui.transcript.media_requests import (
    OpenWanted,
    PixelsWanted,
    SaveWanted,
    ViewWanted,
)
from desktop_app.ui.transcript.model_image import HIGHEST, ModelImage
from tests.documents import pdf, wav
from tests.pictures import encoded, picture
from tests.ui.windows import click, press


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def image(width: int, height: int) -> MediaRef:
    data = base64_of(encoded(picture(width, height)))
    return MediaRef("t/0/0", ImageContent(data=data, mime_type="image/png"))


def pixels(width: int, height: int) -> Pixels:
    made = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(QColor("#c03020"))
    return Pixels(width, height, width, height, bytes(made.constBits()))


@pytest.fixture
def column(qtbot: QtBot, qapp: object) -> Iterator[QWidget]:
    made = QWidget()
    made.resize(720, 800)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def shown(theme: Theme, column: QWidget, ref: MediaRef) -> tuple[ModelImage, QSignalSpy]:
    view = ModelImage(theme, ref, column)
    asked = QSignalSpy(view.media_requested)
    view.fit(720)
    view.show()
    return view, asked


def requests(spy: QSignalSpy) -> list[object]:
    return [spy.at(number)[0] for number in range(spy.count())]


# --- pictures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "room"),
    [
        ((300, 200), (300, 200)),
        ((1440, 720), (720, 360)),
        ((500, 2000), (120, HIGHEST)),
        ((4, 4), (24, 24)),
    ],
)
def test_a_picture_has_its_room_before_it_is_decoded(
    theme: Theme, column: QWidget, size: tuple[int, int], room: tuple[int, int]
) -> None:
    view, asked = shown(theme, column, image(*size))
    assert view._picture.size() == QSize(*room)
    assert view.height() == room[1]
    (wanted,) = requests(asked)
    assert isinstance(wanted, PixelsWanted)
    assert max(room) <= wanted.longest < max(room) + 64


def test_its_pixels_are_painted_and_let_go_of_when_it_is_out_of_sight(
    theme: Theme, column: QWidget
) -> None:
    view, asked = shown(theme, column, image(300, 200))
    view.show_pixels("another", pixels(300, 200))
    assert view._picture.pixmap.isNull()
    view.show_pixels("t/0/0", pixels(300, 200))
    assert view.grab().toImage().pixelColor(150, 100).name() == "#c03020"
    view.hide()
    assert view._picture.pixmap.isNull()
    view.show()
    assert asked.count() == 2


def test_a_picture_opens_by_mouse_and_by_key(theme: Theme, column: QWidget) -> None:
    ref = image(300, 200)
    view, asked = shown(theme, column, ref)
    (stop,) = view.stops
    click(stop)
    press(stop, Qt.Key.Key_Space)
    assert requests(asked)[1:] == [ViewWanted(ref), ViewWanted(ref)]
    assert stop.accessibleName() == "PNG picture of the answer, 300 × 200 pixels"


def test_a_picture_that_has_another_size_than_it_said_gets_other_room(
    theme: Theme, column: QWidget
) -> None:
    view, _ = shown(theme, column, image(300, 200))
    changed = QSignalSpy(view.height_changed)
    view.show_pixels("t/0/0", pixels(200, 300))
    assert changed.count() == 1
    assert view.fit(720) == 300


def test_a_broken_picture_says_what_it_is_and_can_be_saved(theme: Theme, column: QWidget) -> None:
    ref = MediaRef("t/0/0", ImageContent(data=base64_of(b"no" * 600), mime_type="image/png"))
    view, asked = shown(theme, column, ref)
    view.show_pixels("t/0/0", "no picture")
    view.fit(720)
    assert view.broken
    assert view._card.detail == "1 kB – cannot be shown"
    assert [stop.accessibleName() for stop in view.stops] == ["Save PNG picture"]
    click(view.stops[0])
    assert requests(asked)[-1] == SaveWanted(ref)


def test_a_picture_that_is_only_a_link_is_not_fetched(theme: Theme, column: QWidget) -> None:
    ref = MediaRef("t/0/0", ImageContent(uri="https://www.example.com/a.png"))
    view, asked = shown(theme, column, ref)
    assert view._card.detail == "Only a link to example.com; Castor fetches nothing"
    assert view.stops == []
    assert asked.count() == 0


# --- cards ----------------------------------------------------------------------------------------


def card(theme: Theme, column: QWidget, content: MediaContent) -> tuple[MediaCard, QSignalSpy]:
    made = MediaCard(theme, MediaRef("t/0/0", content), column)
    asked = QSignalSpy(made.media_requested)
    made.fit(720)
    made.show()
    made.grab()
    return made, asked


def test_a_sound_is_a_card_that_opens_and_saves(theme: Theme, column: QWidget) -> None:
    sound = AudioContent(data=base64_of(wav(2.0)), mime_type="audio/wav")
    made, asked = card(theme, column, sound)
    assert made.title == "WAV sound"
    assert made.detail == "0:02, 32 kB"
    assert made.accessibleName() == "WAV sound, 0:02, 32 kB"
    for stop in made.stops:
        click(stop)
    ref = MediaRef("t/0/0", sound)
    assert requests(asked) == [OpenWanted(ref), SaveWanted(ref)]


def test_a_sound_that_still_comes_says_how_much_there_is(theme: Theme, column: QWidget) -> None:
    made, _ = card(theme, column, AudioContent(data=base64_of(b"x" * 3000), mime_type="audio/mp3"))
    assert made.detail == "3 kB"
    more = AudioContent(data=base64_of(b"x" * 9000), mime_type="audio/mp3")
    made.show_content(MediaRef("t/0/0", more))
    assert made.detail == "9 kB"


def test_a_document_of_a_kind_that_may_do_things_is_saved_only(
    theme: Theme, column: QWidget
) -> None:
    good, _ = card(
        theme, column, DocumentContent(data=base64_of(pdf("a")), mime_type="application/pdf")
    )
    assert [stop.accessibleName() for stop in good.stops] == [
        "Open PDF document",
        "Save PDF document",
    ]
    bad, _ = card(
        theme, column, DocumentContent(data=base64_of(b"#!"), mime_type="application/x-sh")
    )
    assert [stop.accessibleName() for stop in bad.stops] == ["Save SH document"]


def test_lengths_are_written_as_players_do() -> None:
    assert [length_words(seconds) for seconds in (0.2, 59.6, 61, 3725)] == [
        "0:01",
        "1:00",
        "1:01",
        "1:02:05",
    ]
