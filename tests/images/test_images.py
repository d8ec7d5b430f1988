"""Pictures are known by their bytes and decoded apart, under limits."""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from desktop_app.images.decode import Undecodable, decode, read_image
from desktop_app.images.measure import HEAD, measure
from desktop_app.images.probe import image_kind, what_it_is
from desktop_app.images.process import DecoderProcess, NoPreview, worker_command
from tests.pictures import encoded, picture

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "BMP": "image/bmp", "WEBP": "image/webp"}


@pytest.fixture(scope="module")
def decoder() -> Iterator[DecoderProcess]:
    process = DecoderProcess()
    yield process
    process.close()


@pytest.mark.parametrize("name", FORMATS)
def test_a_picture_is_known_by_its_first_bytes(name: str) -> None:
    kind = image_kind(encoded(picture(), name)[:64])
    assert kind is not None
    assert kind.mime_type == FORMATS[name]


@pytest.mark.parametrize(
    ("head", "mime_type"),
    [
        (b"GIF89a\x01\x00\x01\x00", "image/gif"),
        (b"II*\x00\x08\x00\x00\x00", "image/tiff"),
        (b"MM\x00*\x00\x00\x00\x08", "image/tiff"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "image/heic"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "image/heic"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1miaf", "image/heif"),
    ],
)
def test_kinds_without_a_preview_are_known_too(head: bytes, mime_type: str) -> None:
    kind = image_kind(head)
    assert kind is not None
    assert kind.mime_type == mime_type


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"%PDF-1.7 rest", "a PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "an SVG drawing"),
        (b"<?xml version='1.0'?><svg>", "an SVG drawing"),
        (b"<!DOCTYPE html>", "a web page"),
        (b"PK\x03\x04aaaa", "an archive or office document"),
        (b"BMW is a car maker", "a text"),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1", "an AVIF picture"),
        (b"\x00\x00\x00\x1cftypmp42\x00\x00\x00\x00", "a film or sound"),
        (b"RIFF\x00\x00\x00\x00WAVE", "a sound or film"),
        (b"\xff\xfe\x00", "no picture"),
    ],
)
def test_what_is_no_picture_is_named(head: bytes, words: str) -> None:
    assert image_kind(head) is None
    assert what_it_is(head) == words


@given(st.binary(max_size=64))
def test_no_bytes_make_the_probe_raise(head: bytes) -> None:
    image_kind(head)
    what_it_is(head)


@pytest.mark.parametrize("name", FORMATS)
def test_the_child_decodes_and_makes_a_thumbnail(
    decoder: DecoderProcess, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "anything.txt"
    file.write_bytes(encoded(picture(400, 200), name))
    width, height, png = decoder.thumbnail(file, 100)
    assert (width, height) == (400, 200)
    small = read_image(png)
    assert (small.width(), small.height()) == (100, 50)


def test_a_small_picture_keeps_its_size(decoder: DecoderProcess, tmp_path: Path) -> None:
    file = tmp_path / "small.png"
    file.write_bytes(encoded(picture(20, 10)))
    _, _, png = decoder.thumbnail(file, 100)
    assert read_image(png).width() == 20


def test_a_picture_stands_upright(tmp_path: Path) -> None:
    jpeg = encoded(picture(40, 20), "JPEG")
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    turned = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]
    file = tmp_path / "turned.jpg"
    file.write_bytes(turned)
    decoded = decode(file, 100)
    assert (decoded.width, decoded.height) == (20, 40)


def huge_png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        huge_png(30_000, 30_000),
        encoded(picture())[:60],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"\xff\xd8\xff" + b"\0" * 100,
        b"GIF89a" + b"\xff" * 100,
        b"<svg xmlns='http://www.w3.org/2000/svg'><image href='/etc/hostname'/></svg>",
        b"",
    ],
)
def test_a_picture_that_cannot_be_shown_says_so_and_the_child_goes_on(
    decoder: DecoderProcess, tmp_path: Path, data: bytes
) -> None:
    file = tmp_path / "odd.png"
    file.write_bytes(data)
    with pytest.raises(NoPreview):
        decoder.thumbnail(file, 100)
    file.write_bytes(encoded(picture(30, 30)))
    assert decoder.thumbnail(file, 100)[0] == 30


def test_an_svg_that_calls_itself_png_is_not_drawn() -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
    with pytest.raises(Undecodable):
        read_image(svg)


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    fifo = tmp_path / "never.png"
    os.mkfifo(fifo)
    process = DecoderProcess(time_limit=0.3)
    file = tmp_path / "a.png"
    file.write_bytes(encoded(picture(8, 8)))
    assert process.thumbnail(file, 10)[0] == 8
    with pytest.raises(NoPreview, match="too much time"):
        process.thumbnail(fifo, 10)
    process.close()


def test_a_child_that_died_is_started_again(decoder: DecoderProcess, tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(encoded(picture(8, 8)))
    decoder.thumbnail(file, 10)
    assert decoder._child is not None
    decoder._child.kill()
    decoder._child.wait()
    assert decoder.thumbnail(file, 10)[0] == 8


def test_the_child_sees_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "canary-key-0123456789")
    process = DecoderProcess()
    file = tmp_path / "a.png"
    file.write_bytes(encoded(picture(8, 8)))
    process.thumbnail(file, 10)
    assert process._child is not None
    environment = Path(f"/proc/{process._child.pid}/environ").read_bytes()
    process.close()
    assert b"canary" not in environment


def test_a_frozen_program_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.frozen", True, raising=False)
    assert worker_command()[1:] == ["--decode-images"]


def test_an_animation_shows_its_first_picture(decoder: DecoderProcess, tmp_path: Path) -> None:
    # Qt writes no GIF: two frames of one pixel, by hand.
    gif = bytes.fromhex("47494638396101000100800000ff0000ffffff2c00000000010001000002024401003b")
    file = tmp_path / "a.gif"
    file.write_bytes(gif)
    width, height, png = decoder.thumbnail(file, 10)
    assert (width, height) == (1, 1)
    assert read_image(png).pixelColor(0, 0) == QColor("#ff0000")


def test_thumbnails_carry_nothing_of_the_file_but_pixels(
    decoder: DecoderProcess, tmp_path: Path
) -> None:
    image = picture(50, 50)
    image.setText("Comment", "secret place")
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImage(image).save(buffer, "PNG")  # type: ignore[call-overload]
    file = tmp_path / "a.png"
    file.write_bytes(buffer.data().data())
    assert b"secret place" in file.read_bytes()
    assert b"secret place" not in decoder.thumbnail(file, 100)[2]


# --- for a window ---------------------------------------------------------------------------------


def test_pixels_come_from_bytes_and_from_a_file_alike(
    decoder: DecoderProcess, tmp_path: Path
) -> None:
    data = encoded(picture(300, 200, "#102030"))
    path = tmp_path / "a"
    path.write_bytes(data)
    made = decoder.pixels(data, 150)
    assert made == decoder.pixels(path, 150)
    assert (made.width, made.height, made.across, made.down) == (300, 200, 150, 100)
    image = QImage(made.data, made.across, made.down, QImage.Format.Format_ARGB32_Premultiplied)
    assert image.pixelColor(149, 99) == QColor("#102030")


def test_a_large_picture_goes_through_the_pipe(decoder: DecoderProcess) -> None:
    noise = os.urandom(700 * 700 * 4)
    image = QImage(noise, 700, 700, QImage.Format.Format_RGB32)
    data = encoded(image)
    assert len(data) > 1_000_000
    assert len(decoder.pixels(data, 4096).data) == 700 * 700 * 4


def test_broken_bytes_have_no_pixels_and_the_next_picture_has(decoder: DecoderProcess) -> None:
    good = encoded(picture())
    for bad in (b"", b"no picture", good[:60], b"\x89PNG\r\n\x1a\n" + b"\0" * 90):
        with pytest.raises(NoPreview):
            decoder.pixels(bad, 64)
    assert decoder.pixels(good, 64).width == 64


@pytest.mark.parametrize("name", FORMATS)
def test_the_first_bytes_tell_the_size(name: str) -> None:
    assert measure(encoded(picture(130, 47), name)[:HEAD]) == (130, 47)


def test_a_gif_tells_its_size_and_what_is_cut_short_does_not() -> None:
    assert measure(b"GIF89a\x0a\x00\x14\x00") == (10, 20)
    assert measure(encoded(picture(), "JPEG")[:20]) is None
    assert measure(b"") is None


@given(
    st.sampled_from(
        [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF1234WEBP", b"BM"]
    ),
    st.binary(max_size=64),
)
def test_no_bytes_make_measuring_raise(head: bytes, rest: bytes) -> None:
    size = measure(head + rest)
    assert size is None or min(size) > 0
