"""D-Bus as the tests speak it: jeepney, which keyring brings along on Linux only."""

from typing import TYPE_CHECKING

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
