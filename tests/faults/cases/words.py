"""What the servers of the faults say, and the words that are seen of it."""

import json
from dataclasses import replace
from typing import Final

from desktop_app.settings.settings import DEFAULTS
from tests.certificates import Authority
from tests.chat.events import created, record, snapshot, started, text
from tests.faults.network import talk_of
from tests.faults.server import Close, talk
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

AUTHORITY: Final = Authority("Corp Inspection CA")


def error(code: str, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": message}}).encode()
