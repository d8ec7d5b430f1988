"""A Secret Service that takes every call and never answers; run it as a program of a session."""

import os
from contextlib import closing

from tests.dbus import call, connect

BUS = "org.freedesktop.DBus"


def main() -> None:
    with closing(connect(os.environ["DBUS_SESSION_BUS_ADDRESS"])) as connection:
        call(
            *(connection, BUS, "/org/freedesktop/DBus", BUS, "RequestName"),
            *("su", "org.freedesktop.secrets", 0),
        )
        while True:
            connection.receive()


if __name__ == "__main__":
    main()
