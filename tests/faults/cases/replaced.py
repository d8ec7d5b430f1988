"""Faults in which something else than an answer comes."""

import gzip
from typing import Final

from desktop_app.interactions.outcome import Outcome
from tests.chat.events import snapshot
from tests.faults.cases.words import (
    AT_ONCE,
    KEPT,
    PAGE,
    SIGN_IN,
    WHOLE,
    error,
)
from tests.faults.network import Fault
from tests.faults.server import Close, Drip, Forever, Reset, talk
from tests.scriptserver import STREAM_HEAD, answer

_NO_STREAM: Final = (
    Fault(
        "a hotel answers with its page",
        Outcome.FAILED,
        create=(talk(answer(PAGE, media_type="text/html")),),
        seconds=AT_ONCE,
        sentence="A web page came instead of an answer.",
        advice=f"{KEPT} {SIGN_IN}",
    ),
    Fault(
        "a hotel answers with its page and says that it is JSON",
        Outcome.FAILED,
        create=(talk(answer(b"\n " + PAGE)),),
        seconds=AT_ONCE,
        sentence="A web page came instead of an answer.",
        advice=SIGN_IN,
    ),
    Fault(
        "a hotel answers with its page and says that it is a stream",
        Outcome.FAILED,
        create=(talk(answer(PAGE, media_type="text/event-stream")),),
        seconds=AT_ONCE,
        sentence="A web page came instead of an answer.",
        advice=SIGN_IN,
    ),
    Fault(
        "a hotel wants a sign-in and says so",
        Outcome.FAILED,
        create=(talk(answer(b"", "511 Network Authentication Required")),),
        seconds=AT_ONCE,
        sentence="A web page came instead of an answer.",
        advice=SIGN_IN,
    ),
    Fault(
        "the server sends Castor on to another address",
        Outcome.FAILED,
        create=(talk(answer(b"", "307 x", location="http://127.0.0.1:1/sign-in")),),
        seconds=AT_ONCE,
        sentence="The server tried to redirect to another address.",
        advice=SIGN_IN,
    ),
    Fault(
        "a text of another kind comes",
        Outcome.FAILED,
        create=(talk(answer(b"hello", media_type="text/plain")),),
        seconds=AT_ONCE,
        sentence="The server sent something else than an answer.",
        advice=KEPT,
    ),
    Fault(
        "a bomb comes, packed",
        Outcome.FAILED,
        create=(
            talk(
                answer(
                    gzip.compress(b"data: {}\n\n" * 1_000_000),
                    media_type="text/event-stream",
                    content_encoding="gzip",
                )
            ),
        ),
        seconds=AT_ONCE,
        sentence="The server sent a compressed answer, which was not asked for.",
    ),
    Fault(
        "an error comes as a packed bomb",
        Outcome.FAILED,
        create=(talk(answer(gzip.compress(b"\0" * 9_000_000), "500 x", content_encoding="gzip")),),
        seconds=AT_ONCE,
        sentence="The server failed.",
        advice=KEPT,
    ),
    Fault(
        "an error's body has no end",
        Outcome.FAILED,
        create=(
            talk(
                b"HTTP/1.1 500 x\r\nContent-Type: application/json\r\n\r\n",
                b'{"error":{"code":"api_error","message":"',
                Forever(b"x" * 65_536),
            ),
        ),
        seconds=AT_ONCE,
        sentence="The server failed.",
        advice=KEPT,
    ),
    Fault(
        "an error's body drips",
        Outcome.FAILED,
        create=(
            talk(
                b"HTTP/1.1 402 x\r\nContent-Type: application/json\r\n\r\n",
                Drip(error("payment_required", "Pay" * 99), pause=5.0),
            ),
        ),
        seconds=(10.0, 10.1),
        sentence="The server asks for a payment method.",
    ),
    Fault(
        "an error's body is shorter than it says",
        Outcome.FAILED,
        create=(talk(b"HTTP/1.1 500 x\r\nContent-Length: 900\r\n\r\n{", Reset()),),
        seconds=AT_ONCE,
        sentence="The server failed.",
    ),
    Fault(
        "a whole answer is shorter than it says",
        Outcome.FAILED,
        create=(
            talk(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n",
                snapshot("v1", "completed", WHOLE),
                Close(),
            ),
        ),
        seconds=AT_ONCE,
        sentence="The connection broke.",
        advice=KEPT,
    ),
    Fault(
        "a whole answer is longer than it says",
        Outcome.FAILED,
        create=(
            talk(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n",
                snapshot("v1", "completed", WHOLE),
                Close(),
            ),
        ),
        seconds=AT_ONCE,
        sentence="The server’s answer could not be read.",
    ),
    Fault(
        "the refusal stands in the stream as a bare line",
        Outcome.FAILED,
        create=(talk(STREAM_HEAD, error("invalid_request", "No such tool.") + b"\n", Close()),),
        seconds=AT_ONCE,
        sentence="The server refused the request: No such tool.",
    ),
)

FAULTS: Final = _NO_STREAM
