"""What was uploaded to a server, so that the same file is not uploaded twice in its 48 hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import apsw

_COLUMNS = "sha256, origin, name, uri, mime_type, expires, ready"


@dataclass(frozen=True)
class UploadRow:
    """A file at the server of an origin: `name` is `files/…`, `expires` Unix time, `ready` says
    that it was seen to be usable.
    """

    sha256: str
    origin: str
    name: str
    uri: str
    mime_type: str
    expires: float
    ready: bool = False


def find_upload(db: apsw.Connection, sha256: str, origin: str, now: float) -> UploadRow | None:
    """What was uploaded of a file and is still there at a time, as far as we know."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM upload WHERE sha256 = ? AND origin = ? AND expires > ?",  # noqa: S608 - constants
        (sha256, origin, now),
    )
    return next(map(_row, rows), None)


def save_upload(db: apsw.Connection, row: UploadRow) -> None:
    """Remember an upload. That of an attachment which is forgotten already is not remembered."""
    db.execute(
        f"INSERT OR REPLACE INTO upload ({_COLUMNS}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 "  # noqa: S608 - constants
        "WHERE EXISTS (SELECT 1 FROM attachment WHERE sha256 = ?1)",
        (row.sha256, row.origin, row.name, row.uri, row.mime_type, row.expires, row.ready),
    )


def forget_upload(db: apsw.Connection, sha256: str, origin: str) -> None:
    """Forget an upload: the server does not have it any more."""
    db.execute("DELETE FROM upload WHERE sha256 = ? AND origin = ?", (sha256, origin))


def _row(values: Iterable[object]) -> UploadRow:
    sha256, origin, name, uri, mime_type, expires, ready = values
    return UploadRow(
        str(sha256),
        str(origin),
        str(name),
        str(uri),
        str(mime_type),
        cast("float", expires),
        bool(ready),
    )
