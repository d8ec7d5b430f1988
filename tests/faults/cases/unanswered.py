"""Faults before anything of an answer comes."""

from datetime import timedelta
from typing import Final

from desktop_app.interactions.outcome import Outcome
from tests.certificates import DAY
from tests.faults.cases.words import (
    AT_ONCE,
    AUTHORITY,
    HERE,
    KEPT,
    SIGN_IN,
    SILENT,
    STILL,
    WHOLE,
    WHOLE_STREAM,
)
from tests.faults.network import Fault
from tests.faults.server import Close, Forever, Hold, Reset, talk
from tests.scriptserver import answer

_NO_CONNECTION: Final = (
    Fault(
        "nobody listens",
        Outcome.WAITING,
        way="nobody",
        seconds=(1.3, 1.4),
        waits=(
            f"{HERE} could not be reached.",
            f"Waiting for the network. {HERE} could not be reached.",
        ),
        creates=0,
    ),
    Fault(
        "the name is unknown",
        Outcome.WAITING,
        way="unknown name",
        seconds=(1.3, 1.4),
        waits=("Waiting for the network. nobody.castor.test could not be found.",),
        creates=0,
    ),
    Fault(
        "the proxy wants a password",
        Outcome.FAILED,
        way="proxy",
        seconds=AT_ONCE,
        sentence="The proxy needs a password.",
        advice=f"{KEPT} Enter it in settings",
        creates=0,
    ),
    Fault(
        "the certificate was made by who looks in between",
        Outcome.FAILED,
        certificate=AUTHORITY.certify(HERE),
        seconds=AT_ONCE,
        sentence=f"The certificate of {HERE} is not trusted.",
        advice=f"{KEPT} It was issued by “Corp Inspection CA”. Something on the way may be",
        creates=0,
    ),
    Fault(
        "the certificate has expired, or the clock is wrong",
        Outcome.FAILED,
        certificate=AUTHORITY.certify(HERE, begin=-9 * DAY, end=-2 * DAY),
        way="trusted",
        seconds=AT_ONCE,
        sentence=f"The certificate of {HERE} has expired.",
        advice=f"{KEPT} Check this computer’s clock.",
        creates=0,
    ),
    Fault(
        "the certificate is not valid yet, or the clock is wrong",
        Outcome.FAILED,
        certificate=AUTHORITY.certify(HERE, begin=2 * DAY, end=9 * DAY),
        way="trusted",
        seconds=AT_ONCE,
        sentence=f"The certificate of {HERE} is not valid yet.",
        advice=f"{KEPT} Check this computer’s clock.",
        creates=0,
    ),
    Fault(
        "the certificate is of another host",
        Outcome.FAILED,
        certificate=AUTHORITY.certify("portal.castor.test", end=timedelta(days=3)),
        way="trusted",
        seconds=AT_ONCE,
        sentence=f"The certificate that came is not one of {HERE}.",
        advice=SIGN_IN,
        creates=0,
    ),
    Fault(
        "the server speaks no TLS",
        Outcome.FAILED,
        way="no tls",
        seconds=(1.3, 1.4),
        sentence=f"No secure connection to {HERE} could be made.",
        advice=KEPT,
        creates=0,
    ),
)

_NO_ANSWER: Final = (
    Fault(
        "the connection is reset before the answer",
        Outcome.FAILED,
        create=(talk(Reset()),),
        seconds=AT_ONCE,
        sentence=f"{HERE} closed the connection without an answer.",
        advice=f"{KEPT} Try again.",
    ),
    Fault(
        "the connection is closed before the answer",
        Outcome.FAILED,
        create=(talk(Close()),),
        seconds=AT_ONCE,
        sentence=f"{HERE} closed the connection without an answer.",
        advice=f"{KEPT} Try again.",
    ),
    Fault(
        "the server takes the question and is silent",
        Outcome.FAILED,
        create=(talk(Hold()),),
        seconds=(180.0, 180.1),
        sentence=SILENT,
        advice=f"{KEPT} Try again.",
        waits=(STILL,),
    ),
    Fault(
        "the headers drip and never end",
        Outcome.FAILED,
        create=(talk(b"HTTP/1.1 200 OK\r\n", Forever(b"x", 1.0)),),
        seconds=(180.0, 180.1),
        sentence=SILENT,
        waits=(STILL,),
    ),
    Fault(
        "there is no end of headers",
        Outcome.FAILED,
        create=(talk(b"HTTP/1.1 200 OK\r\n", Forever(b"X-More: and more\r\n" * 4096)),),
        seconds=AT_ONCE,
        sentence=f"What {HERE} sent is no answer of a web server.",
        advice=KEPT,
    ),
    Fault(
        "something else than HTTP answers",
        Outcome.FAILED,
        create=(talk(b"SSH-2.0-OpenSSH_9.6\r\n\r\nnonsense", Close()),),
        seconds=AT_ONCE,
        sentence=f"What {HERE} sent is no answer of a web server.",
        advice=KEPT,
    ),
    Fault(
        "a bare text comes as HTTP/0.9 had it",
        Outcome.FAILED,
        create=(talk(b"hello\n", Close()),),
        seconds=AT_ONCE,
        sentence=f"{HERE} closed the connection without an answer.",
    ),
    Fault(
        "the server says Continue for ever",
        Outcome.FAILED,
        create=(talk(Forever(b"HTTP/1.1 100 Continue\r\n\r\n", 5.0)),),
        seconds=(180.0, 180.1),
        sentence=SILENT,
        waits=(STILL,),
    ),
    Fault(
        "Continue comes a hundred times, and then the answer",
        Outcome.COMPLETE,
        create=(talk(b"HTTP/1.1 100 Continue\r\n\r\n" * 100, *WHOLE_STREAM),),
        text=WHOLE,
        seconds=AT_ONCE,
    ),
    Fault(
        "the server is busy twice",
        Outcome.COMPLETE,
        create=(*[talk(answer(b"", "503 Service Unavailable"))] * 2, WHOLE_STREAM),
        text=WHOLE,
        seconds=(3.0, 4.0),
        waits=("The server is overloaded.", ""),
        creates=3,
    ),
)

FAULTS: Final = (*_NO_CONNECTION, *_NO_ANSWER)
