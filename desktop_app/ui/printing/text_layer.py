"""Mends the text of a PDF that Qt has written: it says that every space is a tab.

Both have the same glyph, and Qt names the first that it finds. Who copies out of the file, or
searches in it, would get tabs.
"""

import mmap
from pathlib import Path
from typing import Final

_BEGIN: Final = b"begincmap"
_END: Final = b"endcmap"
_TAB: Final = b"<0009>"
_SPACE: Final = b"<0020>"


def mend_text_layer(file: Path) -> None:
    """Write spaces for tabs into the tables of characters. Raises `OSError`."""
    with file.open("r+b") as opened, mmap.mmap(opened.fileno(), 0) as data:
        begin = data.find(_BEGIN)
        while begin >= 0:
            end = data.find(_END, begin)
            if end < 0:
                return
            table = data[begin:end].rpartition(b"endcodespacerange")
            # The first column of a range counts glyphs; only what follows it is text.
            text = _mended(table[2])
            data[end - len(text) : end] = text
            begin = data.find(_BEGIN, end)


def _mended(table: bytes) -> bytes:
    lines = table.split(b"\n")
    return b"\n".join(_mended_line(line) for line in lines)


def _mended_line(line: bytes) -> bytes:
    first, mark, rest = line.partition(b"[")
    if mark:
        return first + mark + rest.replace(_TAB, _SPACE)
    parts = line.rsplit(b"<", 1)
    return line[:-len(_TAB)] + _SPACE if line.endswith(_TAB) and len(parts) == 2 else line
