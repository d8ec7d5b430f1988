"""Reads why the server refused: both envelopes, one-element lists, HTML, nothing at all.

Nothing here raises. The shapes are those of the specification, section 10, and of
reliability, section 3.
"""

import email.utils
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from desktop_app.gemini import errors
from desktop_app.gemini.errors import GeminiError
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue, parse_json

ERROR_BODY_LIMIT: Final = 65_536
_MESSAGE_LIMIT: Final = 500
_NO_QUOTA: Final = re.compile(r"\blimit: 0(?![0-9.])")

_BLOCKED: Final[dict[str, str]] = {
    "safety": "for safety reasons",
    "recitation": "because it would repeat published text",
    "language": "because the language is not supported",
    "prohibited_content": "as prohibited content",
    "spii": "because of personal data",
    "blocklist": "because of a blocked word",
    "content_blocked": "by the content filter",
    "image_safety": "because the picture was not safe",
    "image_prohibited_content": "because the picture has prohibited content",
    "image_recitation": "because the picture would repeat a published one",
    "image_other": "because of the picture",
}
_GENERATION_FAULTS: Final[dict[str, str]] = {
    "malformed_function_call": "The model made a call that cannot be read.",
    "malformed_tool_call": "The model made a call that cannot be read.",
    "unexpected_tool_call": "The model called a tool that it was not given.",
    "too_many_tool_calls": "The model called too many tools.",
    "no_image": "The model made no picture.",
    "missing_thought_signature": "The server misses the signature of an earlier thought.",
}


@dataclass(frozen=True)
class ErrorInfo:
    """What an error says. `retry_after` is in seconds; `daily`: a quota of the day is used up;
    `none_granted`: the quota is 0, so that it is always used up; `reason` is ErrorInfo.reason of
    google.rpc, e.g. `API_KEY_INVALID`.
    """

    code: str = ""
    message: str = ""
    reason: str = ""
    retry_after: float | None = None
    daily: bool = False
    none_granted: bool = False
    html: bool = False


def parse_error(headers: Mapping[str, str], body: bytes) -> ErrorInfo:
    """Read an error's headers and body; at most 64 KiB of the body are looked at."""
    text = body[:ERROR_BODY_LIMIT].decode("utf-8", "replace").strip()
    media_type = headers.get("content-type", "").lower()
    wait = _header_wait(headers)
    try:
        value = parse_json(text)
    except ValueError:
        html = "html" in media_type or is_page(body)
        return ErrorInfo(message="" if html else _plain(text), html=html, retry_after=wait)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    error = value.get("error") if isinstance(value, dict) else None
    if isinstance(error, str):
        return ErrorInfo(message=_plain(error), retry_after=wait)
    if not isinstance(error, dict):
        return ErrorInfo(retry_after=wait)
    return read_error_object(error, wait)


def read_error_object(error: JsonObject, wait: float | None = None) -> ErrorInfo:
    """Read what stands under `error`: the Interactions API's form, or google.rpc.Status."""
    status, code, message = error.get("status"), error.get("code"), error.get("message")
    word = code if isinstance(code, str) else status if isinstance(status, str) else ""
    if not word and isinstance(code, int):
        word = _RPC_CODES.get(code, "")
    plain = _plain(message) if isinstance(message, str) else ""
    details = _details(error)
    waits = [wait, *(_retry_delay(detail) for detail in details), _wait_in_words(plain)]
    known = [seconds for seconds in waits if seconds is not None]
    violations = _violations(details)
    quota_ids = " ".join(str(violation.get("quotaId", "")) for violation in violations)
    reason = next((str(d["reason"]) for d in details if isinstance(d.get("reason"), str)), "")
    return ErrorInfo(
        code=word.lower(),
        message=plain,
        reason=reason,
        retry_after=max(known) if known else None,
        daily=word.lower() == "quota_exceeded" or "perday" in quota_ids.lower(),
        none_granted=_NO_QUOTA.search(plain) is not None
        or any(violation.get("quotaValue") == "0" for violation in violations),
    )


def error_from_response(status: int | None, headers: Mapping[str, str], body: bytes) -> GeminiError:
    """Make the exception for an answer that is an error.

    `status` is that of HTTP, or `None` where the error came under a status of success.
    """
    info = parse_error(headers, body)
    if status is not None and 300 <= status < 400:
        return errors.ProtocolError(
            "The server tried to redirect to another address.",
            f"{errors.KEPT} Castor does not follow: it would take the key there. {_PORTAL}",
            code="redirect",
            http_status=status,
        )
    if info.html or status == 511:
        return web_page(status, headers.get("content-type", ""))
    return make_error(info, status)


_PORTAL: Final = "This network may need a sign-in, or the base URL in settings is wrong."


def is_page(body: bytes) -> bool:
    """Whether this is a web page, whatever it is said to be."""
    start = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml"))


def web_page(status: int | None, media_type: str) -> GeminiError:
    """Make the exception for a web page in the place of an answer; none of it is shown."""
    return errors.ProtocolError(
        "A web page came instead of an answer.",
        f"{errors.KEPT} {_PORTAL}",
        code="html",
        http_status=status,
        details=f"HTTP {status}, {media_type[:80]}",
    )


def make_error(info: ErrorInfo, status: int | None) -> GeminiError:
    """Make the exception for an error, by its code, else by the HTTP status."""
    code = info.code
    if code in _BLOCKED:
        return _error(
            errors.InteractionFailed,
            info,
            status,
            f"The answer was blocked {_BLOCKED[code]}.",
            "Your message is kept. Change it and send it again.",
        )
    if code in _GENERATION_FAULTS:
        advice = f"{errors.CAME_KEPT} Try again."
        return _error(errors.InteractionFailed, info, status, _GENERATION_FAULTS[code], advice)
    status_error = _status_error(info, status if status is not None else _STATUS_OF.get(code, 0))
    if isinstance(status_error, errors.RateLimited | errors.Overloaded):
        status_error.retry_after = info.retry_after
    return status_error


# The HTTP status that goes with a code, for errors inside a stream.
_STATUS_OF: Final[dict[str, int]] = {
    "invalid_request": 400,
    "invalid_argument": 400,
    "parameter_unknown": 400,
    "failed_precondition": 400,
    "authentication": 401,
    "unauthenticated": 401,
    "payment_required": 402,
    "permission_denied": 403,
    "not_found": 404,
    "model_not_found": 404,
    "out_of_range": 416,
    "rate_limit_exceeded": 429,
    "too_many_requests": 429,
    "quota_exceeded": 429,
    "resource_exhausted": 429,
    "api_error": 500,
    "internal": 500,
    "service_unavailable": 503,
    "unavailable": 503,
    "deadline_exceeded": 504,
    "gateway_timeout": 504,
}

# google.rpc.Code, where a status has the number only, as `model_output.error` does.
_RPC_CODES: Final[dict[int, str]] = {
    3: "invalid_argument",
    4: "deadline_exceeded",
    5: "not_found",
    7: "permission_denied",
    8: "resource_exhausted",
    9: "failed_precondition",
    13: "internal",
    14: "unavailable",
    16: "unauthenticated",
}

_KEY_IN_MESSAGE: Final = re.compile(r"api[ _-]?key not valid|invalid api[ _-]?key", re.IGNORECASE)


def _status_error(info: ErrorInfo, status: int) -> GeminiError:
    if (
        status == 401
        or "API_KEY_INVALID" in info.reason
        or (status == 400 and _KEY_IN_MESSAGE.search(info.message))
    ):
        sentence = "The server did not accept the API key."
        advice = f"{errors.KEPT} Check the key, or paste another one."
        return _error(errors.AuthenticationFailed, info, status, sentence, advice)
    if status == 429:
        return _rate_limited(info, status)
    sentence, advice = _WORDS.get(status, ("", errors.KEPT))
    match status:
        case 402 | 403:
            return _error(errors.PermissionDenied, info, status, sentence, advice)
        case 400 if info.code == "failed_precondition":
            sentence = "The server does not allow this for your account or region."
            return _error(errors.PermissionDenied, info, status, sentence, errors.KEPT)
        case 400 | 409 | 413 | 422:
            said = f": {info.message}" if info.message else "."
            return _error(
                errors.InvalidRequest, info, status, f"The server refused the request{said}", advice
            )
        case 404 if info.code == "model_not_found":
            sentence = "The server does not have this model."
            advice = f"{errors.KEPT} Choose another model."
            return _error(errors.ModelNotFound, info, status, sentence, advice)
        case 404 | 410 | 416:
            return _error(errors.NotFound, info, status, sentence, advice)
        case 503 | 504 | 408:
            return _error(errors.Overloaded, info, status, sentence, advice)
        case _:
            known = 100 <= status < 500
            sentence = "The server answered with an error." if known else "The server failed."
            return _error(errors.ServerError, info, status, sentence, f"{errors.KEPT} Try again.")


_WORDS: Final[dict[int, tuple[str, str]]] = {
    402: ("The server asks for a payment method.", f"{errors.KEPT} Check the billing account."),
    403: ("The key may not do this.", f"{errors.KEPT} Check what the key is allowed to do."),
    404: ("The server does not have this any more.", errors.KEPT),
    410: ("The server does not have this any more.", errors.KEPT),
    416: ("The server does not have this part any more.", errors.KEPT),
    408: ("The server took too long.", f"{errors.KEPT} Try again."),
    503: ("The server is overloaded.", f"{errors.KEPT} Try again in a moment."),
    504: ("The server took too long.", f"{errors.KEPT} Try again."),
}


def _rate_limited(info: ErrorInfo, status: int) -> GeminiError:
    if info.none_granted:
        sentence = "This key has no quota for this model."
        advice = f"{errors.KEPT} Choose another model, or another key."
    elif info.daily:
        sentence = "The daily quota of this key is used up."
        advice = f"{errors.KEPT} Try again tomorrow, or use another key or model."
    else:
        sentence = "Too many requests for this key."
        advice = f"{errors.KEPT} Try again in {_in_words(info.retry_after)}."
    error = _error(errors.RateLimited, info, status, sentence, advice)
    assert isinstance(error, errors.RateLimited)
    error.daily = info.daily or info.none_granted
    return error


def _in_words(seconds: float | None) -> str:
    minutes = math.ceil((seconds or 0.0) / 60)
    if minutes <= 1:
        return "a moment"
    return f"{minutes} minutes" if minutes < 120 else f"{math.ceil(minutes / 60)} hours"


def _error(
    kind: type[GeminiError], info: ErrorInfo, status: int | None, sentence: str, advice: str
) -> GeminiError:
    http = f"HTTP {status}" if status else "inside the stream"
    said = f"\n{info.message}" if info.message else ""
    return kind(
        sentence,
        advice,
        code=info.code or (f"http_{status}" if status else "unknown"),
        http_status=status or None,
        server_message=info.message,
        details=f"{info.code or 'no code'}, {http}{said}",
    )


# --- details of google.rpc ------------------------------------------------------------------------


def _details(error: JsonObject) -> list[JsonObject]:
    details = error.get("details")
    items = details if isinstance(details, list) else []
    return [item for item in items if isinstance(item, dict)]


def _violations(details: list[JsonObject]) -> list[JsonObject]:
    lists = [violations for d in details if isinstance(violations := d.get("violations"), list)]
    return [one for violations in lists for one in violations if isinstance(one, dict)]


def _retry_delay(detail: JsonObject) -> float | None:
    return duration_seconds(detail.get("retryDelay"))


def duration_seconds(value: JsonValue) -> float | None:
    """Read a google.protobuf.Duration such as `58s` or `36.4s`; milliseconds (`800ms`) too."""
    if not isinstance(value, str):
        return None
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s)", value.strip())
    if found is None:
        return None
    return float(found[1]) / (1000 if found[2] == "ms" else 1)


def _wait_in_words(message: str) -> float | None:
    found = re.search(r"retry in ([0-9.]{1,12}(?:ms|s))", message)
    return duration_seconds(found[1].rstrip(".")) if found else None


def _header_wait(headers: Mapping[str, str]) -> float | None:
    waits: list[float] = []
    milliseconds = headers.get("retry-after-ms", "")
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", milliseconds):
        waits.append(float(milliseconds) / 1000)
    seconds = headers.get("retry-after", "")
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", seconds):
        waits.append(float(seconds))
    elif seconds:
        try:
            date = email.utils.parsedate_to_datetime(seconds)
            waits.append(max(0.0, date.timestamp() - _servers_now(headers)))
        except (ValueError, TypeError, OverflowError):
            pass
    return max(waits) if waits else None


def _servers_now(headers: Mapping[str, str]) -> float:
    """The time by the server's clock where it says it: ours may be wrong."""
    try:
        return email.utils.parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, TypeError, OverflowError):
        return time.time()


def _plain(text: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * _MESSAGE_LIMIT])
    return " ".join(printable.split())[:_MESSAGE_LIMIT]
