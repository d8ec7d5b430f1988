"""Pictures are really looked at: format, size, colours; broken and huge ones are not."""

import base64
import struct
import zlib

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter

from desktop_app.demo.colours import colour_name
from desktop_app.demo.pictures import NotLookedAt, Picture, look
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from tests.demo.calling import Demo, user_input

RED, BLUE, BEIGE = QColor(220, 20, 30), QColor(10, 20, 110), QColor(235, 222, 190)


def picture(width: int, height: int, *colours: QColor) -> QImage:
    """Paint upright stripes of the same width."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    stripe = width // len(colours)
    for number, colour in enumerate(colours):
        painter.fillRect(number * stripe, 0, width - number * stripe, height, colour)
    painter.end()
    return image


def encoded(image: QImage, name: str) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert QImageWriter(buffer, QByteArray(name.encode())).write(image)
    return bytes(buffer.data().data())


GIF = (
    b"GIF89a" + struct.pack("<HHBBB", 2, 1, 0x80, 0, 0) + bytes((255, 0, 0, 0, 0, 255))
    + b"\x2c" + struct.pack("<HHHHB", 0, 0, 2, 1, 0) + b"\x02\x02\x44\x0a\x00\x3b"
)  # fmt: skip


def image_block(data: bytes, mime_type: str = "image/png") -> JsonObject:
    return {"type": "image", "data": base64.b64encode(data).decode(), "mime_type": mime_type}


@pytest.mark.parametrize("name", ["png", "jpeg", "webp", "bmp"])
def test_every_format_is_recognised_by_its_bytes(name: str) -> None:
    data = encoded(picture(90, 60, RED, RED, BLUE), name)
    looked = look(data)
    assert (looked.format.lower(), looked.width, looked.height) == (name, 90, 60)
    (first, share), (second, _) = looked.colours
    assert (first, second) == ("red", "dark blue")
    assert share == pytest.approx(2 / 3, abs=0.05)


def test_a_gif_is_recognised_too() -> None:
    looked = look(GIF)
    assert (looked.format, looked.width, looked.height) == ("GIF", 2, 1)
    assert {name for name, _ in looked.colours} == {"red", "blue"}


def test_what_a_picture_calls_itself_does_not_matter() -> None:
    assert look(encoded(picture(4, 4, RED), "jpeg")).format == "JPEG"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "format"),
        (b"%PDF-1.7", "format"),
        (b"\x89PNG\r\n\x1a\n", "cannot be decoded"),
    ],
)
def test_what_cannot_be_decoded_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(NotLookedAt, match=reason):
        look(data)


def huge_png(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        check = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def test_more_than_64_megapixels_are_refused_before_decoding() -> None:
    with pytest.raises(NotLookedAt, match="8001 × 8000 pixels"):
        look(huge_png(8001, 8000))


def test_transparency_counts_as_no_colour() -> None:
    image = QImage(10, 10, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    assert look(encoded(image, "png")) == Picture("PNG", 10, 10, (), 1.0, 0.5)


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((0, 0, 0), "black"),
        ((255, 255, 255), "white"),
        ((128, 128, 128), "grey"),
        ((255, 0, 0), "red"),
        ((0, 0, 255), "blue"),
        ((0, 128, 0), "green"),
        ((255, 255, 0), "yellow"),
        ((255, 165, 0), "orange"),
        ((139, 69, 19), "brown"),
        ((245, 245, 220), "cream"),
        ((230, 215, 185), "beige"),
        ((255, 192, 203), "pink"),
        ((128, 0, 128), "purple"),
        ((0, 0, 128), "dark blue"),
        ((0, 100, 0), "dark green"),
        ((135, 206, 235), "light blue"),
        ((64, 224, 208), "turquoise"),
        ((0, 128, 128), "teal"),
        ((128, 0, 0), "dark red"),
    ],
)
def test_colours_have_their_everyday_names(rgb: tuple[int, int, int], name: str) -> None:
    assert colour_name(*rgb) == name


# --- in a conversation ----------------------------------------------------------------------------


def test_one_picture_is_described(demo: Demo) -> None:
    data = encoded(picture(640, 480, BEIGE, BEIGE, BEIGE, RED), "jpeg")
    text = demo.text([{"type": "text", "text": "What is this?"}, image_block(data, "image/jpeg")])
    assert "a JPEG of 640 × 480 pixels" in text
    assert "mostly beige (75%), then red (2" in text


def test_several_pictures_are_compared(demo: Demo) -> None:
    first = image_block(encoded(picture(40, 30, RED), "png"))
    second = image_block(encoded(picture(80, 60, BEIGE, RED), "bmp"), "image/bmp")
    text = demo.text([{"type": "text", "text": "Which is lighter?"}, first, second])
    assert "The first picture is a PNG of 40 × 30 pixels; its colours are red (100%)" in text
    assert "The second picture is a BMP" in text
    assert "the second one is the lightest, and they share red" in text
    assert "The largest one has 80 × 60 pixels" in text


def test_a_picture_of_an_earlier_turn_is_remembered(demo: Demo) -> None:
    first = demo.create([image_block(encoded(picture(33, 44, RED), "png"))])
    second = demo.create("Thank you.", previous_interaction_id=first["id"])
    text = demo.text("What was in the picture?", previous_interaction_id=second["id"])
    assert "Earlier you sent this." in text
    assert "33 × 44" in text
    steps: list[JsonValue] = [
        user_input(image_block(encoded(picture(12, 13, BLUE), "png"))),
        {"type": "model_output", "content": [{"type": "text", "text": "Nice."}]},
        user_input("Which colours did the picture have?"),
    ]
    assert "dark blue" in demo.text(steps, store=False)


def test_a_picture_that_is_only_a_link_is_not_fetched(demo: Demo) -> None:
    link: JsonObject = {"type": "image", "uri": "https://x.test/a.png", "mime_type": "image/png"}
    assert "this server is offline" in demo.text([link])


def test_a_broken_picture_is_named_as_such(demo: Demo) -> None:
    text = demo.text([image_block(b"\x89PNG\r\n\x1a\nrubbish")])
    assert "could not be looked at, because it cannot be decoded" in text
    svg = image_block(b"<svg/>", "image/png")
    assert "because its format is not one of" in demo.text([svg])
