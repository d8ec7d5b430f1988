"""Refusals, and the forms in which a client reads them (specification, section 10)."""

import json
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

from desktop_app.interactions.jsonvalue import JsonObject, JsonValue

Form: TypeAlias = Literal["interactions", "rpc", "list", "html"]


class Refused(Exception):
    """The request gets an error instead of an answer.

    `status` is the HTTP status, `code` the word of the Interactions API for it; `headers` and
    `details` (google.rpc) go out as they are; `form` asks for a form of its own.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        details: Sequence[JsonObject] = (),
        form: Form | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.details = list(details)
        self.form: Form | None = form


class Hangup(Exception):
    """Nothing more can or shall be sent: the client has gone, or its socket is to be closed."""


def invalid(message: str) -> Refused:
    """Refuse a body that is not what the specification says."""
    return Refused(400, "invalid_request", message)


def unknown_parameter(path: str) -> Refused:
    """Refuse a field that the specification does not have (section 4)."""
    return Refused(400, "parameter_unknown", f"Unknown parameter: '{path}'.")


_RPC_STATUS: Final[dict[int, str]] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    416: "OUT_OF_RANGE",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def write_error(refused: Refused, form: Form) -> tuple[str, bytes]:
    """Write an error as a media type and a body.

    `interactions`: the code is a word; `rpc`: google.rpc.Status, where it is the HTTP status;
    `list`: that in a list of one; `html`: what a proxy says.
    """
    if form == "html":
        page = (
            f"<!DOCTYPE html><html><body><h1>{refused.status} {refused.message}</h1></body></html>"
        )
        return "text/html; charset=UTF-8", page.encode("utf-8")
    details: list[JsonValue] = list(refused.details)
    error: JsonObject = {"code": refused.code, "message": refused.message}
    if form != "interactions":
        status = _RPC_STATUS.get(refused.status, "UNKNOWN")
        if refused.code in ("already_exists", "failed_precondition"):
            status = refused.code.upper()  # two words share their HTTP status with another
        error = {"code": refused.status, "message": refused.message, "status": status}
    if details:
        error["details"] = details
    body: JsonValue = {"error": error}
    return "application/json; charset=UTF-8", json.dumps(
        [body] if form == "list" else body
    ).encode()


# --- keys -----------------------------------------------------------------------------------------


def check_key(key: str | None) -> str:
    """Return the key; refuse a request without one, or with one of the two kinds made for tests.

    Keys that start with `demo-bad` are refused with 401, those that start with `demo-old` as the
    older API does it: 400 with the reason `API_KEY_INVALID` (section 10). Every other one is
    taken.
    """
    if not key:
        raise Refused(
            401, "authentication", "No API key was sent. Send it in the header x-goog-api-key."
        )
    if key.startswith("demo-bad"):
        raise Refused(401, "authentication", "The API key is not accepted.")
    if key.startswith("demo-old"):
        raise _invalid_key("API key not valid. Please pass a valid API key.")
    return key


def check_key_for_create(key: str) -> None:
    """Refuse a key that starts with `demo-expired`: it passes every check but creates nothing."""
    if key.startswith("demo-expired"):
        raise _invalid_key("API key expired. Please renew the API key.")


def _invalid_key(message: str) -> Refused:
    return Refused(
        400,
        "invalid_request",
        message,
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
                "metadata": {"service": "generativelanguage.googleapis.com"},
            }
        ],
        form="rpc",
    )
