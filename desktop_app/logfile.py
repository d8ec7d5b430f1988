"""The log: a rotating file of the profile that holds neither the key nor what was said."""

import base64
import logging
import logging.handlers
import os
import re
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import Final
from urllib.parse import quote

from desktop_app.overriding import override
from desktop_app.secret import Secret

_MAX_BYTES: Final = 1_000_000
_KEPT: Final = 3
_SHORTEST: Final = 8
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_HEADER: Final = re.compile(  # as a line, as JSON, as a pair of strings or of bytes
    r"(?i)((?:x-goog-api-key|authorization)[\"']?\s*[=:,]\s*b?[\"']?"
    r"(?:(?:basic|bearer|digest|negotiate)\s+)?)[^\s\"'&,;]+"
)
_PARAMETER: Final = re.compile(r"(?i)(key[\"']?\s*[=:]\s*b?[\"']?)[^\s\"'&,;]+")
_GOOGLE_KEY: Final = re.compile(r"AIza[\w-]{20,}")
_USER_INFO: Final = re.compile(r"(?i)(://)[^/\s@]+@")


class Redaction(logging.Filter):
    """Takes keys out of every record, whoever wrote it: those in use, and what looks like one."""

    def __init__(self, *secrets: Callable[[], Secret | None]) -> None:
        super().__init__()
        self._secrets = secrets

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; it is always kept."""
        try:
            text = record.getMessage()
        except Exception:  # noqa: BLE001 - else the mistake of a library would end its caller
            text = f"{record.msg} (and what does not fit)"
        record.msg = self.clean(text)
        record.args = None
        if record.exc_info:
            record.exc_text = self.clean(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        if record.stack_info:
            record.stack_info = self.clean(record.stack_info)
        return True

    def clean(self, text: str) -> str:
        """Take keys out of a text."""
        for secret in [one() for one in self._secrets]:
            for form in _forms(secret.reveal()) if secret is not None else ():
                text = text.replace(form, "***")
        for pattern in (_HEADER, _PARAMETER):
            text = pattern.sub(r"\1***", text)
        return _USER_INFO.sub(r"\1***@", _GOOGLE_KEY.sub("***", text))


def _forms(key: str) -> list[str]:
    """A key as it is, as an address carries it, as base64 anywhere in a longer text, and as hex."""
    raw = key.encode()
    forms = [key, quote(key, safe=""), quote(key), base64.b64encode(raw).decode("ascii")]
    if len(raw) < _SHORTEST:  # too little of it would be left to look for
        return forms
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + raw)
        # The first and the last letters also hold bits of what stands before and after.
        inner = coded[(before * 8 + 5) // 6 : len(raw) * 8 // 6 - 1].decode("ascii")
        forms += [inner, inner.replace("+", "-").replace("/", "_")]
    percents = "".join(f"%{byte:02x}" for byte in raw)
    return [*forms, raw.hex(), raw.hex().upper(), percents, percents.upper()]


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotating file of which each new one is the owner's alone."""

    @override
    def _open(self) -> TextIOWrapper:
        os.close(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        return super()._open()


def open_log(folder: Path, *secrets: Callable[[], Secret | None]) -> logging.Handler:
    """Write what is logged into `castor.log`; the level is CASTOR_LOG, INFO by default.

    Raises `OSError`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "castor.log"
    handler = _PrivateFile(
        file, maxBytes=_MAX_BYTES, backupCount=_KEPT, encoding="utf-8", errors="replace"
    )
    handler.setFormatter(logging.Formatter(_FORMAT))
    handler.addFilter(Redaction(*secrets))
    root = logging.getLogger()
    root.addHandler(handler)
    level = os.environ.get("CASTOR_LOG", "").upper()
    root.setLevel(level if level in logging.getLevelNamesMapping() else "INFO")
    if level != "DEBUG":  # they log every address, and there is nothing to learn from it
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
    return handler


def close_log(handler: logging.Handler) -> None:
    """Write nothing any more: what comes later goes nowhere, and not to the terminal."""
    root = logging.getLogger()
    root.removeHandler(handler)
    handler.close()
    if not root.handlers:
        root.addHandler(logging.NullHandler())  # else Python writes warnings to stderr
