"""The child that decodes pictures has 64 megapixels, 10 seconds, 1 GiB, and takes no drawing."""

import gzip
import re
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_app.images.decode import MAX_PIXELS, Undecodable, read_image
from desktop_app.images.process import TIME_LIMIT, DecoderProcess, NoPreview
from desktop_app.images.worker import _CPU_SECONDS, _MEMORY
from tests.pictures import encoded, picture

ROOT = Path(__file__).parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="these limits are Linux's")


@pytest.fixture(scope="module")
def decoder() -> Iterator[DecoderProcess]:
    process = DecoderProcess()
    yield process
    process.close()


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 40)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def bmp(width: int, height: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 70, 0, 0, 54) + head + b"\0" * 16


def gif(width: int, height: int) -> bytes:
    image = b"," + struct.pack("<HHHH", 0, 0, width, height) + b"\0\x02\x02D\x01\0"
    return (
        b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0\0\0\0\xff\xff\xff" + image + b";"
    )


def jpeg(width: int, height: int) -> bytes:
    data = encoded(picture(16, 16), "JPEG")
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


@pytest.mark.parametrize("make", [png, bmp, gif, jpeg])
def test_a_picture_of_more_than_64_megapixels_is_refused_by_its_header(
    make: Callable[[int, int], bytes],
) -> None:
    with pytest.raises(Undecodable, match="8001 × 8000 pixels are too many"):
        read_image(make(8001, 8000))


def test_64_megapixels_are_the_last_that_are_tried() -> None:
    assert MAX_PIXELS == 64_000_000
    assert read_image(gif(8000, 8000)).width() == 8000  # next to nothing stands behind its header


@linux
def test_the_child_has_a_gibibyte_a_time_and_leaves_no_core(
    decoder: DecoderProcess, tmp_path: Path
) -> None:
    assert (TIME_LIMIT, _CPU_SECONDS, _MEMORY) == (10.0, 10, 1 << 30)
    file = tmp_path / "a.png"
    file.write_bytes(encoded(picture(8, 8)))
    decoder.thumbnail(file, 8)
    assert decoder._child is not None
    limits = Path(f"/proc/{decoder._child.pid}/limits").read_text()
    assert re.search(rf"Max address space +{1 << 30} +{1 << 30} ", limits)
    cpu = re.search(r"Max cpu time +(\d+) ", limits)
    assert cpu is not None
    assert 10 <= int(cpu[1]) <= 20
    assert re.search(r"Max core file size +[01] +[01] ", limits)


def run(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", cwd=ROOT, check=False
    )


@linux
def test_more_than_a_gibibyte_is_not_to_be_had() -> None:
    code = "from desktop_app.images import worker; worker._limit_memory(); bytearray(1 << 30)"
    assert "MemoryError" in run(code).stderr


@linux
def test_a_picture_that_takes_all_the_time_ends_the_child() -> None:
    code = (
        "from desktop_app.images import worker; worker._CPU_SECONDS = 0; worker._limit_time()\n"
        "while True: pass"
    )
    assert run(code).returncode == -signal.SIGXCPU


SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    b'width="9" height="9"><image width="9" height="9" xlink:href="%s"/></svg>'
)


@pytest.mark.parametrize(
    "before", [b"", b"\xef\xbb\xbf", b"<?xml version='1.0'?>", b"<!-- x -->", b"\n \n"]
)
@pytest.mark.parametrize("suffix", [".png", ".svg", ".jpg", ""])
def test_a_drawing_is_not_drawn_whatever_it_is_called(
    decoder: DecoderProcess, tmp_path: Path, before: bytes, suffix: str
) -> None:
    pixel = tmp_path / "pixel.png"
    pixel.write_bytes(encoded(picture(9, 9, "#ff0000")))
    drawing = before + SVG % bytes(pixel)
    file = tmp_path / f"drawing{suffix}"
    for data in (drawing, gzip.compress(drawing)):
        file.write_bytes(data)
        with pytest.raises(NoPreview, match="no preview"):
            decoder.thumbnail(file, 9)
        with pytest.raises(NoPreview, match="no preview"):
            decoder.pixels(data, 9)


@pytest.mark.parametrize("magic", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"BM"])
def test_a_drawing_behind_the_first_bytes_of_a_picture_is_not_drawn(
    decoder: DecoderProcess, magic: bytes
) -> None:
    with pytest.raises(NoPreview):
        decoder.pixels(magic + SVG % b"/etc/hostname", 9)
