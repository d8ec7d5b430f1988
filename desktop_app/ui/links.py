"""The one place that has the system open something; a link only to a host, by web or mail.

The text of an answer is not to be trusted: a link in it can name a file, a program's own scheme,
or a host that its text hides (reliability, section 1.5).
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

# An address anywhere in the text, or a text that is nothing but a host and a path.
_HOST_IN_TEXT: Final = re.compile(
    r"(?:https?://|\bwww\.)([\w-]+(?:\.[\w-]+)*)|^([\w-]+(?:\.[\w-]+)+)(?:[/:?#]\S*)?$",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class Link:
    """An address that may be opened, written anew, and the host it leads to."""

    address: str
    host: str


def check_link(address: str) -> Link | None:
    """Make sure of an address; `None` where it must not be opened."""
    if any(ord(c) < 33 or ord(c) == 127 for c in address.strip()):
        return None
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme == "mailto":
        return Link(f"mailto:{parts.path}", parts.path) if "@" in parts.path else None
    if scheme not in ("http", "https") or not host or parts.username is not None:
        return None
    url = QUrl(address.strip(), QUrl.ParsingMode.StrictMode)
    if not url.isValid() or not url.host():
        return None
    encoded = bytes(url.toEncoded().data()).decode("ascii")
    return Link(encoded, bytes(QUrl.toAce(url.host()).data()).decode("ascii") or url.host())


def names_another_host(text: str, link: Link) -> bool:
    """Whether the text of a link names a host that it does not lead to."""
    found = _HOST_IN_TEXT.search(text.strip())
    if found is None:
        return False
    named = (found[1] or found[2]).lower().removeprefix("www.")
    return named != link.host.lower().removeprefix("www.")


def open_link(link: Link) -> bool:
    """Hand an address to the system; say whether it took it."""
    return QDesktopServices.openUrl(QUrl(link.address))


def open_file(path: str) -> bool:
    """Have the system open a file that Castor itself has written, or a folder of its own."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(path))
