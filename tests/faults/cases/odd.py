"""Odd streams, and what the person and the computer do meanwhile."""

import json
from dataclasses import replace
from typing import Final

from desktop_app.interactions.outcome import Outcome
from desktop_app.settings.settings import DEFAULTS
from tests.chat.events import completed, created, record, text
from tests.faults.cases.words import (
    AGAIN,
    AT_ONCE,
    ENDED,
    GOES_ON,
    GONE,
    KEPT,
    NOT_STORED,
    RECORDS,
    REST,
    RUNS,
    SOME,
    SOME_TEXT,
    SOON,
    STILL,
    WHOLE,
    WHOLE_STREAM,
    WORDS_KEPT,
    error,
)
from tests.faults.network import Fault
from tests.faults.server import Close, Drip, Forever, Hold, Reset, Sleep, talk
from tests.scriptserver import STREAM_HEAD

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
            talk(STREAM_HEAD, SOME, error("invalid_request", "No temperature.") + b"\n", Close()),
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
                record({"event_type": "error", **json.loads(error("api_error", "Oh."))}),
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
                record({"event_type": "error", **json.loads(error("not_found", "No result."))}),
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
                record({"event_type": "error", **json.loads(error("safety", "No."))}),
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

FAULTS: Final = (*_ODD, *_ELSEWHERE)
