"""D-Bus as the tests speak it: jeepney, which keyring brings along on Linux only."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:  # it has hints, but does not say so
    import jeepney.io.blocking as blocking  # pyright: ignore[reportMissingTypeStubs]

PATIENCE = 20.0


def connect(address: str) -> "blocking.DBusConnection":
    """Connect to a bus; the caller closes it."""
    import jeepney.io.blocking as blocking  # pyright: ignore[reportMissingTypeStubs]

    return blocking.open_dbus_connection(address)


def answers(address: str) -> bool:
    """Whether a bus takes connections; its socket is there a moment before."""
    try:
        connect(address).close()
    except OSError:
        return False
    return True


def call(
    connection: "blocking.DBusConnection",
    name: str,
    path: str,
    interface: str,
    method: str,
    signature: str = "",
    *values: object,
) -> tuple[object, ...]:
    """Call a method and wait for what it returns; an error reply is raised."""
    import jeepney  # pyright: ignore[reportMissingTypeStubs]

    address = jeepney.DBusAddress(path, name, interface)
    message = jeepney.new_method_call(address, method, signature or None, values)
    reply = connection.send_and_get_reply(message, timeout=PATIENCE)
    if reply.header.message_type is jeepney.MessageType.error:
        raise jeepney.DBusErrorResponse(reply)
    return tuple(reply.body)


def has_owner(connection: "blocking.DBusConnection", name: str) -> bool:
    """Whether somebody answers to a name."""
    bus = "org.freedesktop.DBus"
    return bool(call(connection, bus, "/org/freedesktop/DBus", bus, "NameHasOwner", "s", name)[0])


Served = tuple[str, tuple[object, ...] | None]
"""The signature and values of an answer, or the name of an error and `None`."""


def serve(
    connection: "blocking.DBusConnection",
    answer: Callable[[str, tuple[object, ...]], Served | None],
) -> NoReturn:
    """Answer every call that comes, by its method's name and its values."""
    import jeepney  # pyright: ignore[reportMissingTypeStubs]

    while True:
        asked = connection.receive()
        if asked.header.message_type is not jeepney.MessageType.method_call:
            continue
        method = str(asked.header.fields[jeepney.HeaderFields.member])
        served = answer(method, tuple(asked.body))
        if served is None:
            continue
        signature, values = served
        if values is None:
            connection.send(jeepney.new_error(asked, signature))
        else:
            connection.send(jeepney.new_method_return(asked, signature, values))
