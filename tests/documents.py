"""Documents, sounds and films made for a test: small, but real ones."""

import io
import math
import struct
import wave
import zipfile
import zlib

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def pdf(*pages: str, compressed: bool = True) -> bytes:
    """A PDF with a page for each text, a line of it for each line."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for at, text in enumerate(pages):
        lines = "".join(f"({_escaped(line)}) Tj T*\n" for line in text.splitlines())
        content = f"BT /F1 12 Tf 14 TL 72 720 Td\n{lines}ET".encode("cp1252")
        filters = b""
        if compressed:
            content, filters = zlib.compress(content), b" /Filter /FlateDecode"
        resources = "/Resources << /Font << /F1 3 0 R >> >>"
        box = "/MediaBox [0 0 595 842]"
        page = f"<< /Type /Page /Parent 2 0 R {box} {resources} /Contents {5 + 2 * at} 0 R >>"
        head = b"<< /Length %d%s >>\nstream\n" % (len(content), filters)
        objects += [page.encode(), head + content + b"\nendstream"]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def wav(seconds: float, rate: int = 8000) -> bytes:
    """A tone."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        count = round(seconds * rate)
        sound.writeframes(
            struct.pack(
                f"<{count}h",
                *(round(9000 * math.sin(2 * math.pi * 440 * at / rate)) for at in range(count)),
            )
        )
    return file.getvalue()


def flac(seconds: int, rate: int = 44_100) -> bytes:
    """The head of a FLAC file."""
    packed = (rate << 44) | (1 << 41) | (15 << 36) | (seconds * rate)
    info = struct.pack(">HH", 4096, 4096) + bytes(6) + packed.to_bytes(8, "big") + bytes(16)
    return b"fLaC" + b"\x80" + len(info).to_bytes(3, "big") + info


def mp4(seconds: float, brand: bytes = b"isom") -> bytes:
    """A film with a header that says how long it is, and no pictures."""
    header = bytes(12) + struct.pack(">II", 1000, round(seconds * 1000)) + bytes(80)
    movie = _box(b"moov", _box(b"mvhd", header))
    return _box(b"ftyp", brand + bytes(4) + brand) + _box(b"mdat", bytes(1000)) + movie


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def docx(*paragraphs: str) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    document = f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    return _archive({"[Content_Types].xml": "<Types/>", "word/document.xml": document})


def xlsx(name: str, *rows: tuple[str, ...]) -> bytes:
    cells = [
        "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) for row in rows
    ]
    body = "".join(f'<row r="{at}">{row}</row>' for at, row in enumerate(cells, 1))
    book = f'<workbook><sheets><sheet name="{name}" sheetId="1"/></sheets></workbook>'
    return _archive(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": book,
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}">{body}</worksheet>',
        }
    )


def pptx(*slides: str) -> bytes:
    head = f'<p:sld xmlns:a="{_DRAWING}"><a:p><a:r><a:t>'
    members = {
        f"ppt/slides/slide{at}.xml": f"{head}{text}</a:t></a:r></a:p></p:sld>"
        for at, text in enumerate(slides, 1)
    }
    return _archive({"[Content_Types].xml": "<Types/>"} | members)


def odt(*paragraphs: str) -> bytes:
    body = "".join(f'<text:p text:style-name="a">{text}</text:p>' for text in paragraphs)
    return _archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document>{body}</office:document>",
        }
    )


def _archive(members: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return file.getvalue()
