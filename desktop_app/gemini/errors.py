"""What can go wrong between us and the server, in words a person may read.

    AppError
    └── GeminiError                  code, http_status, server_message, details
        ├── ConnectionFailed         nothing was sent, or nothing came back
        │   ├── CertificateNotTrusted
        │   ├── ProxyRefused         the proxy wants a password, or does not let us through
        │   ├── TimedOut             no connection, or no event, in time
        │   └── StreamBroken         the stream ended without its end; may be resumed
        ├── StatusError              the server answered with an error
        │   ├── InvalidRequest       400
        │   ├── AuthenticationFailed 401, and 400 with API_KEY_INVALID
        │   ├── PermissionDenied     402, 403, 400 failed_precondition
        │   ├── NotFound             404, 410, 416
        │   │   └── ModelNotFound    404 model_not_found
        │   ├── RateLimited          429; retry_after, daily
        │   ├── Overloaded           503, 504, 408
        │   └── ServerError          every other status
        ├── InteractionFailed        the answer itself failed or was blocked
        ├── OtherServer              what is asked about is at another server than the one in use
        ├── FileNotReady             the server could not, or not in time, process a file
        └── ProtocolError            what came is not the documented shape
            ├── LineTooLong
            └── EventTooLarge

The codes are those of the specification, section 10; `code` is opaque and may be any word.
"""

from typing import Final

from desktop_app.errors import AppError
from desktop_app.gemini.certificate import Certificate

KEPT: Final = "Your message is kept."
CAME_KEPT: Final = "What came is kept."


class GeminiError(AppError):
    """Base of all of these.

    `code` is the server's word, or ours; `http_status` is `None` where there was no answer;
    `server_message` is the server's own sentence, plain and at most 500 characters; `details` is
    for developers. None of them holds the key or the text of the conversation.
    """

    def __init__(
        self,
        sentence: str,
        advice: str = "",
        *,
        code: str = "",
        http_status: int | None = None,
        server_message: str = "",
        details: str = "",
    ) -> None:
        super().__init__(sentence, advice)
        self.code = code
        self.http_status = http_status
        self.server_message = server_message
        self.details = details


class ConnectionFailed(GeminiError):
    """No connection: the network is down, the name is unknown, the server refuses."""


UNREACHED: Final = frozenset(
    f"{place}{what}" for place in ("", "proxy_") for what in ("dns", "connect", "connect_timeout")
) | {"proxy_upstream"}
"""The codes of what happens without a network: no connection was made, and nothing sent."""


def is_unreached(error: BaseException) -> bool:
    """Whether the server could not be reached, so that a request surely did nothing there."""
    nothing_sent = type(error) is ConnectionFailed or isinstance(error, TimedOut)
    return nothing_sent and isinstance(error, GeminiError) and error.code in UNREACHED


class CertificateNotTrusted(ConnectionFailed):
    """The server's certificate was not accepted; there is no switch to accept it.

    `certificate` is the one that came, where it could be looked at.
    """

    certificate: Certificate | None = None


class ProxyRefused(ConnectionFailed):
    """The proxy said no, and would say it again: a wrong password may lock an account."""


class TimedOut(ConnectionFailed):
    """The server did not connect, or sent no event, in time."""


class StreamBroken(ConnectionFailed):
    """The stream ended without its end."""


class OtherServer(GeminiError):
    """What is asked about belongs to another server than the one in use; nothing was sent."""


class StatusError(GeminiError):
    """The server answered with an error."""


class InvalidRequest(StatusError):
    """The server does not take the request as it is."""


class AuthenticationFailed(StatusError):
    """The server does not accept the key."""


class PermissionDenied(StatusError):
    """The key is right and may not do this: billing, region, rights."""


class NotFound(StatusError):
    """The interaction or file is not, or no longer, at the server."""


class ModelNotFound(NotFound):
    """The server does not have this model."""


class RateLimited(StatusError):
    """Too many requests: `retry_after` in seconds where the server says; `daily` for a quota
    that no waiting of today cures.
    """

    retry_after: float | None = None
    daily: bool = False


class Overloaded(StatusError):
    """The server cannot take the request now."""

    retry_after: float | None = None


class ServerError(StatusError):
    """The server failed."""


class InteractionFailed(GeminiError):
    """The answer failed or was blocked."""


class FileNotReady(GeminiError):
    """A file that was uploaded cannot be used, or cannot be used yet."""


class ProtocolError(GeminiError):
    """What came is not what the specification says."""


class LineTooLong(ProtocolError):
    """A line of a stream is longer than we are willing to keep."""


class EventTooLarge(ProtocolError):
    """An event of a stream is larger than we are willing to keep."""
