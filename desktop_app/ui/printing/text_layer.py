"""Mends the text of a PDF that Qt has written: it says that every space is a tab.

Both have one glyph, and Qt names the first character that it finds for it. Who copies out of the
file would get tabs.
"""

import mmap
import re
from pathlib import Path
from typing import Final

_TABLE: Final = re.compile(rb"begincmap\n.*?endcmap\n", re.DOTALL)
_TEXTS: Final = re.compile(rb"\[[^\]\n]*\]|(?<=^<....> <....> )<0009>$", re.MULTILINE)
"""What a table of characters has for glyphs: the texts of several, or that of one."""

_TAB: Final = b"<0009>"
_SPACE: Final = b"<0020>"


def mend_text_layer(file: Path) -> None:
    """Write spaces for tabs into the tables of characters. Raises `OSError`."""
    with file.open("r+b") as opened, mmap.mmap(opened.fileno(), 0) as data:
        for table in _TABLE.finditer(data):
            data[table.start() : table.end()] = _TEXTS.sub(_with_spaces, table[0])


def _with_spaces(texts: re.Match[bytes]) -> bytes:
    return texts[0].replace(_TAB, _SPACE)
