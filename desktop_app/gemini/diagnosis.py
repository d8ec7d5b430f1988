"""Tests the connection as it is used, and names the first step that fails.

One list of models is asked for, over the same route and with the same care for the key as every
other request.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import httpx

from desktop_app.gemini import errors
from desktop_app.gemini.certificate import Certificate
from desktop_app.gemini.client import GeminiClient
from desktop_app.gemini.transport import make_transport
from desktop_app.gemini.unreached import Trust
from desktop_app.network import Network
from desktop_app.origin import Origin, origin_of
from desktop_app.overriding import override
from desktop_app.secret import Secret

TIME_LIMIT: Final = 60.0
_SKEW: Final = 300.0
"""Seconds that a clock may be wrong before it is said."""


class Step(StrEnum):
    """What a connection is made of, in the order in which it can fail."""

    PROXY = "proxy"
    NAME = "name"
    CONNECTION = "connection"
    CERTIFICATE = "certificate"
    SIGN_IN = "sign_in"
    ANSWER = "answer"
    KEY = "key"
    MODEL = "model"


@dataclass(frozen=True)
class Diagnosis:
    """What was found: one sentence, and what else to know; `failed` is the step that failed."""

    sentence: str
    advice: str = ""
    failed: Step | None = None


@dataclass(frozen=True)
class Subject:
    """What is tested: this server, with this key, for this model, over this network."""

    base_url: str
    api_version: str
    key: Secret | None
    model: str
    network: Network

    @property
    def origin(self) -> Origin:
        """The server's origin."""
        return origin_of(self.base_url)


async def diagnose(subject: Subject, now: Callable[[], float] = time.time) -> Diagnosis:
    """Test a connection; at most a minute. Never raises but `BadBaseUrl`.

    `now` is the computer's clock, which may be what is wrong.
    """
    origin = subject.origin
    listener = _Listener(make_transport(origin, subject.network))
    client = GeminiClient(
        subject.key,
        subject.base_url,
        subject.api_version,
        transport=listener,
        network=subject.network,
    )
    try:
        async with asyncio.timeout(TIME_LIMIT), client:
            found = await _ask(client, subject)
    except TimeoutError:
        sentence = f"{origin.host} did not answer within {TIME_LIMIT:.0f} seconds."
        found = Diagnosis(sentence, failed=Step.ANSWER)
    except errors.CertificateNotTrusted as error:
        return _of_certificate(error, now())
    except errors.GeminiError as error:
        found = _of_error(error, subject, listener)
    return _with_clock(found, listener.date, now())


async def _ask(client: GeminiClient, subject: Subject) -> Diagnosis:
    begin = time.perf_counter()
    models = await client.models()
    milliseconds = (time.perf_counter() - begin) * 1000
    known = any(model.name == subject.model for model in models)
    if not known and not await client.has_model(subject.model):
        return Diagnosis(
            f"The server does not have the model {subject.model}.",
            "The rest of the connection is fine. Choose another one under Models.",
            Step.MODEL,
        )
    count = f"{len(models)} model{'' if len(models) == 1 else 's'}"
    return Diagnosis(f"Connection is fine: {count}, {milliseconds:.0f} ms.")


# --- what an error says ---------------------------------------------------------------------------

_STEPS: Final[dict[str, Step]] = {
    "dns": Step.NAME,
    "connect": Step.CONNECTION,
    "connect_timeout": Step.CONNECTION,
    "tls": Step.CERTIFICATE,
    "redirect": Step.SIGN_IN,
    "html": Step.SIGN_IN,
}


def _of_error(error: errors.GeminiError, subject: Subject, listener: "_Listener") -> Diagnosis:
    advice = error.advice.removeprefix(errors.KEPT).strip()
    if listener.page:
        return _of_page(listener, subject.origin)
    match error:
        case errors.AuthenticationFailed() | errors.PermissionDenied() if subject.key is None:
            return Diagnosis(
                f"{subject.origin.host} answers, but there is no key to ask it with.",
                "Enter one under Privacy and storage.",
                Step.KEY,
            )
        case errors.AuthenticationFailed() | errors.PermissionDenied():
            return Diagnosis(str(error), _said(error, advice), Step.KEY)
        case errors.NotFound():
            return Diagnosis(
                f"{subject.origin.host} answers, but has no list of models at this address.",
                "Check the base URL and the API version.",
                Step.ANSWER,
            )
        case errors.ConnectionFailed() if error.code.startswith("proxy_"):
            return Diagnosis(str(error), advice, Step.PROXY)
        case _:
            return Diagnosis(str(error), _said(error, advice), _STEPS.get(error.code, Step.ANSWER))


def _said(error: errors.GeminiError, advice: str) -> str:
    said = error.server_message
    return f"The server said: {said} {advice}".strip() if said not in str(error) else advice


def _of_page(listener: "_Listener", origin: Origin) -> Diagnosis:
    advice = "If not, the base URL is wrong."
    if listener.away:
        sentence = f"{origin.host} sent Castor on to {listener.away}; it did not follow."
        advice = f"This network may need a sign-in: open any page in your browser. {advice}"
        return Diagnosis(sentence, advice, Step.SIGN_IN)
    return Diagnosis(
        "A web page came instead of an answer.",
        f"This network may need a sign-in: open any page in your browser. {advice}",
        Step.SIGN_IN,
    )


# --- certificates ---------------------------------------------------------------------------------


def _of_certificate(error: errors.CertificateNotTrusted, now: float) -> Diagnosis:
    advice = error.advice.removeprefix(errors.KEPT).strip()
    step = Step.PROXY if error.code.startswith("proxy_") else Step.CERTIFICATE
    if error.certificate is not None:
        advice = f"{_details(error.certificate, error.code, now)} {advice}".strip()
    return Diagnosis(str(error), advice, step)


def _details(seen: Certificate, code: str, now: float) -> str:
    clock = datetime.fromtimestamp(now, UTC)
    match code:
        case Trust.EXPIRED | Trust.EARLY | Trust.DATE:
            return (
                f"It is valid from {seen.not_before:%Y-%m-%d} to {seen.not_after:%Y-%m-%d}, and "
                f"this computer’s clock says {clock:%Y-%m-%d %H:%M} UTC."
            )
        case Trust.HOST:
            issuer = seen.issuer or "nobody"
            return f"It is one of “{seen.subject or 'nobody'}”, issued by “{issuer}”."
        case _:
            return ""  # the advice has it


# --- what came along ------------------------------------------------------------------------------


class _Listener(httpx.AsyncBaseTransport):
    """Notes what the headers of the answers say."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport
        self.date: datetime | None = None
        self.page = False
        self.away = ""

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and note what comes back."""
        response = await self._transport.handle_async_request(request)
        try:
            self.date = parsedate_to_datetime(response.headers.get("date", ""))
        except ValueError:
            self.date = None
        redirect = 300 <= response.status_code < 400
        media_type = response.headers.get("content-type", "").lower()
        self.page = redirect or response.status_code == 511 or "html" in media_type
        self.away = _host_of(response.headers.get("location", "")) if redirect else ""
        return response

    @override
    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()


def _host_of(address: str) -> str:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return host if host.isascii() and host.isprintable() else ""


def _with_clock(found: Diagnosis, date: datetime | None, now: float) -> Diagnosis:
    """Say that the computer's clock is wrong, where the server's says so."""
    if date is None:
        return found
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    wrong = now - date.timestamp()
    if abs(wrong) <= _SKEW:
        return found
    way = "ahead" if wrong > 0 else "behind"
    words = f"By the server’s clock, this computer’s is {_duration(abs(wrong))} {way}."
    return replace(found, advice=f"{found.advice} {words}".strip())


def _duration(seconds: float) -> str:
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds:.0f} seconds"
