"""How fast a stream is taken in: decoder, wire and fold, one event a chunk.

Times are the processor's, so that they hold on a busy machine.
"""

import json
import time

from desktop_app.gemini.sse import SSEDecoder
from desktop_app.gemini.wire import decode_event
from desktop_app.interactions.interaction import Interaction
from tests.benchmarks.content import long_text, stream_records
from tests.benchmarks.figures import Figures, median, spread

MEGABYTE = 1_000_000


def fold(records: list[bytes]) -> Interaction:
    """Take a stream in, record by record."""
    decoder = SSEDecoder()
    turn = Interaction()
    for chunk in records:
        for record in decoder.feed(chunk):
            event = decode_event(record)
            if event is not None:
                turn.apply(event)
    return turn


def parse_only(records: list[bytes]) -> None:
    """Do what nobody gets around: parse the JSON of every record."""
    for chunk in records:
        json.loads(chunk[chunk.index(b"data: ") + 6 :])


def measure_events(pairs: int = 7, size: int = MEGABYTE) -> Figures:
    """Time streams of `size` and of ten times as many characters, and the JSON alone."""
    one, ten = stream_records(long_text(size)), stream_records(long_text(10 * size))
    text = fold(one).output_text
    assert len(text) == size, "the fold has lost something"
    rates: list[float] = []
    floors: list[float] = []
    ratios: list[float] = []
    for _ in range(pairs):
        floors.append(len(one) / _seconds(parse_only, one))
        small = _seconds(fold, one)
        rates.append(len(one) / small)
        ratios.append(_seconds(fold, ten) / (10 * small))
    return {
        "events_per_second": round(median(rates)),
        "floor_events_per_second": round(median(floors)),
        "fold_linear": round(median(ratios), 3),
        "spread": {
            "events_per_second": spread(rates, 0),
            "fold_linear": spread(ratios, 3),
        },
    }


def _seconds(work: object, records: list[bytes]) -> float:
    assert callable(work)
    began = time.process_time()  # not that of the clock: others may use the processor meanwhile
    work(records)
    return time.process_time() - began
