"""A Secret Service that does not do its duty; run it as a program of a session, with its fault.

`silent` takes every call and answers none; `changing` gives back another secret than it was given;
`forgetful` says that it keeps a secret, and does not.
"""

import os
import sys
from contextlib import closing
from typing import cast

from tests.dbus import Served, call, connect, serve

BUS = "org.freedesktop.DBus"
NAME = "org.freedesktop.secrets"
ITEM = "/org/freedesktop/secrets/collection/one/item"
SESSION = "/org/freedesktop/secrets/session/one"

FAULTS = ("silent", "changing", "forgetful")


class FalseService:
    """Has one keyring, never locked, for one secret."""

    def __init__(self, fault: str) -> None:
        assert fault in FAULTS
        self._fault = fault
        self._secret: bytes | None = None

    def answer(self, method: str, values: tuple[object, ...]) -> Served | None:
        """What a call returns: a signature and values; `None` for no answer at all."""
        if self._fault == "silent":
            return None
        items = [ITEM] if self._secret is not None else []
        match method:
            case "Get" if values[1] == "Locked":
                return "v", (("b", False),)
            case "Get":
                return "v", (("s", "a false keyring"),)
            case "OpenSession" if values[0] == "plain":
                return "vo", (("s", ""), SESSION)
            case "OpenSession":
                return "org.freedesktop.DBus.Error.NotSupported", None
            case "Unlock":
                return "aoo", (values[0], "/")
            case "SearchItems":
                return "ao", (items,)
            case "CreateItem":
                self._keep(cast("tuple[str, bytes, bytes, str]", values[1])[2])
                return "oo", (ITEM, "/")
            case "GetSecret":
                return "(oayays)", ((SESSION, b"", self._secret or b"", "text/plain"),)
            case "Delete":
                self._secret = None
                return "o", ("/",)
            case _:
                return "org.freedesktop.DBus.Error.UnknownMethod", None

    def _keep(self, secret: bytes) -> None:
        if self._fault == "changing":
            self._secret = secret.upper()


def main() -> None:
    service = FalseService(sys.argv[1])
    with closing(connect(os.environ["DBUS_SESSION_BUS_ADDRESS"])) as connection:
        call(connection, BUS, "/org/freedesktop/DBus", BUS, "RequestName", "su", NAME, 0)
        serve(connection, service.answer)


if __name__ == "__main__":
    main()
