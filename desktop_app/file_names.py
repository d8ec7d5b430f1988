"""Names for files that any system takes for nothing but a name; any level may import it.

They come from titles, from servers and from other computers (reliability, section 1.9).
"""

import re
import unicodedata
from typing import Final

LONGEST: Final = 200
"""Bytes of a name. Systems take 255, and put something of their own behind it now and then."""

_LONGEST_ENDING: Final = 16
_FORBIDDEN: Final = frozenset('<>:"/\\|?*')
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RESERVED: Final = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[\d\u00b9\u00b2\u00b3])", re.IGNORECASE
)


def safe_name(text: str, fallback: str, ending: str = "") -> str:
    """Make a name of a text: without separators, controls and marks of direction.

    `fallback` is taken where nothing is left, or what Windows keeps for a device. An `ending` is
    without its dot.
    """
    ending = f".{ending}" if ending else ""
    seen = "".join(" " if _is_unsafe(c) else c for c in unicodedata.normalize("NFC", text))
    stem = " ".join(seen.split()).strip(" .")
    room = LONGEST - len(ending.encode())
    stem = stem.encode()[:room].decode("utf-8", "ignore").strip(" .")
    if not stem or _RESERVED.fullmatch(stem.partition(".")[0].strip()):
        stem = fallback
    return stem + ending


def safe_file_name(name: str, fallback: str) -> str:
    """Make a name of the name of a file, whose ending is kept."""
    stem, dot, ending = name.rpartition(".")
    ending = safe_name(ending, "")[:_LONGEST_ENDING].replace(" ", "")
    return safe_name(stem, fallback, ending) if dot and stem else safe_name(name, fallback)


def _is_unsafe(character: str) -> bool:
    return character in _FORBIDDEN or unicodedata.category(character) in _INVISIBLE
