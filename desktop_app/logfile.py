"""The log: a rotating file of the profile that holds neither the key nor what was said."""

import logging
import logging.handlers
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from desktop_app.overriding import override
from desktop_app.secret import Secret

_MAX_BYTES: Final = 1_000_000
_KEPT: Final = 3
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_KEY_LIKE: Final = re.compile(
    r"(?i)((?:x-goog-api-key|api[_-]?key|key|authorization)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;]+"
)
_USER_INFO: Final = re.compile(r"(?i)(://)[^/\s@]+@")


class Redaction(logging.Filter):
    """Takes keys out of every record, whoever wrote it: the key in use, and what looks like one."""

    def __init__(self, secret: Callable[[], Secret | None]) -> None:
        super().__init__()
        self._secret = secret

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; it is always kept."""
        record.msg = self.clean(record.getMessage())
        record.args = None
        if record.exc_info:
            record.exc_text = self.clean(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True

    def clean(self, text: str) -> str:
        """Take keys out of a text."""
        secret = self._secret()
        if secret is not None:
            text = text.replace(secret.reveal(), "***")
        return _USER_INFO.sub(r"\1***@", _KEY_LIKE.sub(r"\1***", text))


def open_log(folder: Path, secret: Callable[[], Secret | None]) -> logging.Handler:
    """Write what is logged into `castor.log`; the level is CASTOR_LOG, INFO by default.

    Raises `OSError`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "castor.log"
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    handler = logging.handlers.RotatingFileHandler(
        file, maxBytes=_MAX_BYTES, backupCount=_KEPT, encoding="utf-8", errors="replace"
    )
    handler.setFormatter(logging.Formatter(_FORMAT))
    handler.addFilter(Redaction(secret))
    root = logging.getLogger()
    root.addHandler(handler)
    level = os.environ.get("CASTOR_LOG", "INFO").upper()
    root.setLevel(level)
    if level != "DEBUG":  # they log every address, and there is nothing to learn from it
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
    return handler


def close_log(handler: logging.Handler) -> None:
    """Write nothing any more."""
    logging.getLogger().removeHandler(handler)
    handler.close()
