"""The models that misbehave on purpose, so that every failure can be seen and tested offline.

A model's name may end in one of the words below; `demo-error-429` and its like answer nothing but
an error. Codes are those of the specification, section 10.
"""

from dataclasses import dataclass
from typing import Final

from desktop_app.demo.errors import Refused
from desktop_app.interactions.events import ApiError
from desktop_app.interactions.jsonvalue import JsonObject

_RPC: Final = "type.googleapis.com/google.rpc."
_ONCE_MS: Final = 200
_RATE_SECONDS: Final = 3

_STATUSES: Final[dict[str, tuple[int, str, str]]] = {
    "400": (400, "invalid_request", "The request is not valid."),
    "401": (401, "authentication", "The API key is not accepted."),
    "402": (402, "payment_required", "This needs a billing account."),
    "403": (403, "permission_denied", "The key may not use this model."),
    "404": (404, "not_found", "What was asked for was not found."),
    "409": (409, "aborted", "Another request was in the way."),
    "416": (416, "out_of_range", "There is nothing at this place."),
    "429": (429, "rate_limit_exceeded", "Too many requests in this minute."),
    "429-daily": (429, "quota_exceeded", "The quota of this day is used up."),
    "429-once": (429, "rate_limit_exceeded", "Too many requests just now."),
    "499": (499, "cancelled", "The request was cancelled."),
    "500": (500, "api_error", "An internal error happened."),
    "501": (501, "unimplemented", "This is not implemented."),
    "503": (503, "service_unavailable", "The model is overloaded. Try again later."),
    "503-once": (503, "service_unavailable", "The model is overloaded just now."),
    "504": (504, "deadline_exceeded", "The deadline passed before the answer was there."),
}

_ERROR: Final = "demo-error-"


@dataclass(frozen=True)
class Fault:
    """How a run or its stream goes wrong.

    `error` ends the run with an error event: at once if `at_once`, else after some text. `cut`
    closes the socket of the first stream in the middle, `stall` leaves it open and silent; the
    run goes on behind both. `failed` ends with that status, `incomplete` stops early, `slow`
    takes its time whatever the pace is, `continues` asks to be continued.
    """

    error: ApiError | None = None
    at_once: bool = False
    cut: bool = False
    stall: bool = False
    failed: bool = False
    incomplete: bool = False
    slow: bool = False
    continues: bool = False


_FAULTS: Final[dict[str, Fault]] = {
    "demo-error-stream": Fault(
        error=ApiError("gateway_timeout", "Deadline expired before operation could complete.")
    ),
    "demo-error-stream-first": Fault(
        error=ApiError("api_error", "Failed to begin the interaction."), at_once=True
    ),
    "demo-blocked": Fault(error=ApiError("safety", "The answer was blocked for safety reasons.")),
    "demo-cut": Fault(cut=True),
    "demo-stall": Fault(stall=True),
    "demo-failed": Fault(failed=True),
    "demo-incomplete": Fault(incomplete=True),
    "demo-slow": Fault(slow=True),
    "demo-continuation": Fault(continues=True),
}
_NO_FAULT: Final = Fault()

# Where a stream may say it in an error event, an answer that is no stream says it by its status.
STATUS_OF_ERROR: Final[dict[str, int]] = {"gateway_timeout": 504, "api_error": 500, "safety": 400}


def fault_of(model: str | None) -> Fault:
    """Look up how a model misbehaves once it runs; most do not."""
    return _FAULTS.get(model or "", _NO_FAULT)


class Hiccups:
    """Remembers which creates the `…-once` models have refused: every other one of a key."""

    def __init__(self) -> None:
        self._refused: set[tuple[str, str]] = set()

    def check(self, model: str | None, key: str) -> None:
        """Raise the `Refused` of an error-provoking model. Those named `…-once` take turns."""
        if model is None or not model.startswith(_ERROR):
            return
        if model.endswith("-once"):
            if (key, model) in self._refused:
                self._refused.discard((key, model))
                return
            self._refused.add((key, model))
        what = model.removeprefix(_ERROR)
        if what == "list":
            raise Refused(403, "permission_denied", "The key may not do this.", form="list")
        if what == "html":
            raise Refused(502, "bad_gateway", "Bad Gateway", form="html")
        if what in _STATUSES:
            raise _refusal(what)


def _refusal(what: str) -> Refused:
    status, code, message = _STATUSES[what]
    headers: dict[str, str] = {}
    details: list[JsonObject] = []
    if what.endswith("-once"):
        headers["retry-after-ms"] = str(_ONCE_MS)
        details.append({"@type": f"{_RPC}RetryInfo", "retryDelay": f"{_ONCE_MS / 1000}s"})
    elif what == "429":
        headers["retry-after"] = str(_RATE_SECONDS)
        details.append({"@type": f"{_RPC}RetryInfo", "retryDelay": f"{_RATE_SECONDS}s"})
        details.append(_quota(what, "PerMinute"))
    elif what == "429-daily":
        details.append(_quota(what, "PerDay"))
    return Refused(status, code, message, headers=headers, details=details)


def _quota(what: str, period: str) -> JsonObject:
    return {
        "@type": f"{_RPC}QuotaFailure",
        "violations": [
            {
                "quotaMetric": "generativelanguage.googleapis.com/generate_requests",
                "quotaId": f"GenerateRequests{period}PerProjectPerModel",
                "quotaDimensions": {"location": "global", "model": f"{_ERROR}{what}"},
                "quotaValue": "10",
            }
        ],
    }
