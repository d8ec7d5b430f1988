"""A file of certificates that a person trusts beside the system's: a company's own CA, say."""

import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from desktop_app.errors import AppError

_LARGEST: Final = 4 << 20
_BLOCK: Final = re.compile(
    "-----BEGIN CERTIFICATE-----.{1,100000}?-----END CERTIFICATE-----", re.DOTALL
)


class BadAuthorities(AppError):
    """The file cannot be read, or holds no certificate."""


@dataclass(frozen=True)
class Authorities:
    """What was read: the certificates as PEM, and what those are called who may sign others."""

    path: str
    pem: str = field(repr=False)
    names: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        """The name of the file, without its folder."""
        return Path(self.path).name


def read_authorities(path: Path) -> Authorities:
    """Read a file of certificates; whatever else is in it is left out. Raises `BadAuthorities`.

    It may block, as a file on a network drive does.
    """
    import ssl

    blocks = _BLOCK.findall(_text(path))
    if not blocks:
        raise BadAuthorities(
            f"There is no certificate in {path.name}.",
            "A CA file is text with the line -----BEGIN CERTIFICATE-----.",
        )
    pem = "\n".join([*blocks, ""])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError, TypeError):
        raise BadAuthorities(
            f"A certificate in {path.name} is damaged.", "Ask for the file again."
        ) from None
    names = [_name(one) for one in context.get_ca_certs()]
    return Authorities(str(path), pem, tuple(name for name in names if name))


def _text(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise BadAuthorities(f"{path.name} is not a file.")
        if path.stat().st_size > _LARGEST:
            raise BadAuthorities(f"{path.name} is too large for a CA file.")
        return path.read_text("ascii", errors="replace")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it has no such name"
        raise BadAuthorities(
            f"The CA file {path.name} could not be read: {reason}.", "Choose it again."
        ) from None


def _name(certificate: Mapping[str, object]) -> str:
    parts = cast("Iterable[Iterable[tuple[str, str]]]", certificate.get("subject") or ())
    found = {kind: text for part in parts for kind, text in part}
    name = found.get("commonName") or found.get("organizationName") or ""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:80]
