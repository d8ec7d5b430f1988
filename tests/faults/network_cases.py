"""The faults of the network that are played, a row for each (`tests.faults.network.Fault`)."""

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from typing import Final

from desktop_app.interactions.outcome import Outcome
from desktop_app.settings.settings import DEFAULTS
from tests.certificates import DAY, Authority
from tests.chat.events import completed, created, record, snapshot, started, text
from tests.faults.network import Fault, talk_of
from tests.faults.server import Close, Drip, Forever, HalfClose, Hold, Reset, Sleep, talk
from tests.scriptserver import STREAM_HEAD, answer

HERE: Final = "127.0.0.1"
WORDS: Final = ("Every ", "word ", "of ", "the ", "answer")
WHOLE: Final = "".join(WORDS)
RECORDS: Final = talk_of("v1", *WORDS)
"""created, start, the words (2 to 6), stop, completed."""

SOME: Final = b"".join(RECORDS[:4])
SOME_TEXT: Final = "Every word "
REST: Final = b"".join(RECORDS[4:])
UNMARKED: Final = b"".join(map(record, (created("v1"), started(), *map(text, WORDS[:2]))))

GONE: Final = talk(answer(b'{"error":{"code":"not_found","message":"gone"}}', "404 Not Found"))
RUNS: Final = talk(answer(snapshot("v1", "in_progress")))
ENDED: Final = talk(answer(snapshot("v1", "completed", WHOLE)))
GOES_ON: Final = talk(STREAM_HEAD, REST, Close())
WHOLE_STREAM: Final = talk(answer(b"".join(RECORDS), media_type="text/event-stream"))
PAGE: Final = b"<!DOCTYPE html><title>Hotel</title><form>Sign in</form>"

STILL: Final = "Still waiting for the server …"
AGAIN: Final = "The connection was lost. Trying again …"
KEPT: Final = "Your message is kept."
WORDS_KEPT: Final = "The 2 words above are kept."
SIGN_IN: Final = "This network may need a sign-in"
SILENT: Final = f"{HERE} sent nothing for 180 seconds."
CUT: Final = "The connection broke while the answer was coming in."
NOT_STORED: Final = replace(DEFAULTS, store=False)

GIVEN_UP: Final = (4.0, 5.0)
"""Three questions to a server that is away, 0.3, 1 and 3 s apart."""

AT_ONCE: Final = (0.0, 0.1)
SOON: Final = (0.3, 2.0)
"""What is taken up is asked for after 0.3 s."""

_AUTHORITY: Final = Authority("Corp Inspection CA")


def _error(code: str, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": message}}).encode()


# --- before anything comes ------------------------------------------------------------------------

_NO_CONNECTION: Final = (
    Fault(
        "nobody listens",
        Outcome.FAILED,
        way="nobody",
        seconds=(1.3, 1.4),
        sentence=f"{HERE} could not be reached.",
        advice=f"{KEPT} Check the network",
        waits=(f"{HERE} could not be reached. Trying again in 1 s …",),
        creates=0,
    ),
    Fault(
        "the name is unknown",
        Outcome.FAILED,
        way="unknown name",
        seconds=(1.3, 1.4),
        sentence="nobody.castor.test could not be found.",
        advice=KEPT,
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
        certificate=_AUTHORITY.certify(HERE),
        seconds=AT_ONCE,
        sentence=f"The certificate of {HERE} is not trusted.",
        advice=f"{KEPT} It was issued by “Corp Inspection CA”. Something on the way may be",
        creates=0,
    ),
    Fault(
        "the certificate has expired, or the clock is wrong",
        Outcome.FAILED,
        certificate=_AUTHORITY.certify(HERE, begin=-9 * DAY, end=-2 * DAY),
        way="trusted",
        seconds=AT_ONCE,
        sentence=f"The certificate of {HERE} has expired.",
        advice=f"{KEPT} Check this computer’s clock.",
        creates=0,
    ),
    Fault(
        "the certificate is not valid yet, or the clock is wrong",
        Outcome.FAILED,
        certificate=_AUTHORITY.certify(HERE, begin=2 * DAY, end=9 * DAY),
        way="trusted",
        seconds=AT_ONCE,
        sentence=f"The certificate of {HERE} is not valid yet.",
        advice=f"{KEPT} Check this computer’s clock.",
        creates=0,
    ),
    Fault(
        "the certificate is of another host",
        Outcome.FAILED,
        certificate=_AUTHORITY.certify("portal.castor.test", end=timedelta(days=3)),
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
        waits=("The server is overloaded. Trying again in 1 s …",),
        creates=3,
    ),
)

# --- something else comes -------------------------------------------------------------------------

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
                Drip(_error("payment_required", "Pay" * 99), pause=5.0),
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
        create=(talk(STREAM_HEAD, _error("invalid_request", "No such tool.") + b"\n", Close()),),
        seconds=AT_ONCE,
        sentence="The server refused the request: No such tool.",
    ),
)

# --- the stream breaks ----------------------------------------------------------------------------

_BROKEN: Final = (
    Fault(
        "the connection is reset and the server is away",
        Outcome.INTERRUPTED,
        create=(talk(STREAM_HEAD, SOME, Reset()),),
        text=SOME_TEXT,
        seconds=GIVEN_UP,
        sentence="The connection broke.",
        advice=WORDS_KEPT,
        waits=(AGAIN, ""),
        resumable=True,
    ),
    Fault(
        "the connection is reset and the server has forgotten the answer",
        Outcome.INTERRUPTED,
        create=(talk(STREAM_HEAD, SOME, Reset()),),
        get=(GONE,),
        text=SOME_TEXT,
        seconds=SOON,
        sentence="The connection broke.",
        advice=WORDS_KEPT,
        waits=(AGAIN, ""),
        resumable=True,  # it may not be told of before it has ended
    ),
    Fault(
        "the connection is reset and the answer is taken up",
        Outcome.COMPLETE,
        create=(talk(STREAM_HEAD, SOME, Reset()),),
        get=(RUNS,),
        resume=(GOES_ON,),
        text=WHOLE,
        seconds=SOON,
        waits=(AGAIN, ""),
    ),
    Fault(
        "the connection breaks in the middle of a character, twice",
        Outcome.COMPLETE,
        create=(
            talk(STREAM_HEAD, record(created("v1"), "a"), RECORDS[1], b'data: {"\xc3', Close()),
        ),
        get=(RUNS,),
        resume=(
            talk(STREAM_HEAD, b"".join(RECORDS[2:5]), RECORDS[5][:17], HalfClose()),
            talk(STREAM_HEAD, b"".join(RECORDS[4:]), Close()),
        ),
        text=WHOLE,
        seconds=SOON,
        waits=(AGAIN, ""),
    ),
    Fault(
        "the stream ends without its end, and the server has the whole answer",
        Outcome.COMPLETE,
        create=(talk(STREAM_HEAD, SOME, Close()),),
        get=(ENDED,),
        text=WHOLE,
        seconds=SOON,
        waits=(AGAIN, ""),
    ),
    Fault(
        "the stream ends without its end, and nothing is stored",
        Outcome.INTERRUPTED,
        create=(talk(STREAM_HEAD, SOME, b"data: [DONE]\n\n", Close()),),
        settings=NOT_STORED,
        text=SOME_TEXT,
        seconds=AT_ONCE,
        sentence=CUT,
        advice=WORDS_KEPT,
    ),
    Fault(
        "the server knows that the answer ended, and gives nothing of it",
        Outcome.INTERRUPTED,
        create=(talk(STREAM_HEAD, SOME, Close()),),
        get=(talk(answer(snapshot("v1", "completed"))),),
        resume=(talk(answer(b"{}", "400 Bad Request")),),
        text=SOME_TEXT,
        seconds=SOON,
        sentence=CUT,
        advice=WORDS_KEPT,
        waits=(AGAIN, ""),
        resumable=True,
    ),
    Fault(
        "the server knows less than what is on the screen, and then is away",
        Outcome.INTERRUPTED,
        create=(talk(STREAM_HEAD, SOME, Reset()),),
        get=(RUNS, talk(answer(snapshot("v1", "in_progress", "Ev"))), talk(Reset())),
        resume=(talk(answer(b"{}", "400 Bad Request")),),
        text=SOME_TEXT,
        seconds=(9.0, 11.0),
        sentence="The connection broke.",
        advice=WORDS_KEPT,
        waits=(AGAIN, ""),
        resumable=True,
    ),
    Fault(
        "the events bear no marks, so that nobody knows where to go on",
        Outcome.COMPLETE,
        create=(talk(STREAM_HEAD, UNMARKED, Reset()),),
        get=(RUNS, ENDED),
        text=WHOLE,
        seconds=(5.0, 7.0),
        waits=(AGAIN, ""),
    ),
    Fault(
        "the chunks of the stream are nonsense",
        Outcome.COMPLETE,
        create=(
            talk(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n",
                f"{len(SOME):x}\r\n".encode() + SOME + b"\r\nno chunk\r\n",
                Close(),
            ),
        ),
        get=(RUNS,),
        resume=(GOES_ON,),
        text=WHOLE,
        seconds=SOON,
        waits=(AGAIN, ""),
    ),
    Fault(
        "a line has no end",
        Outcome.INTERRUPTED,
        create=(talk(STREAM_HEAD, SOME, b"data: ", Forever(b"x" * (1 << 20))),),
        text=SOME_TEXT,
        seconds=AT_ONCE,
        sentence="The server sent a line that is too long to read.",
        advice=WORDS_KEPT,
        resumable=True,
    ),
    Fault(
        "an event has no end",
        Outcome.INTERRUPTED,
        create=(talk(STREAM_HEAD, SOME, Forever((b"data: " + b"x" * 8192 + b"\n") * 128)),),
        text=SOME_TEXT,
        seconds=AT_ONCE,
        sentence="The server sent an event that is too large to read.",
        advice=WORDS_KEPT,
        resumable=True,
    ),
)

# --- the stream is silent -------------------------------------------------------------------------

_SILENT: Final = (
    Fault(
        "nothing more comes, and the server is away",
        Outcome.INTERRUPTED,
        create=(talk(STREAM_HEAD, SOME, Hold()),),
        text=SOME_TEXT,
        seconds=(184.0, 185.0),
        sentence=SILENT,
        advice=WORDS_KEPT,
        waits=(STILL, AGAIN, ""),
        resumable=True,
    ),
    Fault(
        "nothing more comes, and the answer is taken up",
        Outcome.COMPLETE,
        create=(talk(STREAM_HEAD, SOME, Hold()),),
        get=(RUNS,),
        resume=(GOES_ON,),
        text=WHOLE,
        seconds=(180.0, 182.0),
        waits=(STILL, AGAIN, ""),
    ),
    Fault(
        "only heartbeats come",
        Outcome.INTERRUPTED,
        create=(talk(STREAM_HEAD, SOME, Forever(b": still here\n\n", 5.0)),),
        settings=NOT_STORED,
        text=SOME_TEXT,
        seconds=(180.0, 180.1),
        sentence=SILENT,
        advice=WORDS_KEPT,
        waits=(STILL, ""),
    ),
    Fault(
        "only events come that say nothing",
        Outcome.INTERRUPTED,
        create=(talk(STREAM_HEAD, SOME, Forever(b'data: {"type":"ping"}\n\n', 5.0)),),
        settings=NOT_STORED,
        text=SOME_TEXT,
        seconds=(180.0, 180.1),
        sentence=SILENT,
        advice=WORDS_KEPT,
    ),
    Fault(
        "the model thinks for two minutes, again and again",
        Outcome.COMPLETE,
        create=(
            talk(
                STREAM_HEAD,
                *(move for one in RECORDS for move in (Sleep(120.0), one)),
                Close(),
            ),
        ),
        text=WHOLE,
        seconds=(1080.0, 1081.0),
        waits=(STILL, "", STILL, ""),
    ),
    Fault(
        "the connection stays open after the end",
        Outcome.COMPLETE,
        create=(talk(STREAM_HEAD, b"".join(RECORDS), Hold()),),
        text=WHOLE,
        seconds=(2.0, 2.1),
    ),
)

# --- the stream is odd ----------------------------------------------------------------------------

_ODD: Final = (
    Fault(
        "every byte comes alone",
        Outcome.COMPLETE,
        create=(talk(STREAM_HEAD, Drip(b"".join(RECORDS)), Close()),),
        text=WHOLE,
        seconds=AT_ONCE,
    ),
    Fault(
        "some of what comes cannot be read",
        Outcome.COMPLETE,
        create=(
            talk(
                STREAM_HEAD,
                SOME,
                b'data: {"event_type":"step.delta","index":0,"del\n\n',
                b'data: {"event_type":"step.delta","index":"first","delta":7}\n\n',
                b'data: {"event_type":"step.glitter"}\n\n',
                REST,
                Close(),
            ),
        ),
        text=WHOLE,
        seconds=AT_ONCE,
        notice="2 parts of the answer could not be read.",
    ),
    Fault(
        "events come twice and out of order",
        Outcome.COMPLETE,
        create=(
            talk(STREAM_HEAD, SOME, RECORDS[3], RECORDS[1], RECORDS[0], RECORDS[2], REST, Close()),
        ),
        text=WHOLE,
        seconds=AT_ONCE,
    ),
    Fault(
        "events come after the end",
        Outcome.COMPLETE,
        create=(
            talk(STREAM_HEAD, b"".join(RECORDS), record(text(" and more")), REST, SOME, Close()),
        ),
        text=WHOLE,
        seconds=AT_ONCE,
    ),
    Fault(
        "there is no end of what comes after the end",
        Outcome.COMPLETE,
        create=(talk(STREAM_HEAD, b"".join(RECORDS), Forever(record(text(" and more")), 0.05)),),
        text=WHOLE,
        seconds=(2.0, 2.1),
    ),
    Fault(
        "a refusal stands behind what has come, as a bare line",
        Outcome.FAILED,
        create=(
            talk(STREAM_HEAD, SOME, _error("invalid_request", "No temperature.") + b"\n", Close()),
        ),
        settings=replace(DEFAULTS, temperature=0.5),
        text=SOME_TEXT,
        seconds=AT_ONCE,
        sentence="The server refused the request: No temperature.",
        advice=WORDS_KEPT,
    ),
    Fault(
        "an error stands behind what has come",
        Outcome.FAILED,
        create=(
            talk(
                STREAM_HEAD,
                SOME,
                record({"event_type": "error", **json.loads(_error("api_error", "Oh."))}),
                Close(),
            ),
        ),
        text=SOME_TEXT,
        seconds=AT_ONCE,
        sentence="The server failed.",
        advice=WORDS_KEPT,
    ),
    Fault(
        "the stream of the rest begins with a refusal, and the answer is asked for",
        Outcome.COMPLETE,
        create=(talk(STREAM_HEAD, SOME, Reset()),),
        get=(RUNS, ENDED),
        resume=(
            talk(
                STREAM_HEAD,
                record({"event_type": "error", **json.loads(_error("not_found", "No result."))}),
                Close(),
            ),
        ),
        text=WHOLE,
        seconds=SOON,
        waits=(AGAIN, ""),
    ),
    Fault(
        "the server has forgotten the conversation",
        Outcome.COMPLETE,
        before=True,
        create=(GONE, WHOLE_STREAM),
        text=WHOLE,
        seconds=AT_ONCE,
        notice="it was sent from your copy",
        creates=2,
    ),
    Fault(
        "the answer is blocked before it begins",
        Outcome.FAILED,
        create=(
            talk(
                STREAM_HEAD,
                record(created("v1")),
                record({"event_type": "error", **json.loads(_error("safety", "No."))}),
                Close(),
            ),
        ),
        seconds=AT_ONCE,
        sentence="The answer was blocked for safety reasons.",
        advice=f"{KEPT} Change it",
    ),
    Fault(
        "the answer ends because it has failed, and says so in its end",
        Outcome.FAILED,
        create=(talk(STREAM_HEAD, SOME, record(completed("v1", "failed")), Close()),),
        text=SOME_TEXT,
        seconds=AT_ONCE,
        sentence="The server could not finish the answer.",
        advice="Try again.",
    ),
)

# --- the person, and the computer -----------------------------------------------------------------

_ELSEWHERE: Final = (
    Fault(
        "the person stops a stream that hangs",
        Outcome.CANCELLED,
        create=(talk(STREAM_HEAD, SOME, b'data: {"event_type', Hold()),),
        text=SOME_TEXT,
        stop_after=42.0,
        seconds=(42.0, 42.2),
        waits=(STILL, ""),
    ),
    Fault(
        "the person stops while the server is asked for the rest",
        Outcome.CANCELLED,
        create=(talk(STREAM_HEAD, SOME, Reset()),),
        text=SOME_TEXT,
        stop_after=2.0,
        seconds=(2.0, 2.2),
        waits=(AGAIN, ""),
    ),
    Fault(
        "the computer sleeps, and the answer is taken up",
        Outcome.COMPLETE,
        create=(talk(STREAM_HEAD, SOME, Hold()),),
        get=(talk(Reset()), talk(Reset()), talk(Reset()), RUNS),
        resume=(GOES_ON,),
        wakes=((5.0, 3600.0),),
        text=WHOLE,
        seconds=(29.0, 31.0),
        waits=(AGAIN, ""),
    ),
    Fault(
        "the computer sleeps, on a system whose clock goes on, and the answer is taken up",
        Outcome.COMPLETE,
        create=(talk(STREAM_HEAD, SOME, Hold()),),
        get=(talk(Reset()), talk(Reset()), talk(Reset()), RUNS),
        resume=(GOES_ON,),
        wakes=((5.0, 3600.0),),
        counts_sleep=True,
        text=WHOLE,
        seconds=(3619.0, 3621.0),
        waits=(AGAIN, ""),
    ),
    Fault(
        "the computer sleeps, and nothing is stored",
        Outcome.INTERRUPTED,
        create=(talk(STREAM_HEAD, SOME, Hold()),),
        settings=NOT_STORED,
        wakes=((5.0, 3600.0),),
        text=SOME_TEXT,
        seconds=(35.0, 37.0),
        sentence="The connection was lost while the computer slept.",
        advice=WORDS_KEPT,
        waits=(STILL, ""),
    ),
    Fault(
        "the computer sleeps before the answer begins",
        Outcome.FAILED,
        create=(talk(Hold()),),
        wakes=((5.0, 3600.0),),
        seconds=(35.0, 37.0),
        sentence="The connection was lost while the computer slept.",
        advice=KEPT,
        waits=(STILL, ""),
    ),
    Fault(
        "somebody sets the clock while the answer comes",
        Outcome.COMPLETE,
        create=(
            talk(STREAM_HEAD, *(move for one in RECORDS for move in (Sleep(8.0), one)), Close()),
        ),
        wakes=((5.0, 86_400.0), (30.0, -200_000.0), (50.0, 86_400.0)),
        text=WHOLE,
        seconds=(72.0, 73.0),
    ),
)

FAULTS: Final[tuple[Fault, ...]] = (
    *_NO_CONNECTION,
    *_NO_ANSWER,
    *_NO_STREAM,
    *_BROKEN,
    *_SILENT,
    *_ODD,
    *_ELSEWHERE,
)
AUTHORITY: Final = _AUTHORITY
